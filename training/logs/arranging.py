"""Order in the open messages: groups of the same meaning, new topics, and what to look at first."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from language.explaining import TrainingExamples
from shop.tables import TrainingLabel, TrainingMessage
from shop.unit_of_work import Database
from training.logs.grouping import ALIKE, assign
from training.logs.ranking import order
from training.logs.reader import Reader
from training.logs.reasons import FEW_NEIGHBOURS, worth
from training.logs.vectors import from_bytes, to_bytes

ARRANGED = 3_000
"""The newest open messages; older ones come after them. Ranking takes memory with the square of it."""
_OLDER = 0.5
"""Rank of an older message, behind all that are arranged."""
_KNOWN = 2_000
"""The newest labelled messages, which what is shown shall be unlike."""
_READ_AGAIN_AT_ONCE = 500
_TOPIC_LIKENESS = 0.4
"""Likeness of messages of one new topic; they are less alike than what says the same."""
_TOPIC_SIZE = 3


def arrange(database: Database, reader: Reader) -> None:
    """Group and rank the open messages anew. Does nothing where nothing has changed since this process did it."""
    with database.read() as unit:
        state = _state(unit.session)
        if reader.arranged == state:
            return
        rows = _open_rows(unit.session)
        known = _labelled_vectors(unit.session, reader.model.fingerprint)
    read_again = _read_again(rows, reader)
    changed = _arranged(rows, known, reader) if rows else []
    with database.work() as unit:
        there = set(unit.session.scalars(select(TrainingMessage.id).where(TrainingMessage.state == "open")))
        changes = [row for row in changed + read_again if row["id"] in there]  # labelled or erased in between
        unit.session.bulk_update_mappings(TrainingMessage, changes)
        if rows:
            older = (TrainingMessage.state == "open", TrainingMessage.id < rows[0].id, TrainingMessage.rank > _OLDER)
            unit.session.execute(update(TrainingMessage).where(*older).values(rank=_OLDER))
        unit.commit()
    with database.read() as unit:
        reader.arranged = _state(unit.session)


def _state(session: Session) -> tuple[Any, ...]:
    messages = select(
        func.count(TrainingMessage.id), func.max(TrainingMessage.id), func.max(TrainingMessage.updated_at)
    )
    labels = select(func.max(TrainingLabel.id), func.count(TrainingLabel.withdrawn_at))
    return (*session.execute(messages).one(), *session.execute(labels).one())


def _open_rows(session: Session) -> list[TrainingMessage]:
    query = select(TrainingMessage).where(TrainingMessage.state == "open")
    rows = list(session.scalars(query.order_by(TrainingMessage.id.desc()).limit(ARRANGED)))
    return rows[::-1]


def _labelled_vectors(session: Session, fingerprint: str) -> np.ndarray:
    query = select(TrainingMessage.vector).where(
        TrainingMessage.state == "labelled", TrainingMessage.vector_model == fingerprint
    )
    return from_bytes(session.scalars(query.order_by(TrainingMessage.id.desc()).limit(_KNOWN)).all())


def _read_again(rows: list[TrainingMessage], reader: Reader) -> list[dict[str, Any]]:
    """New vectors for messages that an earlier model embedded, some at a time."""
    stale = [row for row in rows if row.vector_model != reader.model.fingerprint][-_READ_AGAIN_AT_ONCE:]
    for row in stale:
        row.vector, row.vector_model = to_bytes(reader.model.read(row.text).embedding), reader.model.fingerprint
    return [{"id": row.id, "vector": row.vector, "vector_model": row.vector_model} for row in stale]


def _arranged(rows: list[TrainingMessage], known: np.ndarray, reader: Reader) -> list[dict[str, Any]]:
    rows = [row for row in rows if row.vector_model == reader.model.fingerprint]
    if not rows:
        return []
    vectors = from_bytes([row.vector for row in rows])
    groups = _groups(rows, vectors)
    topics = _new_topics(vectors, reader)
    reasons = [
        [name for name in row.reasons if name != "new_topic"] + ["new_topic"] * bool(new)
        for row, new in zip(rows, topics, strict=True)
    ]
    worths = np.array([worth(each) for each in reasons])
    looked_at = np.flatnonzero(worths)
    ranks = np.zeros(len(rows))
    ranks[looked_at[order(vectors[looked_at], worths[looked_at], known)]] = np.arange(len(looked_at), 0, -1)
    found = [
        {"id": row.id, "group": group, "reasons": why, "rank": float(rank)}
        for row, group, why, rank in zip(rows, groups, reasons, ranks, strict=True)
    ]
    return [
        new
        for new, row in zip(found, rows, strict=True)
        if any(new[name] != getattr(row, name) for name in ("group", "reasons", "rank"))
    ]


def _groups(rows: list[TrainingMessage], vectors: np.ndarray) -> list[int]:
    """The group of each message; those that have one keep it, the others join one or begin one."""
    leading = [place for place, row in enumerate(rows) if row.group == row.id]
    joining = [place for place, row in enumerate(rows) if row.group is None]
    kinds = [f"{row.language} {row.likeliest}" for row in rows]
    places = assign(
        vectors[joining],
        [kinds[place] for place in joining],
        vectors[leading],
        [kinds[place] for place in leading],
        ALIKE,
    )
    owners = leading + joining
    groups = {rows[place].id: rows[owners[leader]].id for place, leader in zip(joining, places, strict=True)}
    return [groups.get(row.id, row.group) for row in rows]


def _new_topics(vectors: np.ndarray, reader: Reader) -> np.ndarray:
    """Which messages (n,) lie far from the training data, between examples of several intents, and several together.

    Far alone is not enough: a tenth of what is well understood is far from every example, but those near it agree.
    """
    new = np.zeros(len(vectors), dtype=bool)
    examples = reader.examples(make=False)
    if examples is None:
        return new
    far = np.flatnonzero((vectors @ examples.vectors.T).max(axis=1) < reader.scale.within_data)
    strange = np.array([place for place in far if _torn(vectors[place], examples)], dtype=int)
    likeness = reader.scale.likeness(vectors[strange] @ vectors[strange].T)
    company = (likeness >= _TOPIC_LIKENESS).sum(axis=1)
    new[strange[company >= _TOPIC_SIZE]] = True
    return new


def _torn(vector: np.ndarray, examples: TrainingExamples) -> bool:
    return len({neighbour.intent for neighbour in examples.nearest(vector, FEW_NEIGHBOURS)}) > 1
