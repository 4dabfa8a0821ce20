"""Labels that look wrong, held against all the others; looked for when people pause labelling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.tables import TrainingLabel, TrainingMessage
from shop.unit_of_work import Database
from training.data_sets.label_errors import suspects
from training.labelling.labels import DOUBTED, decisive, labels_in_force
from training.logs.reader import Reader
from training.logs.reasons import LABEL_UNLIKELY
from training.logs.vectors import from_bytes

PAUSE = timedelta(minutes=1)
"""Since the last label."""
_MOST = 3_000
"""The newest labelled messages."""
_RANK_OF_DOUBT = 1e6
"""Before everything that is open: a wrong label does harm, a missing one does not."""


def doubt_labels(database: Database, reader: Reader) -> None:
    """Give messages whose label looks wrong the reason for it, and take it from those where it no longer does.

    Does nothing while people label, and where no label came since the last time. A label that was given twice, by one
    person or two, is not doubted again.
    """
    with database.read() as unit:
        if not _labels_came(unit.session):
            return
        messages = _messages(unit.session, reader.model.fingerprint)
        standing = labels_in_force(unit.session, [message.id for message in messages])
        confirmed = _confirmed(unit.session)
    examples = reader.examples(make=False)
    labelled = [(each, intents) for each in messages if len(intents := _intents(standing.get(each.id, ()))) == 1]
    if examples is None or not labelled:
        return
    vectors = np.concatenate([examples.vectors, from_bytes([message.vector for message, _ in labelled])])
    found = {
        suspect.place - len(examples.texts)
        for suspect in suspects(vectors, [*examples.intents, *(intent for _, (intent,) in labelled)])
        if suspect.probability < LABEL_UNLIKELY
    }
    doubted = {
        message.id
        for place, (message, (intent,)) in enumerate(labelled)
        if place in found and (message.id, intent) not in confirmed
    }
    _write(database, [message.id for message in messages], doubted)


def _labels_came(session: Session) -> bool:
    last = session.scalar(select(func.max(TrainingLabel.created_at)))
    if last is None or last > now() - PAUSE:
        return False
    newer = select(TrainingLabel.id).join(TrainingMessage, TrainingMessage.id == TrainingLabel.training_message_id)
    newer = newer.where(TrainingLabel.withdrawn_at.is_(None), TrainingLabel.kind != "skipped")
    return (
        session.scalars(newer.where(TrainingLabel.created_at > TrainingMessage.updated_at).limit(1)).first() is not None
    )


def _messages(session: Session, fingerprint: str) -> list[TrainingMessage]:
    query = select(TrainingMessage).where(
        TrainingMessage.state == "labelled", TrainingMessage.vector_model == fingerprint
    )
    return list(session.scalars(query.order_by(TrainingMessage.id.desc()).limit(_MOST)))


def _intents(labels: Iterable[TrainingLabel]) -> set[str]:
    return {label.intent for label in decisive(labels)}


def _confirmed(session: Session) -> set[tuple[int, str]]:
    """(message, intent) that were labelled twice or settled, withdrawn labels counted."""
    rows = session.execute(select(TrainingLabel.training_message_id, TrainingLabel.intent, TrainingLabel.kind)).all()
    counts = Counter((message_id, intent) for message_id, intent, _ in rows)
    settled = {(message_id, intent) for message_id, intent, kind in rows if kind == "settled"}
    return settled | {key for key, count in counts.items() if count > 1}


def _write(database: Database, looked_at: list[int], doubted: set[int]) -> None:
    moment = now()
    with database.work() as unit:
        query = select(TrainingMessage).where(TrainingMessage.id.in_(looked_at), TrainingMessage.state == "labelled")
        for message in unit.session.scalars(query):
            message.updated_at = moment
            others = [name for name in message.reasons if name != DOUBTED]
            reasons = [*others, DOUBTED] if message.id in doubted else others
            if reasons != message.reasons:
                message.reasons = reasons
                message.rank = _RANK_OF_DOUBT if message.id in doubted else 0.0
        unit.commit()
