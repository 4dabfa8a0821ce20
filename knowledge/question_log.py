"""What shoppers asked and what came of it: where the gaps of the knowledge base show."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.answering import Answer
from language.redaction import redact
from shop.clock import now
from shop.tables import Article, QuestionLog


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
        text=redact(text),
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
