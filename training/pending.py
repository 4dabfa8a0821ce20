"""What the next retraining would learn that the champion has not seen: the labels since the last run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.tables import TrainingLabel, TrainingMessage, TrainingRun


@dataclass(frozen=True)
class Pending:
    """The labels that came after the last finished run took its data."""

    since: datetime | None
    """When that run began; None before the first."""
    messages: int
    """Labelled messages; one that two people labelled counts once."""
    intents: tuple[tuple[str, int], ...]
    """(intent, messages), the most frequent first."""
    corrected: int
    """Of the messages, those whose label is another than the bot's reading."""
    people: int


def pending(session: Session) -> Pending:
    """The labels since the last finished run; skipped and withdrawn ones do not count."""
    last = select(TrainingRun.started_at).where(TrainingRun.state == "done").order_by(TrainingRun.id.desc()).limit(1)
    since = session.scalar(last)
    query = (
        select(TrainingMessage.id, TrainingMessage.intent, TrainingLabel.intent, TrainingLabel.kind)
        .add_columns(TrainingLabel.labeller)
        .join(TrainingMessage, TrainingMessage.id == TrainingLabel.training_message_id)
        .where(TrainingLabel.withdrawn_at.is_(None), TrainingLabel.kind != "skipped")
        .order_by(TrainingLabel.id)
    )
    if since is not None:
        query = query.where(TrainingLabel.created_at > since)
    labelled: dict[int, str] = {}
    read: dict[int, str] = {}
    people = set()
    for message_id, acted_on, intent, kind, labeller in session.execute(query):
        labelled[message_id] = intent or kind
        read[message_id] = acted_on
        people.add(labeller)
    counts = Counter(labelled.values())
    corrected = sum(labelled[key] != read[key] for key in labelled)
    intents = tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    return Pending(since, len(labelled), intents, corrected, len(people))
