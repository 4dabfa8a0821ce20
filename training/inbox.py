"""The inbox of messages that are worth a look: filtered, grouped by meaning, ranked, with a suggestion for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, cast, distinct, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from language.explaining import Neighbour, Word, explain
from language.understanding import OUT_OF_SCOPE, Guess
from shop.errors import NotFound
from shop.settings import Settings
from shop.tables import TrainingLabel, TrainingMessage
from shop.unit_of_work import Database
from training.labelling.labels import DOUBTED, labels_in_force
from training.logs.reader import reader_of

GROUPS_A_PAGE = 20
STATES = ("open", "labelled", "skipped", "all")


@dataclass(frozen=True)
class InboxFilter:
    """What of the inbox is shown; an empty field leaves nothing out."""

    language: str = ""
    intent: str = ""
    """The likeliest one."""
    second: str = ""
    confidence_from: float | None = None
    confidence_to: float | None = None
    reason: str = ""
    """A name of ``training.logs.REASONS``; ``none`` for messages without any; empty: with or without one."""
    since: datetime | None = None
    until: datetime | None = None
    """Not included itself."""
    state: str = "open"
    """One of ``STATES``; to the open ones belong those whose label looks wrong."""
    second_opinion_for: str = ""
    """Only messages that others have labelled and this person has not, for double annotation; give state all."""
    outcome: str = ""
    model: str = ""
    words: str = ""
    """Part of the text."""


@dataclass(frozen=True)
class ShownLabel:
    """A label that counts."""

    labeller: str
    kind: str
    intent: str
    sentiment: str
    entities: tuple[dict[str, Any], ...] | None
    created_at: datetime


@dataclass(frozen=True)
class ShownMessage:
    """A message as the page draws it."""

    id: int
    """Of ``training_messages``; what labels are given to."""
    conversation_id: str
    text: str
    """Redacted."""
    language: str
    intent: str
    """What the bot acted on."""
    likeliest: str
    second: str
    confidence: float
    margin: float
    out_of_scope_score: float
    sentiment: str
    entities: tuple[dict[str, Any], ...]
    ranking: tuple[tuple[str, float], ...]
    model: str
    outcome: str
    vote: int | None
    satisfaction: int | None
    reasons: tuple[str, ...]
    state: str
    suggestion: str
    """The intent that one key accepts: the likeliest one."""
    labels: tuple[ShownLabel, ...]
    created_at: datetime


@dataclass(frozen=True)
class Group:
    """Messages that say the same, the first to be looked at first."""

    id: int
    messages: tuple[ShownMessage, ...]


@dataclass(frozen=True)
class InboxPage:
    """One page of groups. ``total`` counts groups, ``messages`` what is in all of them."""

    groups: tuple[Group, ...]
    total: int
    messages: int
    page: int
    last_page: int


@dataclass(frozen=True)
class Choices:
    """What the filters can be set to, and how many messages are in each state."""

    languages: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    seconds: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    states: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Suggestion:
    """What the champion makes of a message now, and why."""

    intent: str
    """The likeliest one: what the accept key takes."""
    acted_on: str
    confidence: float
    ranking: tuple[Guess, ...]
    neighbours: tuple[Neighbour, ...]
    """Training examples, nearest first; none while they were never embedded."""
    words: tuple[Word, ...]
    sentiment: str
    entities: tuple[dict[str, Any], ...]


def list_groups(session: Session, chosen: InboxFilter, page: int = 1) -> InboxPage:
    """The groups that hold a message the filter lets through, the most worthwhile first."""
    key = _group_key()
    conditions = _conditions(chosen)
    listed = select(key.label("key"), func.max(TrainingMessage.rank).label("best")).where(*conditions).group_by(key)
    total = session.scalar(select(func.count()).select_from(listed.subquery())) or 0
    messages = session.scalar(select(func.count(TrainingMessage.id)).where(*conditions)) or 0
    last = max(1, -(-total // GROUPS_A_PAGE))
    page = min(max(page, 1), last)
    ordered = listed.order_by(func.max(TrainingMessage.rank).desc(), key).offset((page - 1) * GROUPS_A_PAGE)
    keys = [row.key for row in session.execute(ordered.limit(GROUPS_A_PAGE))]
    rows = session.scalars(
        select(TrainingMessage).where(*conditions, key.in_(keys)).order_by(TrainingMessage.rank.desc())
    ).all()
    shown = _shown(session, rows)
    groups: dict[int, list[ShownMessage]] = {number: [] for number in keys}
    for row, message in zip(rows, shown, strict=True):
        groups[row.group or row.id].append(message)
    made = tuple(Group(number, tuple(members)) for number, members in groups.items())
    return InboxPage(made, total, messages, page, last)


def get_message(session: Session, message_id: int) -> ShownMessage:
    """One message (an id of ``training_messages``). Raises NotFound."""
    return _shown(session, [_row(session, message_id)])[0]


def group_of(session: Session, message_id: int) -> list[int]:
    """Ids of the open messages in the same group, itself included. Raises NotFound."""
    row = _row(session, message_id)
    query = select(TrainingMessage.id).where(_group_key() == (row.group or row.id), TrainingMessage.state == "open")
    return sorted({row.id, *session.scalars(query)})


def choices(session: Session) -> Choices:
    """What there is to filter by."""
    languages, intents, seconds, models = (
        tuple(sorted(value for value in session.scalars(select(distinct(column))) if value))
        for column in (
            TrainingMessage.language,
            TrainingMessage.likeliest,
            TrainingMessage.second,
            TrainingMessage.model,
        )
    )
    counts = select(TrainingMessage.state, func.count(TrainingMessage.id)).group_by(TrainingMessage.state)
    states = {state: count for state, count in session.execute(counts)}
    return Choices(languages, intents, seconds, models, states)


def suggest(database: Database, settings: Settings, message_id: int, intent: str = "") -> Suggestion:
    """What the champion reads in a message, its nearest examples and the words that spoke for it.

    ``intent`` explains another intent than the likeliest one. Raises NotFound where the message is gone, NotReady
    where no model was trained.
    """
    with database.read() as unit:
        row = _row(unit.session, message_id)
    reader = reader_of(database, settings)
    known = intent if intent in reader.model.intents else ""
    explanation = explain(reader.model, row.text, reader.examples(make=False), known)
    reading = reader.model.read(row.text)
    return Suggestion(
        intent=explanation.ranking[0].label,
        acted_on=explanation.acted_on.label,
        confidence=explanation.ranking[0].confidence,
        ranking=tuple(explanation.ranking),
        neighbours=tuple(explanation.neighbours),
        words=tuple(explanation.words),
        sentiment=reading.sentiment.label,
        entities=tuple(
            {"entity": each.entity, "value": each.value, "start": each.start, "end": each.end}
            for each in reading.entities
        ),
    )


def accepted_kind(intent: str) -> str:
    """The kind of label that accepting a suggested intent is."""
    return "out_of_scope" if intent == OUT_OF_SCOPE else "accepted"


def _group_key() -> Any:
    return func.coalesce(TrainingMessage.group, TrainingMessage.id)


def _conditions(chosen: InboxFilter) -> list[Any]:
    column = TrainingMessage
    equal = {
        column.language: chosen.language,
        column.likeliest: chosen.intent,
        column.second: chosen.second,
        column.outcome: chosen.outcome,
        column.model: chosen.model,
        column.state: "" if chosen.state in ("all", "open") else chosen.state,
    }
    conditions = [each == value for each, value in equal.items() if value]
    if chosen.state == "open":
        conditions.append(or_(column.state == "open", _has_reason(DOUBTED)))
    bounds = (
        (chosen.confidence_from, column.confidence.__ge__),
        (chosen.confidence_to, column.confidence.__le__),
        (chosen.since, column.created_at.__ge__),
        (chosen.until, column.created_at.__lt__),
    )
    conditions += [compare(value) for value, compare in bounds if value is not None]
    if chosen.reason:
        none = cast(column.reasons, String) == "[]"
        conditions.append(none if chosen.reason == "none" else _has_reason(chosen.reason))
    if chosen.words:
        conditions.append(func.lower(column.text).contains(chosen.words.lower(), autoescape=True))
    if chosen.second_opinion_for:
        conditions.append(_labelled_by_others_only(chosen.second_opinion_for))
    return conditions


def _has_reason(name: str) -> Any:
    # JSON lists are text in either database; names are told apart by their quotation marks.
    return cast(TrainingMessage.reasons, String).contains(f'"{name}"', autoescape=True)


def _labelled_by_others_only(labeller: str) -> Any:
    in_force = and_(
        TrainingLabel.training_message_id == TrainingMessage.id,
        TrainingLabel.withdrawn_at.is_(None),
        TrainingLabel.kind != "skipped",
    )
    return and_(exists().where(in_force), not_(exists().where(in_force, TrainingLabel.labeller == labeller)))


def _row(session: Session, message_id: int) -> TrainingMessage:
    row = session.get(TrainingMessage, message_id)
    if row is None:
        raise NotFound(f"there is no training message {message_id}; it may have been erased")
    return row


def _shown(session: Session, rows: Sequence[TrainingMessage]) -> list[ShownMessage]:
    standing = labels_in_force(session, [row.id for row in rows])
    return [_one(row, standing.get(row.id, ())) for row in rows]


def _one(row: TrainingMessage, labels: Iterable[TrainingLabel]) -> ShownMessage:
    as_they_are = {
        name: getattr(row, name)
        for name in (
            "id conversation_id text language intent likeliest second confidence margin out_of_scope_score sentiment "
            "model outcome vote satisfaction state created_at"
        ).split()
    }
    return ShownMessage(
        **as_they_are,
        entities=tuple(row.entities),
        ranking=tuple((name, float(confidence)) for name, confidence in row.ranking),
        reasons=tuple(row.reasons),
        suggestion=row.likeliest,
        labels=tuple(
            ShownLabel(
                each.labeller,
                each.kind,
                each.intent,
                each.sentiment,
                None if each.entities is None else tuple(each.entities),
                each.created_at,
            )
            for each in labels
        ),
    )
