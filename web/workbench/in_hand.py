"""The message in hand: all that a page shows of one message, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from language.explaining import Neighbour, Word
from shop.errors import NotReady
from training.inbox import ShownMessage, Suggestion, get_message, group_of, suggest
from training.logs import REASONS, Reason
from web.staff.parts import names_of, sentence
from web.workbench.engine import Engine
from web.workbench.surroundings import Line, lines_around

_LIKELY = 5
_MOST_ALIKE = 60
_SHADES = ((0.75, "for-4"), (0.5, "for-3"), (0.25, "for-2"), (0.08, "for-1"))
_AGAINST = ((-0.5, "against-2"), (-0.1, "against-1"))
_KINDS = {"resolved": "good", "failed": "bad", "handed_over": "bad", "fallback": "busy", "asked_back": "busy"}

Pieces = list[tuple[str, str]]


@dataclass(frozen=True)
class Likely:
    """One of the intents that the keys 1 to 5 give."""

    intent: str
    confidence: float


@dataclass(frozen=True)
class GivenLabel:
    """Who said what of the message."""

    who: str
    what: str
    sentiment: str
    at: datetime


@dataclass(frozen=True)
class InHand:
    """What the page shows; ``message`` has the rest."""

    message: ShownMessage
    pieces: Pieces
    entities: list[dict[str, Any]]
    reasons: tuple[Reason, ...]
    likely: tuple[Likely, ...]
    explained: str
    shades: Pieces
    neighbours: tuple[Neighbour, ...]
    others: tuple[ShownMessage, ...]
    labels: tuple[GivenLabel, ...]
    talk: tuple[Line, ...]
    problem: str

    def __getattr__(self, name: str) -> Any:
        """What the message itself has."""
        return getattr(self.message, name)

    @property
    def outcome_kind(self) -> str:
        """The colour of the outcome."""
        return _KINDS.get(self.message.outcome, "")


def take_in_hand(engine: Engine, message_id: int, blind: bool) -> InHand:
    """Put together what there is of a message. ``blind`` leaves out what others said of it. Raises NotFound."""
    with engine.database.read() as unit:
        message = get_message(unit.session, message_id)
        alike = group_of(unit.session, message_id)[:_MOST_ALIKE] if message.state == "open" else []
        others = tuple(get_message(unit.session, other) for other in alike if other != message_id)
        labels = () if blind else _labels(unit.session, message)
        talk = lines_around(unit.session, message_id)
    suggestion, problem = _suggestion(engine, message_id)
    ranking = [(guess.label, guess.confidence) for guess in suggestion.ranking] if suggestion else list(message.ranking)
    return InHand(
        message=message,
        pieces=marked(message.text, message.entities),
        entities=[{name: one[name] for name in ("entity", "start", "end")} for one in message.entities],
        reasons=tuple(REASONS[name] for name in message.reasons if name in REASONS),
        likely=tuple(Likely(intent, confidence) for intent, confidence in ranking[:_LIKELY]),
        explained=suggestion.intent if suggestion else "",
        shades=shaded(message.text, suggestion.words) if suggestion else [],
        neighbours=suggestion.neighbours if suggestion else (),
        others=others,
        labels=labels,
        talk=talk,
        problem=problem,
    )


def marked(text: str, entities: Iterable[dict[str, Any]]) -> Pieces:
    """The text cut at its entities: (words, name of the entity or nothing)."""
    pieces, last = [], 0
    for entity in sorted(entities, key=lambda each: int(each["start"])):
        start, end = int(entity["start"]), int(entity["end"])
        if start < last:
            continue
        pieces += [(text[last:start], ""), (text[start:end], str(entity["entity"]))]
        last = end
    return [piece for piece in [*pieces, (text[last:], "")] if piece[0]]


def shaded(text: str, words: Sequence[Word]) -> Pieces:
    """The text cut at its words: (words, class of how far they spoke for the intent, the strongest being full)."""
    strongest = max((abs(word.weight) for word in words), default=0.0) or 1.0
    pieces, last = [], 0
    for word in words:
        pieces += [(text[last : word.start], ""), (word.text, _shade(word.weight / strongest))]
        last = word.end
    return [piece for piece in [*pieces, (text[last:], "")] if piece[0]]


def _shade(weight: float) -> str:
    spoke_for = (name for least, name in _SHADES if weight >= least)
    spoke_against = (name for most, name in _AGAINST if weight <= most)
    return next(spoke_for, "") or next(spoke_against, "")


def _suggestion(engine: Engine, message_id: int) -> tuple[Suggestion | None, str]:
    try:
        return suggest(engine.database, engine.settings, message_id), ""
    except NotReady as error:
        return None, sentence(error)


def _labels(session: Session, message: ShownMessage) -> tuple[GivenLabel, ...]:
    names = names_of(session)
    return tuple(
        GivenLabel(names.get(one.labeller, one.labeller), one.intent or one.kind, one.sentiment, one.created_at)
        for one in message.labels
    )
