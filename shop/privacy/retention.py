"""How long conversations and training messages are kept, and the deleting of what is older."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, not_, or_, select
from sqlalchemy.orm import Session

from shop import tables as t
from shop.audit import write_audit
from shop.clock import now
from shop.privacy.outside import OutsideStore
from shop.settings import Settings
from shop.unit_of_work import Database

_AT_ONCE = 200


def purge(
    database: Database, settings: Settings, actor: str = "command", outside: Sequence[OutsideStore] = ()
) -> dict[str, int]:
    """Delete what is older than the settings say, a batch a transaction, so that the shop goes on meanwhile.

    The number of rows by table or store outside. Conversations count from their last message, training messages from
    their own day. Conversations that led to a change of an order keep an empty row, which the change points at.
    """
    deleted: Counter[str] = Counter()
    if settings.retention_days:
        before = now() - timedelta(days=settings.retention_days)
        _in_batches(database, deleted, lambda session: _some_conversations(session, before))
        for table, age in ((t.QuestionLog, t.QuestionLog.created_at), (t.Mail, t.Mail.created_at)):
            _in_batches(database, deleted, lambda session, table=table, age=age: _some(session, table, age < before))  # type: ignore[misc]
    if settings.training_retention_days:
        before = now() - timedelta(days=settings.training_retention_days)
        _in_batches(database, deleted, lambda session, before=before: _some_training(session, before))  # type: ignore[misc]
    for store in outside:
        deleted.update({store.name: store.expire(database)})
    deleted = +deleted
    if deleted:
        with database.work() as unit:
            write_audit(unit.session, actor, "purge", "retention:all", after=dict(deleted))
            unit.commit()
    return dict(deleted)


def _in_batches(database: Database, deleted: Counter[str], some: Callable[[Session], Counter[str]]) -> None:
    while True:
        with database.work() as unit:
            rows = some(unit.session)
            unit.commit()
        deleted.update(rows)
        if not rows:
            return


def _some(session: Session, table: Any, old: Any) -> Counter[str]:
    ids = list(session.scalars(select(table.id).where(old).limit(_AT_ONCE)))
    return _delete(session, (table, table.id.in_(ids))) if ids else Counter()


def _some_conversations(session: Session, before: datetime) -> Counter[str]:
    held = exists().where(t.ChangeProposal.conversation_id == t.Conversation.id)
    said = exists().where(t.Message.conversation_id == t.Conversation.id)
    old = and_(t.Conversation.updated_at < before, or_(said, not_(held)))
    ids = list(session.scalars(select(t.Conversation.id).where(old).limit(_AT_ONCE)))
    if not ids:
        return Counter()
    messages = select(t.Message.id).where(t.Message.conversation_id.in_(ids))
    return _delete(
        session,
        (t.AnswerVote, t.AnswerVote.message_id.in_(messages)),
        (t.Reply, t.Reply.message_id.in_(messages)),
        *(
            (table, table.conversation_id.in_(ids))
            for table in (t.Satisfaction, t.QuestionLog, t.OneTimeCode, t.Handover, t.DialogueState, t.Message)
        ),
        (t.Conversation, and_(t.Conversation.id.in_(ids), not_(held))),
    )


def _some_training(session: Session, before: datetime) -> Counter[str]:
    ids = list(
        session.scalars(select(t.TrainingMessage.id).where(t.TrainingMessage.created_at < before).limit(_AT_ONCE))
    )
    if not ids:
        return Counter()
    return _delete(
        session,
        *((table, table.training_message_id.in_(ids)) for table in (t.ShadowReading, t.TrainingLabel)),
        (t.TrainingMessage, t.TrainingMessage.id.in_(ids)),
    )


def _delete(session: Session, *targets: tuple[Any, Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for table, condition in targets:
        statement = delete(table).where(condition).execution_options(synchronize_session=False)
        counts[table.__tablename__] += session.execute(statement).rowcount
    return +counts
