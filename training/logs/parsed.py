"""What was understood of a logged message, as ``messages.parse`` holds it; what is missing there is empty here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from language.understanding import UNSURE, Reading

_OF_THE_WHOLE_TEXT = "language"
"""The entity that says which language a message is in; it is no part of the text."""


@dataclass(frozen=True)
class Parsed:
    """The reading of one message."""

    intent: str
    """What the bot acted on: an intent, ``nlu_fallback`` or ``out_of_scope``."""
    ranking: tuple[tuple[str, float], ...]
    """(intent, confidence), likeliest first."""
    out_of_scope_score: float = 0.0
    sentiment: str = ""
    entities: tuple[dict[str, Any], ...] = ()
    """``entity``, ``value``, ``start`` and ``end`` of each, offsets in the message's text."""
    language: str = ""
    model: str = ""
    """Fingerprint of the model that read it; empty where the parse does not say."""

    @classmethod
    def of_parse(cls, parse: Mapping[str, Any] | None) -> Parsed:
        """Read a stored parse; without one nothing was understood."""
        parse = parse or {}
        ranking = [(str(guess["name"]), float(guess["confidence"])) for guess in parse.get("intent_ranking") or []]
        entities = [entity for entity in parse.get("entities") or [] if entity.get("entity") != _OF_THE_WHOLE_TEXT]
        kept = ("entity", "value", "start", "end")
        return cls(
            intent=str((parse.get("intent") or {}).get("name") or UNSURE),
            ranking=tuple(ranking),
            out_of_scope_score=float(parse.get("out_of_scope_score") or 0.0),
            sentiment=str((parse.get("sentiment") or {}).get("label") or ""),
            entities=tuple({name: entity.get(name) for name in kept} for entity in entities),
            language=str(parse.get("language") or ""),
            model=str(parse.get("model") or ""),
        )

    @classmethod
    def of_reading(cls, reading: Reading, model: str) -> Parsed:
        """The same of a reading made just now."""
        entities = [
            {"entity": each.entity, "value": each.value, "start": each.start, "end": each.end}
            for each in reading.entities
        ]
        return cls(
            intent=reading.intent.label,
            ranking=tuple((guess.label, guess.confidence) for guess in reading.ranking),
            out_of_scope_score=reading.out_of_scope_score,
            sentiment=reading.sentiment.label,
            entities=tuple(entities),
            language=reading.language or "",
            model=model,
        )

    @property
    def likeliest(self) -> str:
        """The first of the ranking; what was acted on where there is none."""
        return self.ranking[0][0] if self.ranking else self.intent

    @property
    def second(self) -> str:
        """The second of the ranking, or nothing."""
        return self.ranking[1][0] if len(self.ranking) > 1 else ""

    @property
    def confidence(self) -> float:
        """Of the likeliest, between 0 and 1."""
        return self.ranking[0][1] if self.ranking else 0.0

    @property
    def margin(self) -> float:
        """How far the likeliest is before the second."""
        return self.confidence - (self.ranking[1][1] if len(self.ranking) > 1 else 0.0)
