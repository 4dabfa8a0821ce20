"""Bringing ``training_messages`` up to date with the conversations; to be called often, and by several processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import chain
from typing import Any

from sqlalchemy import func, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import NotReady
from shop.settings import Settings
from shop.tables import AnswerVote, Handover, Message, Reply, Satisfaction, TrainingLabel, TrainingMessage
from shop.unit_of_work import Database
from training.logs import conversations
from training.logs.arranging import arrange
from training.logs.doubting import doubt_labels
from training.logs.reader import Reader, reader_of
from training.logs.rows import FOLLOWS, OF_THE_TEXT, rows_of

_CONVERSATIONS_AT_ONCE = 100
_OVERLAP = timedelta(minutes=10)
"""Looked at again each time: rows that other processes wrote before, and committed after the last look."""
_NO_SYNC = {"synchronize_session": False}
_LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class _Event:
    """Something happened in a conversation, first at this moment."""

    conversation_id: str
    at: datetime


@dataclass(frozen=True)
class Collected:
    """What a look at the conversations changed."""

    new: int = 0
    updated: int = 0
    """Messages whose outcome, vote or satisfaction is another now."""


def collect(database: Database, settings: Settings, prepare: bool = True) -> Collected:
    """Take over what was said since the last time, and what has come of earlier messages.

    Nothing is kept unredacted. Doing it twice changes nothing; two processes may do it at once. Without a trained
    model there are no vectors, and only the reasons that need none. With ``prepare``, the training examples are
    embedded where that was not done for this model yet, which takes a minute, and labels are doubted, which takes
    seconds; without, that is left to another process.
    """
    reader = _reader(database, settings, prepare)
    with database.read() as unit:
        events = _events(unit.session)
    began = now()
    total = Collected()
    for start in range(0, len(events), _CONVERSATIONS_AT_ONCE):
        part = events[start : start + _CONVERSATIONS_AT_ONCE]
        later = events[start + _CONVERSATIONS_AT_ONCE :]
        # Should this end half-way, the next look begins with what was left.
        ids, looked_until = [each.conversation_id for each in part], later[0].at if later else began
        done = _take_over(database, ids, reader, looked_until, _oldest_kept(settings))
        total = Collected(total.new + done.new, total.updated + done.updated)
    if reader is not None:
        arrange(database, reader)
        if prepare:  # the page that looks at the logs need not wait for it
            doubt_labels(database, reader)
    return total


def _oldest_kept(settings: Settings) -> datetime:
    """What is older was deleted, or would be the next day; an old conversation may still be voted on."""
    days = settings.training_retention_days
    return now() - timedelta(days=days) if days else _LONG_AGO


def _reader(database: Database, settings: Settings, prepare: bool) -> Reader | None:
    try:
        reader = reader_of(database, settings)
    except NotReady:
        return None
    reader.examples(make=prepare)
    return reader


def _events(session: Session) -> list[_Event]:
    """Conversations with messages to take over, or with votes, ratings or hand-overs since the last look."""
    last = session.scalar(select(func.max(TrainingMessage.updated_at)))
    since = last - _OVERLAP if last else _LONG_AGO
    waiting = (
        select(Message.conversation_id, Reply.created_at)
        .join(Reply, Reply.message_id == Message.id)
        .outerjoin(TrainingMessage, TrainingMessage.message_id == Message.id)
        .where(Reply.id > _last_before(session, since), Reply.outcome != "silent", TrainingMessage.id.is_(None))
        .where(Message.author == "shopper", Message.choice_payload.is_(None))
    )
    voted = select(Message.conversation_id, AnswerVote.updated_at).join(Message, AnswerVote.message_id == Message.id)
    queries = (
        waiting,
        voted.where(AnswerVote.updated_at >= since),
        select(Satisfaction.conversation_id, Satisfaction.updated_at).where(Satisfaction.updated_at >= since),
        select(Handover.conversation_id, Handover.created_at).where(Handover.created_at >= since),
    )
    first: dict[str, datetime] = {}
    for conversation_id, at in chain.from_iterable(session.execute(query) for query in queries):
        first[conversation_id] = min(at, first.get(conversation_id, at))
    return sorted((_Event(*each) for each in first.items()), key=lambda event: event.at)


def _last_before(session: Session, since: datetime) -> int:
    """The newest reply that is older: looked for from the newest on, so that few are looked at."""
    query = select(Reply.id).where(Reply.created_at < since).order_by(Reply.id.desc())
    return session.scalars(query.limit(1)).first() or 0


def _take_over(
    database: Database, conversation_ids: Sequence[str], reader: Reader | None, looked_until: datetime, oldest: datetime
) -> Collected:
    with database.read() as unit:
        said = conversations.read(unit.session, conversation_ids)
        query = select(TrainingMessage).where(TrainingMessage.conversation_id.in_(conversation_ids))
        kept = {row.message_id: row for row in unit.session.scalars(query)}
    found = [row for each in said for row in rows_of(each, kept, reader) if row["created_at"] >= oldest]
    rows = sorted(found, key=lambda row: int(row["message_id"]))
    new = [row | {"updated_at": looked_until} for row in rows if row["message_id"] not in kept]
    changed = [
        _changes(row, kept[row["message_id"]]) | {"updated_at": looked_until}
        for row in rows
        if row["message_id"] in kept and _changes(row, kept[row["message_id"]])
    ]
    return _write(database, new, changed)


def _changes(row: dict[str, Any], kept: TrainingMessage) -> dict[str, Any]:
    """What is another now, with the id; empty where all is the same."""
    text_changed = row["text"] != kept.text
    names = [name for name in FOLLOWS if text_changed or name not in OF_THE_TEXT]
    changed = {name: row[name] for name in names if row[name] != getattr(kept, name)}
    return changed | {"id": kept.id} if changed else {}


def _write(database: Database, new: list[dict[str, Any]], changed: list[dict[str, Any]]) -> Collected:
    with database.work() as unit:
        ids = [row["message_id"] for row in new]
        taken = set(unit.session.scalars(select(TrainingMessage.message_id).where(TrainingMessage.message_id.in_(ids))))
        new = [row for row in new if row["message_id"] not in taken]
        unit.session.bulk_insert_mappings(TrainingMessage, new)
        for row in changed:  # one by one: they do not change the same columns
            unit.session.bulk_update_mappings(TrainingMessage, [row])
        # Where things stand in the old text is not where they stand in the new one.
        moved = TrainingLabel.training_message_id.in_([row["id"] for row in changed if "text" in row])
        unit.session.execute(update(TrainingLabel).where(moved).values(entities=null()).execution_options(**_NO_SYNC))
        try:
            unit.commit()
        except IntegrityError:  # another process took the same ones over in between
            return Collected()
    return Collected(len(new), len(changed))
