"""How the bot serves: containment, hand-over, satisfaction, answers, the most read articles; by day and language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.database import utc_day
from shop.errors import BadInput
from shop.tables import Article, ArticleEdition, Conversation, Handover, Message, QuestionLog

_LONGEST_DAYS = 366
_TOP = 20


@dataclass(frozen=True)
class Day:
    """One day in one language. A conversation counts on the day it began, a question on the day it was asked."""

    day: date
    language: str
    conversations: int = 0  # in which a shopper said something
    handed_over: int = 0  # of those
    answered: int = 0  # questions
    asked_back: int = 0
    unanswered: int = 0
    up_votes: int = 0
    down_votes: int = 0


@dataclass(frozen=True)
class TopArticle:
    """An article that answered often."""

    slug: str
    title: str
    answers: int
    up_votes: int
    down_votes: int


@dataclass(frozen=True)
class Analytics:
    """The figures of some days. Shares are None where there is nothing to take a share of."""

    days: tuple[Day, ...]  # every day and language, those without anything included, oldest first
    handover_reasons: Mapping[str, int]
    top_articles: tuple[TopArticle, ...]

    def total(self, name: str) -> int:
        """The sum of one of the counts of ``Day``."""
        return sum(getattr(day, name) for day in self.days)

    @property
    def containment(self) -> float | None:
        """The share of conversations that needed no person."""
        rate = self.handover_rate
        return None if rate is None else 1 - rate

    @property
    def handover_rate(self) -> float | None:
        """The share of conversations that were handed over."""
        return _share(self.total("handed_over"), self.total("conversations"))

    @property
    def satisfaction(self) -> float | None:
        """The share of votes that say it helped."""
        return _share(self.total("up_votes"), self.total("up_votes") + self.total("down_votes"))

    @property
    def answer_rate(self) -> float | None:
        """The share of questions that were answered at once."""
        asked = sum(self.total(name) for name in ("answered", "asked_back", "unanswered"))
        return _share(self.total("answered"), asked)


def analytics(session: Session, first: date, last: date, languages: tuple[str, ...] = ("en", "zh")) -> Analytics:
    """The figures from one day (UTC) to another, both included. Raises BadInput for days that cannot be."""
    if not first <= last or (last - first).days >= _LONGEST_DAYS:
        raise BadInput(f"the days must be 1 to {_LONGEST_DAYS} in order, got {first} to {last}")
    span = _span(first, last)
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    _count_conversations(session, span, counts)
    _count_questions(session, span, counts)
    every_day = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    days = [Day(day, language, **counts[day.isoformat(), language]) for day in every_day for language in languages]
    return Analytics(tuple(days), _reasons(session, span), tuple(_top(session, span)))


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    return (
        datetime.combine(first, time(), timezone.utc),
        datetime.combine(last + timedelta(days=1), time(), timezone.utc),
    )


def _count_conversations(session: Session, span: Any, counts: Any) -> None:
    spoken = select(Message.id).where(Message.conversation_id == Conversation.id, Message.author == "shopper").exists()
    handed = select(Handover.id).where(Handover.conversation_id == Conversation.id).exists()
    day = utc_day(session, Conversation.created_at)
    for name, conditions in (("conversations", (spoken,)), ("handed_over", (spoken, handed))):
        query = select(day, Conversation.language, func.count()).where(*_within(Conversation, span), *conditions)
        for at, language, count in session.execute(query.group_by(day, Conversation.language)):
            counts[str(at), language][name] = int(count)


def _count_questions(session: Session, span: Any, counts: Any) -> None:
    day = utc_day(session, QuestionLog.created_at)
    query = select(day, QuestionLog.language, QuestionLog.outcome, QuestionLog.vote, func.count())
    query = query.where(*_within(QuestionLog, span))
    query = query.group_by(day, QuestionLog.language, QuestionLog.outcome, QuestionLog.vote)
    for at, language, outcome, vote, count in session.execute(query):
        counted = counts[str(at), language]
        counted[outcome] += int(count)
        if vote is not None:
            counted["up_votes" if vote > 0 else "down_votes"] += int(count)


def _reasons(session: Session, span: Any) -> dict[str, int]:
    query = select(Handover.reason, func.count()).where(*_within(Handover, span)).group_by(Handover.reason)
    return {reason: int(count) for reason, count in session.execute(query.order_by(func.count().desc()))}


def _top(session: Session, span: Any) -> list[TopArticle]:
    title = (
        select(ArticleEdition.title)
        .where(ArticleEdition.article_id == Article.id)
        .order_by(ArticleEdition.language)
        .limit(1)
        .scalar_subquery()
    )
    ups, downs = (func.coalesce(func.sum(func.abs(QuestionLog.vote + sign) / 2), 0) for sign in (1, -1))
    query = (
        select(Article.slug, title, func.count(), ups, downs)
        .join(QuestionLog, QuestionLog.article_id == Article.id)
        .where(*_within(QuestionLog, span), QuestionLog.outcome == "answered")
        .group_by(Article.id, Article.slug)
        .order_by(func.count().desc(), Article.slug)
        .limit(_TOP)
    )
    return [TopArticle(slug, name, int(n), int(up), int(down)) for slug, name, n, up, down in session.execute(query)]


def _within(table: Any, span: tuple[datetime, datetime]) -> tuple[Any, Any]:
    return table.created_at >= span[0], table.created_at < span[1]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
