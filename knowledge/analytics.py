"""How the bot serves: containment, hand-over, satisfaction, answers, the most read articles; by day and language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.database import utc_day
from shop.errors import BadInput
from shop.tables import AnswerVote, Article, ArticleEdition, Conversation, Handover, Message, QuestionLog, Satisfaction

_LONGEST_DAYS = 366
_TOP = 20
_CONTENT_SCORE = 4  # of 5, and above


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
    up_votes: int = 0  # thumbs on the bot's answers, of any kind, on the day they were given
    down_votes: int = 0
    ratings: int = 0  # conversations rated on this day
    score_sum: int = 0  # of those, 1 to 5 each
    judged: int = 0  # conversations that were rated or got thumbs on this day
    content: int = 0  # of those: rated 4 or 5; where not rated, more thumbs up than down


@dataclass(frozen=True)
class Comment:
    """What a shopper wrote beside a rating, without personal data."""

    at: datetime
    language: str
    score: int
    text: str


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
    comments: tuple[Comment, ...] = ()  # the newest first

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
        """The share of content shoppers among those who said so: by their rating, else by their thumbs."""
        return _share(self.total("content"), self.total("judged"))

    @property
    def helpful(self) -> float | None:
        """The share of thumbs that point up."""
        return _share(self.total("up_votes"), self.total("up_votes") + self.total("down_votes"))

    @property
    def mean_score(self) -> float | None:
        """The mean of the ratings, 1 to 5."""
        return _share(self.total("score_sum"), self.total("ratings"))

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
    _count_feedback(session, span, counts)
    every_day = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    days = [Day(day, language, **counts[day.isoformat(), language]) for day in every_day for language in languages]
    comments = tuple(_comments(session, span, languages))
    return Analytics(tuple(days), _reasons(session, span), tuple(_top(session, span)), comments)


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
    query = select(day, QuestionLog.language, QuestionLog.outcome, func.count()).where(*_within(QuestionLog, span))
    query = query.group_by(day, QuestionLog.language, QuestionLog.outcome)
    for at, language, outcome, count in session.execute(query):
        counts[str(at), language][outcome] += int(count)


def _count_feedback(session: Session, span: Any, counts: Any) -> None:
    """Thumbs and ratings. A conversation is judged once a day: by its rating, else by the balance of its thumbs."""
    balances: dict[tuple[str, str, str], int] = defaultdict(int)
    day = utc_day(session, AnswerVote.updated_at)
    thumbs = (
        select(day, Conversation.language, Conversation.id, AnswerVote.vote, func.count())
        .join(Message, Message.id == AnswerVote.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*_since(AnswerVote.updated_at, span))
        .group_by(day, Conversation.language, Conversation.id, AnswerVote.vote)
    )
    for at, language, conversation_id, vote, count in session.execute(thumbs):
        counts[str(at), language]["up_votes" if vote > 0 else "down_votes"] += int(count)
        balances[str(at), language, conversation_id] += int(vote * count)
    for at, language, conversation_id, score in session.execute(_ratings(session, span)):
        counted = counts[str(at), language]
        counted["ratings"] += 1
        counted["score_sum"] += int(score)
        balances[str(at), language, conversation_id] = int(score) - _CONTENT_SCORE + 1
    for (at, language, _), balance in balances.items():
        counts[at, language]["judged"] += 1
        counts[at, language]["content"] += balance > 0


def _ratings(session: Session, span: Any) -> Any:
    query = select(
        utc_day(session, Satisfaction.updated_at), Conversation.language, Conversation.id, Satisfaction.score
    ).join(Conversation, Conversation.id == Satisfaction.conversation_id)
    return query.where(*_since(Satisfaction.updated_at, span))


def _comments(session: Session, span: Any, languages: tuple[str, ...]) -> Iterator[Comment]:
    query = (
        select(Satisfaction.updated_at, Conversation.language, Satisfaction.score, Satisfaction.comment)
        .join(Conversation, Conversation.id == Satisfaction.conversation_id)
        .where(*_since(Satisfaction.updated_at, span), Satisfaction.comment != "", Conversation.language.in_(languages))
        .order_by(Satisfaction.updated_at.desc())
        .limit(_TOP)
    )
    for at, language, score, text in session.execute(query):
        yield Comment(at, language, score, text)


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
    return _since(table.created_at, span)


def _since(column: Any, span: tuple[datetime, datetime]) -> tuple[Any, Any]:
    return column >= span[0], column < span[1]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
