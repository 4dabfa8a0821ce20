"""Labelling messages, one or many at once, and taking the last labels back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from language.understanding import OUT_OF_SCOPE
from shop.clock import now
from shop.errors import BadInput, NotFound
from shop.tables import TrainingLabel, TrainingMessage
from training.dataset import SENTIMENTS
from training.labelling.vocabulary import check_entities, check_known_intent, check_new_intent

KINDS = ("accepted", "chosen", "new_intent", "out_of_scope", "skipped")
SETTLED = "settled"
"""The kind of a label that ends a disagreement: see ``settle``."""
DOUBTED = "label_looks_wrong"
"""The reason that ``training.logs`` gives a message whose label looks wrong; labelling it again answers it."""
_AT_ONCE = 500


@dataclass(frozen=True)
class Labelled:
    """What a person says about messages."""

    kind: str
    """accepted (the suggestion), chosen (another known intent), new_intent, out_of_scope or skipped."""
    intent: str = ""
    sentiment: str = ""
    """negative, neutral or positive; empty: not looked at."""
    entities: tuple[dict[str, Any], ...] | None = None
    """``entity``, ``start`` and ``end`` in the redacted text; only for one message at a time. None: not looked at."""


@dataclass(frozen=True)
class Undone:
    """What was taken back."""

    message_ids: tuple[int, ...]
    """In the order they were labelled in: the one in hand first, then those like it."""
    kind: str
    intent: str


def label(session: Session, message_ids: Sequence[int], labelled: Labelled, labeller: str) -> list[TrainingLabel]:
    """Keep what ``labeller`` says of messages (ids of ``training_messages``), in place of what they said before.

    Raises BadInput for an unknown kind, intent, sentiment or span, for a new intent whose name is not one, and for
    entities of several messages at once; NotFound where a message is gone.
    """
    messages = _messages(session, message_ids)
    _check(session, messages, labelled)
    moment = _moment_of_its_own(session, labeller)
    for earlier in _in_force(session, [message.id for message in messages], labeller):
        if earlier.kind != SETTLED:
            earlier.withdrawn_at = moment
    intent = OUT_OF_SCOPE if labelled.kind == "out_of_scope" else labelled.intent
    made = [
        TrainingLabel(
            training_message_id=message.id,
            labeller=labeller,
            kind=labelled.kind,
            intent="" if labelled.kind == "skipped" else intent,
            suggested=message.likeliest,
            sentiment=labelled.sentiment,
            entities=None if labelled.entities is None else [dict(entity) for entity in labelled.entities],
            created_at=moment,
        )
        for message in messages
    ]
    session.add_all(made)
    for message in messages:
        message.reasons = [name for name in message.reasons if name != DOUBTED]
    session.flush()
    _set_states(session, messages)
    return made


def skip(session: Session, message_ids: Sequence[int], labeller: str) -> list[TrainingLabel]:
    """Put messages aside without saying what they mean."""
    return label(session, message_ids, Labelled("skipped"), labeller)


def settle(session: Session, message_id: int, intent: str, labeller: str) -> TrainingLabel:
    """Decide what a message means that people label differently.

    What each of them said stands, so that their agreement is still measured; the data takes what was decided last.
    Raises BadInput for an unknown intent, NotFound where the message is gone.
    """
    message = _messages(session, [message_id])[0]
    check_known_intent(session, intent)
    moment = _moment_of_its_own(session, labeller)
    for earlier in _in_force(session, [message_id], labeller):
        if earlier.kind == SETTLED:
            earlier.withdrawn_at = moment
    made = TrainingLabel(
        training_message_id=message_id,
        labeller=labeller,
        kind=SETTLED,
        intent=intent,
        suggested=message.likeliest,
        created_at=moment,
    )
    session.add(made)
    session.flush()
    _set_states(session, [message])
    return made


def decisive(labels: Iterable[TrainingLabel]) -> list[TrainingLabel]:
    """Those that say what a message means, of labels in force: all but skips, and where somebody has settled it, those
    that say the same as the last who did."""
    labels = [label for label in labels if label.kind != "skipped"]
    settled = [label.intent for label in labels if label.kind == SETTLED][-1:]
    return [label for label in labels if label.intent in settled] if settled else labels


def undo(session: Session, labeller: str) -> Undone | None:
    """Take back what ``labeller`` did last, however many messages it was; what stood before it stands again.

    None where nothing is left to take back.
    """
    mine = select(TrainingLabel).where(TrainingLabel.labeller == labeller)
    standing = mine.where(TrainingLabel.withdrawn_at.is_(None)).order_by(TrainingLabel.created_at.desc())
    last = session.scalars(standing.limit(1)).first()
    if last is None:
        return None
    moment = last.created_at
    for earlier in session.scalars(mine.where(TrainingLabel.withdrawn_at == moment)).all():
        earlier.withdrawn_at = None
    batch = session.scalars(mine.where(TrainingLabel.created_at == moment).order_by(TrainingLabel.id)).all()
    for each in batch:
        each.withdrawn_at = now()
    session.flush()
    ids = [each.training_message_id for each in batch]
    _set_states(session, _messages(session, ids))
    return Undone(tuple(ids), last.kind, last.intent)


def labels_in_force(session: Session, message_ids: Iterable[int]) -> dict[int, list[TrainingLabel]]:
    """The labels that count, of each message that has any, oldest first; skips are among them."""
    found: dict[int, list[TrainingLabel]] = {}
    for standing in _in_force(session, list(message_ids)):
        found.setdefault(standing.training_message_id, []).append(standing)
    return found


def _check(session: Session, messages: Sequence[TrainingMessage], labelled: Labelled) -> None:
    if labelled.kind not in KINDS:
        raise BadInput(f"a label is one of {', '.join(KINDS)}, got {labelled.kind!r}")
    if labelled.sentiment and labelled.sentiment not in SENTIMENTS:
        raise BadInput(f"a sentiment is one of {', '.join(SENTIMENTS)}, got {labelled.sentiment!r}")
    if labelled.kind == "new_intent":
        check_new_intent(session, labelled.intent)
    elif labelled.kind in ("accepted", "chosen"):
        check_known_intent(session, labelled.intent)
    if labelled.entities is not None:
        if len(messages) != 1:
            raise BadInput(f"entities are corrected in one message at a time, got {len(messages)}")
        check_entities(messages[0].text, labelled.entities)


def _messages(session: Session, message_ids: Sequence[int]) -> list[TrainingMessage]:
    wanted = list(dict.fromkeys(message_ids))
    if not wanted or len(wanted) > _AT_ONCE:
        raise BadInput(f"1 to {_AT_ONCE} messages can be labelled at once, got {len(wanted)}")
    query = select(TrainingMessage).where(TrainingMessage.id.in_(wanted))
    found = {message.id: message for message in session.scalars(query)}
    missing = set(wanted) - set(found)
    if missing:
        raise NotFound(f"there is no training message {min(missing)}; it may have been erased")
    return [found[message_id] for message_id in wanted]


def _in_force(session: Session, message_ids: Sequence[int], labeller: str = "") -> list[TrainingLabel]:
    found: list[TrainingLabel] = []
    for start in range(0, len(message_ids), _AT_ONCE):
        part = list(message_ids[start : start + _AT_ONCE])
        query = select(TrainingLabel).where(TrainingLabel.training_message_id.in_(part))
        query = query.where(TrainingLabel.withdrawn_at.is_(None))
        if labeller:
            query = query.where(TrainingLabel.labeller == labeller)
        found += session.scalars(query.order_by(TrainingLabel.id)).all()
    return found


def _set_states(session: Session, messages: Iterable[TrainingMessage]) -> None:
    messages = list(messages)
    standing = labels_in_force(session, [message.id for message in messages])
    for message in messages:
        kinds = {each.kind for each in standing.get(message.id, [])}
        message.state = "labelled" if kinds - {"skipped"} else "skipped" if kinds else "open"
    session.flush()


def _moment_of_its_own(session: Session, labeller: str) -> datetime:
    """Now, or a little later: what was labelled together is known by its moment, so no two batches may share one."""
    query = select(TrainingLabel.created_at).where(TrainingLabel.labeller == labeller)
    last = session.scalars(query.order_by(TrainingLabel.created_at.desc()).limit(1)).first()
    moment = now()
    return moment if last is None or moment > last else last + timedelta(microseconds=1)
