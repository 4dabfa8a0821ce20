"""How far two people agree about the same messages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from sklearn.metrics import cohen_kappa_score
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.tables import TrainingLabel, TrainingMessage
from training.labelling.labels import SETTLED, labels_in_force

_SAYS_NOTHING = ("skipped", SETTLED)
"""Kinds of labels that are no opinion of one's own."""


@dataclass(frozen=True)
class Disagreement:
    """A message that people label differently."""

    message_id: int
    """Of ``training_messages``."""
    text: str
    language: str
    labels: tuple[tuple[str, str], ...]
    """(labeller, intent), in the order in which they were given."""


@dataclass(frozen=True)
class Agreement:
    """Of all messages that two people or more have labelled."""

    kappa: float | None
    """Cohen's, over all pairs of labels of one message: 1 is full agreement, 0 what chance gives.
    None without pairs."""
    pairs: int
    disagreements: tuple[Disagreement, ...]


def agreement(session: Session) -> Agreement:
    """Compare the intents that different people gave to the same message; skips do not count.

    Disagreements that somebody has settled count for kappa, and are not listed any more.

    Source: Cohen, "A coefficient of agreement for nominal scales", 1960. Where more than two people label, the pairs
    of all of them are taken together.
    """
    counted = func.count(func.distinct(TrainingLabel.labeller))
    query = select(TrainingLabel.training_message_id).where(
        TrainingLabel.withdrawn_at.is_(None), TrainingLabel.kind.not_in(_SAYS_NOTHING)
    )
    ids = session.scalars(query.group_by(TrainingLabel.training_message_id).having(counted > 1)).all()
    standing = labels_in_force(session, ids)
    given = {
        key: [(each.labeller, each.intent) for each in labels if each.kind not in _SAYS_NOTHING]
        for key, labels in standing.items()
    }
    settled = {key for key, labels in standing.items() if any(each.kind == SETTLED for each in labels)}
    pairs = [pair for labels in given.values() for pair in combinations([intent for _, intent in sorted(labels)], 2)]
    apart = {
        key: labels for key, labels in given.items() if key not in settled and len({each[1] for each in labels}) > 1
    }
    return Agreement(_kappa(pairs), len(pairs), _disagreements(session, apart))


def _kappa(pairs: list[tuple[str, str]]) -> float | None:
    if not pairs:
        return None
    first, second = zip(*pairs, strict=True)
    if first == second:  # also where there is one intent only, which leaves nothing to chance and kappa undefined
        return 1.0
    return float(cohen_kappa_score(first, second))


def _disagreements(session: Session, apart: dict[int, list[tuple[str, str]]]) -> tuple[Disagreement, ...]:
    query = select(TrainingMessage).where(TrainingMessage.id.in_(list(apart))).order_by(TrainingMessage.rank.desc())
    return tuple(
        Disagreement(message.id, message.text, message.language, tuple(apart[message.id]))
        for message in session.scalars(query)
    )
