"""Questions that continue the one before: "and for international orders?", "how long does that take?", "那国外呢？".

Which they are is told by their words; what they mean is found by asking the question alone and behind the one before,
and adding the scores up. A question that stands by itself is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.layers import Found
from knowledge.lexical import tokens
from shop.clock import now
from shop.tables import Article, Message, QuestionLog

Leaning = Literal["same", "other"]
"""What a question leans on: the same matter ("how long does that take?"), or another case of it ("and abroad?")."""

_REMEMBERED = timedelta(minutes=30)
_MESSAGES_SINCE = 2  # the question itself, and one in between: a tapped choice, a thank you
_LONGEST = 200  # characters of the question before

_SHARE_JOINED = {"same": 2 / 3, "other": 1 / 2}
_ANOTHER_CASE = 0.1
"""What the article answered with before loses where another case is asked for."""

_LEAD = re.compile(r"^\W*(?:(?:and|but|or|also)\b[\s,]*)+", re.I)
_WHAT_ABOUT = re.compile(r"^\W*(?:what|how) about\b\s*", re.I)
_BEGINS_WHOLE = re.compile(
    r"(?:how|what|whats|when|where|which|who|why|is|are|was|do|does|did|can|could|will|would|should|may|have|has|i|im|"
    r"you|we|please|tell|show)\b",
    re.I,
)
_CASE_WORDS = 6
_SAME_WORDS = 8
# What can be said of anything: a question of nothing else says not what it is about.
_SAYS_NOTHING = frozenset(
    tokens(
        "how long much many often soon fast take takes cost costs free extra fee fees charge charged pay need needs "
        "work works possible anything something ok okay allowed days hours time also really exactly one ones one's "
        "happen happens why then else there those these than"
    )
)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_CHINESE_OTHER = re.compile(r"^\W*(?:那么?|还有|另外|但是?)?\W*(?P<case>[^，,。？?！!你您我]{1,10}?)呢\W*$")
_CHINESE_ASKS = re.compile(r"怎|多少|吗|什么|哪|几|多久|多长|如何|能不能|可不可以|是不是|有没有")
_CHINESE_SAYS_NOTHING = re.compile(
    r"(?:需要|要|收|付|出|算)+运费(?=吗)|那么?|这样|这个|那个|它们?|大概|一般|大约|需不需要|要不要|需要|可以|能够?|得|会|要|还|再|也|是|收|付|交|花|给|的|了|"
    r"多久|多长时间|多少钱|多少|多长|几天|几个|工作日|天|小时|什么时候|时间|时候|免费|收费|费用|钱|费|另外|额外|"
    r"怎么|如何|为什么|办|弄|操作|做|吗|呢|吧|啊|到|有|没|不|行"
)


@dataclass(frozen=True)
class Before:
    """The question before this one, and the article it was answered with (None where it was not)."""

    question: str
    slug: str | None


def question_before(session: Session, conversation_id: str) -> Before | None:
    """The last question of a conversation to the knowledge base, where this message may still lean on it."""
    query = (
        select(QuestionLog.text, QuestionLog.created_at, Article.slug)
        .outerjoin(Article, Article.id == QuestionLog.article_id)
        .where(QuestionLog.conversation_id == conversation_id, QuestionLog.created_at >= now() - _REMEMBERED)
        .order_by(QuestionLog.id.desc())
        .limit(1)
    )
    last = session.execute(query).first()
    if last is None:
        return None
    since = select(func.count()).where(
        Message.conversation_id == conversation_id, Message.author == "shopper", Message.created_at > last.created_at
    )
    if session.execute(since).scalar_one() > _MESSAGES_SINCE:
        return None
    return Before(last.text[-_LONGEST:], last.slug)


def leaning(question: str) -> Leaning | None:
    """What a question leans on; None where it stands by itself."""
    return _leaning_chinese(question) if _CHINESE.search(question) else _leaning_english(question)


def joined(before: Before, question: str) -> str:
    """Both as one text."""
    return f"{before.question} {question.strip()}"


def together(kind: Leaning, before: Before, alone: Sequence[Found], behind: Sequence[Found]) -> list[Found]:
    """What was found for the question alone and behind the one before, as one ranking."""
    share = _SHARE_JOINED[kind]
    found = {(hit.search, hit.article): hit for hit in (*behind, *alone)}
    scores = dict.fromkeys(found, 0.0)
    for hits, weight in ((behind, share), (alone, 1 - share)):
        for hit in hits:
            scores[hit.search, hit.article] += weight * max(hit.score, 0.0)
    ranked = []
    for key, hit in found.items():
        again = kind == "other" and hit.entry.slug == before.slug
        score = scores[key] - (_ANOTHER_CASE if again else 0.0)
        ranked.append(replace(hit, score=score, rank_score=score))
    return sorted(ranked, key=lambda hit: -hit.score)


def _leaning_english(question: str) -> Leaning | None:
    rest = _LEAD.sub("", question.replace("’", "'"))
    about = _WHAT_ABOUT.match(rest)
    case = rest[about.end() :] if about else rest
    words = len(re.findall(r"[\w'-]+", case))
    if not words:
        return None
    led = about or rest != question.replace("’", "'")
    if led and words <= _CASE_WORDS and not _BEGINS_WHOLE.match(case.strip()):
        return "other"
    says = [word for word in tokens(rest) if word not in _SAYS_NOTHING]
    return "same" if not says and words <= _SAME_WORDS and _BEGINS_WHOLE.match(case.strip()) else None


def _leaning_chinese(question: str) -> Leaning | None:
    other = _CHINESE_OTHER.match(question)
    if other and not _CHINESE_ASKS.search(other["case"]):
        return "other"
    says = re.sub(r"\W", "", _CHINESE_SAYS_NOTHING.sub("", question))
    return "same" if not says and _CHINESE_ASKS.search(question) else None
