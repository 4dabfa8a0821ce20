"""Articles of the knowledge base, their revisions, and what shoppers asked of them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import relationship

from shop.tables.base import Base, UtcDateTime


class Article(Base):
    """One subject of the knowledge base in all its languages. ``status``: draft, published, archived."""

    __tablename__ = "articles"
    id = Column(Integer, primary_key=True)
    slug = Column(String(80), nullable=False, unique=True)
    category = Column(String(40), nullable=False, index=True)  # shipping, returns, payment, ...
    status = Column(String(10), nullable=False, default="draft", index=True)
    created_at = Column(UtcDateTime, nullable=False)
    updated_at = Column(UtcDateTime, nullable=False)
    revisions = relationship("ArticleRevision", back_populates="article", order_by="ArticleRevision.id")


class ArticleRevision(Base):
    """What an article says in one language; never changed once written. Of each language the highest
    number counts."""

    __tablename__ = "article_revisions"
    __table_args__ = (UniqueConstraint("article_id", "language", "number"),)
    id = Column(Integer, primary_key=True)
    article_id = Column(ForeignKey("articles.id"), nullable=False, index=True)
    language = Column(String(2), nullable=False)
    number = Column(Integer, nullable=False)  # counts from 1 within an article's language
    title = Column(String(200), nullable=False)
    body = Column(Text, nullable=False)  # Markdown
    questions = Column(JSON, nullable=False, default=list)  # other ways to ask for it, as plain strings
    author = Column(String(80), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    article = relationship("Article", back_populates="revisions")


class QuestionLog(Base):
    """A question and what came of it. ``outcome``: answered, asked_back, unanswered."""

    __tablename__ = "question_logs"
    __table_args__ = (Index("ix_question_logs_outcome_created_at", "outcome", "created_at"),)
    id = Column(Integer, primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=True, index=True)
    language = Column(String(2), nullable=False)
    text = Column(Text, nullable=False)
    outcome = Column(String(10), nullable=False)
    article_id = Column(ForeignKey("articles.id"), nullable=True, index=True)
    score = Column(Float, nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
