"""How the bot understands shoppers, by day and model version: what the page Watching shows.

Read from the messages kept for training, which are redacted and carry what came of each. Free of torch.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from shop.database import utc_day
from shop.errors import BadInput
from shop.tables import TrainingMessage

_LONGEST_DAYS = 366
NOT_UNDERSTOOD = ("asked_back", "fallback", "out_of_scope")
"""Outcomes of a message whose meaning the bot did not find."""


@dataclass(frozen=True)
class Figures:
    """Counts of some messages; they add up. Shares and means are None where there is nothing to take them of."""

    messages: int = 0
    confidence_sum: float = 0.0
    asked_back: int = 0
    fallback: int = 0
    out_of_scope: int = 0
    handed_over: int = 0
    failed: int = 0
    positive: int = 0
    neutral: int = 0
    negative: int = 0
    up_votes: int = 0
    down_votes: int = 0
    rated: int = 0  # conversations that a shopper gave a satisfaction, on the day of their first message
    satisfaction_sum: int = 0

    @property
    def confidence(self) -> float | None:
        """The mean probability of the likeliest intent."""
        return self.confidence_sum / self.messages if self.messages else None

    @property
    def not_understood(self) -> int:
        """Messages whose meaning the bot did not find."""
        return sum(getattr(self, name) for name in NOT_UNDERSTOOD)

    @property
    def thumbs_up(self) -> float | None:
        """The share of thumbs that point up."""
        votes = self.up_votes + self.down_votes
        return self.up_votes / votes if votes else None

    @property
    def satisfaction(self) -> float | None:
        """The mean satisfaction, 1 to 5."""
        return self.satisfaction_sum / self.rated if self.rated else None

    def share(self, name: str) -> float | None:
        """A count's share of the messages."""
        return getattr(self, name) / self.messages if self.messages else None


@dataclass(frozen=True)
class Day:
    """The figures of one day (UTC) and one model, which is named by its fingerprint."""

    day: date
    model: str
    figures: Figures


@dataclass(frozen=True)
class Asked:
    """How often an intent was the likeliest, and how often such a message was not understood."""

    intent: str
    messages: int
    not_understood: int
    by_day: tuple[int, ...]
    """For every day of the span, the oldest first."""


@dataclass(frozen=True)
class Watched:
    """What happened from one day to another, both included."""

    first: date
    last: date
    days: tuple[Day, ...]  # those with messages, the oldest first
    asked: tuple[Asked, ...]  # the most frequent first

    @property
    def every_day(self) -> list[date]:
        """All days of the span, those without messages included."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def total(self) -> Figures:
        """All days and models together."""
        return total_of(day.figures for day in self.days)

    def by_day(self) -> dict[date, Figures]:
        """All models together, for every day of the span."""
        found: dict[date, list[Figures]] = {day: [] for day in self.every_day}
        for one in self.days:
            found[one.day].append(one.figures)
        return {day: total_of(figures) for day, figures in found.items()}

    def by_model(self) -> dict[str, Figures]:
        """All days together, for every model, the one that answered last first."""
        found: dict[str, list[Figures]] = {}
        for one in reversed(self.days):
            found.setdefault(one.model, []).append(one.figures)
        return {model: total_of(figures) for model, figures in found.items()}


def total_of(figures: Iterable[Figures]) -> Figures:
    """The sum of some figures."""
    sums: dict[str, Any] = defaultdict(int)
    for one in figures:
        for field in fields(Figures):
            sums[field.name] += getattr(one, field.name)
    return Figures(**sums)


def watch(session: Session, first: date, last: date, language: str = "") -> Watched:
    """The figures from one day (UTC) to another, both included, in one language or all.

    Raises BadInput for days that cannot be.
    """
    if not first <= last or (last - first).days >= _LONGEST_DAYS:
        raise BadInput(f"the days must be 1 to {_LONGEST_DAYS} in order, got {first} to {last}")
    within = conditions(first, last, language)
    counts: dict[tuple[date, str], dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    _count_messages(session, within, counts)
    _count_satisfaction(session, within, counts)
    days = tuple(Day(day, model, Figures(**counted)) for (day, model), counted in sorted(counts.items()))
    return Watched(first, last, days, _asked(session, within, first, last))


def conditions(first: date, last: date, language: str = "") -> tuple[Any, ...]:
    """What a message must meet to lie in the span and language."""
    start = datetime.combine(first, time(), timezone.utc)
    end = datetime.combine(last + timedelta(days=1), time(), timezone.utc)
    within = (TrainingMessage.created_at >= start, TrainingMessage.created_at < end)
    return (*within, TrainingMessage.language == language) if language else within


def _count_messages(session: Session, within: Any, counts: Any) -> None:
    day = utc_day(session, TrainingMessage.created_at)
    parts = (day, TrainingMessage.model, TrainingMessage.outcome, TrainingMessage.sentiment)
    ups, downs = (func.sum(case((TrainingMessage.vote == vote, 1), else_=0)) for vote in (1, -1))
    query = select(*parts, func.count(), func.sum(TrainingMessage.confidence), ups, downs).where(*within)
    known = {field.name for field in fields(Figures)}
    for at, model, outcome, sentiment, messages, confidence, up, down in session.execute(query.group_by(*parts)):
        counted = counts[date.fromisoformat(str(at)), model]
        counted["messages"] += int(messages)
        counted["confidence_sum"] += float(confidence)
        counted["up_votes"] += int(up)
        counted["down_votes"] += int(down)
        for name in {outcome, sentiment} & known:
            counted[name] += int(messages)


def _count_satisfaction(session: Session, within: Any, counts: Any) -> None:
    """A conversation is rated once, however many messages it has."""
    day = utc_day(session, func.min(TrainingMessage.created_at))
    query = select(day, func.min(TrainingMessage.model), func.max(TrainingMessage.satisfaction))
    query = query.where(*within, TrainingMessage.satisfaction.is_not(None)).group_by(TrainingMessage.conversation_id)
    for at, model, satisfaction in session.execute(query):
        counted = counts[date.fromisoformat(str(at)), model]
        counted["rated"] += 1
        counted["satisfaction_sum"] += int(satisfaction)


def _asked(session: Session, within: Any, first: date, last: date) -> tuple[Asked, ...]:
    day = utc_day(session, TrainingMessage.created_at)
    missed = func.sum(case((TrainingMessage.outcome.in_(NOT_UNDERSTOOD), 1), else_=0))
    query = select(TrainingMessage.likeliest, day, func.count(), missed).where(*within)
    by_day: dict[str, list[int]] = defaultdict(lambda: [0] * ((last - first).days + 1))
    not_understood: Counter[str] = Counter()
    for intent, at, messages, lost in session.execute(query.group_by(TrainingMessage.likeliest, day)):
        by_day[intent][(date.fromisoformat(str(at)) - first).days] += int(messages)
        not_understood[intent] += int(lost)
    found = [Asked(intent, sum(days), not_understood[intent], tuple(days)) for intent, days in by_day.items()]
    return tuple(sorted(found, key=lambda one: (-one.messages, one.intent)))
