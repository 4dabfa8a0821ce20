"""From what a shopper said to rows of ``training_messages``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rapidfuzz import fuzz

from shop.tables import TrainingMessage
from training.logs.conversations import Said, SaidTurn
from training.logs.outcomes import outcome_of
from training.logs.parsed import Parsed
from training.logs.reader import Reader
from training.logs.reasons import FEW_NEIGHBOURS, OF_THE_WHOLE, Surroundings, reasons_of, worth
from training.logs.redacting import redact_message
from training.logs.vectors import from_bytes, to_bytes

FOLLOWS = ("outcome", "vote", "satisfaction", "reasons", "text", "entities", "vector")
"""Columns that may change after a message was taken over; the text, when it comes out who the customer is."""
OF_THE_TEXT = ("text", "entities", "vector")
"""Of those, what stays as it is while the text does."""
_LATER_MESSAGES = 2
"""In so many a shopper may say the same again."""


@dataclass(frozen=True)
class _Read:
    """A turn with its reading, as it is kept."""

    said: SaidTurn
    parsed: Parsed
    text: str
    entities: list[dict[str, Any]]
    vector: np.ndarray | None


def rows_of(said: Said, kept: Mapping[int, TrainingMessage], reader: Reader | None) -> list[dict[str, Any]]:
    """A row for each of the shopper's messages, as mappings of columns; ``kept`` holds those taken over before, by
    the message's id. What was labelled or found out about the whole of the messages stays."""
    read = [_read(turn, said.known_names, kept.get(turn.message_id), reader) for turn in said.turns]
    return [_row(said, read, place, kept.get(each.said.message_id), reader) for place, each in enumerate(read)]


def _read(turn: SaidTurn, known_names: Sequence[str], kept: TrainingMessage | None, reader: Reader | None) -> _Read:
    parsed = turn.parsed
    if not parsed.ranking and reader is not None:  # the turn failed before it was read
        parsed = Parsed.of_reading(reader.model.read(turn.text), reader.model.fingerprint)
    text, entities = redact_message(turn.text, parsed.entities, known_names)
    vector = None
    if reader is not None:
        if kept and kept.vector and kept.text == text and kept.vector_model == reader.model.fingerprint:
            vector = from_bytes([kept.vector])[0]
        else:
            vector = reader.model.read(text).embedding
    return _Read(turn, parsed, text, entities, vector)


def _row(
    said: Said, read: Sequence[_Read], place: int, kept: TrainingMessage | None, reader: Reader | None
) -> dict[str, Any]:
    this, parsed = read[place], read[place].parsed
    outcome = outcome_of(parsed, this.said.turn)
    reasons = reasons_of(_surroundings(read, place, outcome, reader))
    reasons += [name for name in (kept.reasons if kept else []) if name in OF_THE_WHOLE]
    return {
        "message_id": this.said.message_id,
        "conversation_id": this.said.conversation_id,
        "text": this.text,
        "language": this.said.language,
        "intent": parsed.intent,
        "likeliest": parsed.likeliest,
        "second": parsed.second,
        "confidence": parsed.confidence,
        "margin": parsed.margin,
        "out_of_scope_score": parsed.out_of_scope_score,
        "sentiment": parsed.sentiment,
        "entities": this.entities,
        "ranking": [list(guess) for guess in parsed.ranking],
        "model": parsed.model,
        "outcome": outcome,
        "vote": this.said.vote,
        "satisfaction": said.satisfaction,
        "reasons": reasons,
        "rank": worth(reasons),
        "vector": None if this.vector is None else to_bytes(this.vector),
        "vector_model": "" if this.vector is None or reader is None else reader.model.fingerprint,
        "state": "open",
        "created_at": this.said.created_at,
    }


def _surroundings(read: Sequence[_Read], place: int, outcome: str, reader: Reader | None) -> Surroundings:
    this, later = read[place], read[place + 1 : place + 1 + _LATER_MESSAGES]
    examples = reader.examples(make=False) if reader is not None else None
    neighbours = examples.nearest(this.vector, FEW_NEIGHBOURS) if examples and this.vector is not None else []
    return Surroundings(
        parsed=this.parsed,
        outcome=outcome,
        vote=this.said.vote,
        out_of_scope_above=reader.model.calibration.out_of_scope_above if reader else 0.5,
        next_said=tuple(_likeness(this, other, reader if examples else None) for other in later),
        handed_over_next=bool(later) and later[0].said.turn.handed_over,
        neighbours=tuple(neighbour.intent for neighbour in neighbours),
    )


def _likeness(one: _Read, other: _Read, reader: Reader | None) -> float:
    """How far two messages ask the same, 0 to 1; asking it of another thing is another question."""
    if _of_something_else(one.said.parsed.entities, other.said.parsed.entities):
        return 0.0
    written = fuzz.ratio(one.text.casefold(), other.text.casefold()) / 100.0
    if reader is None or one.vector is None or other.vector is None:
        return written
    return max(written, float(reader.scale.likeness(float(one.vector @ other.vector))))


def _of_something_else(some: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> bool:
    named = {entity["entity"]: str(entity["value"]).casefold() for entity in some}
    return any(
        named.get(each["entity"], value) != value for each in others for value in [str(each["value"]).casefold()]
    )
