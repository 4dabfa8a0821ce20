"""What shoppers asked and what came of it: where the gaps of the knowledge base show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.answering import Answer
from language.redaction import redact
from shop.clock import now
from shop.privacy import known_names_in
from shop.tables import Article, Message, QuestionLog, Reply

_ARTICLE_PAGE = "/help/"


def log_question(
    session: Session, text: str, language: str, answer: Answer, conversation_id: str | None = None
) -> QuestionLog:
    """Keep a question with its outcome; the caller commits. Personal data in ``text`` is not kept."""
    article_id = None
    if answer.article is not None:
        article_id = session.execute(select(Article.id).where(Article.slug == answer.article.slug)).scalar_one_or_none()
    entry = QuestionLog(
        conversation_id=conversation_id,
        language=language,
        text=redact(text, known_names_in(session, conversation_id)),
        outcome=answer.outcome,
        article_id=article_id,
        score=answer.score,
        vector=answer.vector or None,
        encoder=answer.encoder,
        created_at=now(),
    )
    session.add(entry)
    session.flush()
    return entry


def vote(session: Session, message: Message, given: int) -> list[QuestionLog]:
    """Keep a thumb on one of the bot's messages with the questions that it answers; 0 takes it back.

    Returns those questions: none where the message answers something else, such as where an order is.
    """
    answered = _answered_by(session, message)
    for question in answered:
        question.vote = given or None
    session.flush()
    return answered


def _answered_by(session: Session, message: Message) -> list[QuestionLog]:
    """An article's passage answers what was asked of that article, and what asked back for it; other words, what had
    no answer. A passage that was chosen answers the question that offered it, some turns ago."""
    slug = _slug(message)
    asked = _asked_in_turn(session, message)
    if not slug:
        return [one for one in asked if one.outcome != "answered"] if message.kind == "text" else []
    article_id = session.execute(select(Article.id).where(Article.slug == slug)).scalar_one_or_none()
    about = [one for one in asked if one.article_id == article_id and one.outcome == "answered"]
    return about or [one for one in asked if one.outcome == "asked_back"] or _offered_before(session, message)


def _asked_in_turn(session: Session, message: Message) -> list[QuestionLog]:
    """What was asked between the reply before and the one that the message belongs to: a conversation's messages are
    answered one at a time, and a reply is written with its answers."""
    ended = _replied(message).order_by(Reply.created_at.desc()).limit(2)
    times = list(session.scalars(ended))
    if not times:
        return []
    query = _questions(message).where(QuestionLog.created_at <= times[0])
    if len(times) > 1:
        query = query.where(QuestionLog.created_at > times[1])
    return list(session.scalars(query))


def _offered_before(session: Session, message: Message) -> list[QuestionLog]:
    query = _questions(message).where(QuestionLog.created_at <= message.created_at, QuestionLog.outcome == "asked_back")
    return list(session.scalars(query.order_by(QuestionLog.id.desc()).limit(1)))


def _replied(message: Message) -> Any:
    query = select(Reply.created_at).join(Message, Message.id == Reply.message_id)
    return query.where(Message.conversation_id == message.conversation_id, Reply.created_at <= message.created_at)


def _questions(message: Message) -> Any:
    return select(QuestionLog).where(QuestionLog.conversation_id == message.conversation_id)


def _slug(message: Message) -> str:
    url = str((message.data.get("link") or {}).get("url", ""))
    return url.removeprefix(_ARTICLE_PAGE) if url.startswith(_ARTICLE_PAGE) else ""
