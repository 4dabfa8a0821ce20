"""Articles of the knowledge base, their revisions, and what shoppers asked of them."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import relationship

from shop.tables.base import Base, UtcDateTime


class KnowledgeState(Base):
    """One row that counts the changes of what the bot may answer.

    Who changes it holds the row until the commit, so that numbers become visible in their order.
    """

    __tablename__ = "knowledge_state"
    id = Column(Integer, primary_key=True)  # always 1
    change = Column(Integer, nullable=False, default=0)


class Article(Base):
    """One subject of the knowledge base in all its languages. ``status``: draft, published, archived.

    Category, audience and validity are those of the revision published last; revisions keep their own.
    """

    __tablename__ = "articles"
    id = Column(Integer, primary_key=True)
    slug = Column(String(80), nullable=False, unique=True)
    category = Column(String(40), nullable=False, index=True)  # shipping, returns, payment, ...
    status = Column(String(10), nullable=False, default="draft", index=True)
    audience = Column(String(10), nullable=False, default="everyone", server_default="everyone")
    valid_from = Column(UtcDateTime, nullable=True)
    valid_until = Column(UtcDateTime, nullable=True)
    change = Column(Integer, nullable=False, default=0, server_default="0", index=True)  # see KnowledgeState
    created_at = Column(UtcDateTime, nullable=False)
    updated_at = Column(UtcDateTime, nullable=False, index=True)
    editions = relationship("ArticleEdition", back_populates="article", order_by="ArticleEdition.language")
    revisions = relationship("ArticleRevision", back_populates="article", order_by="ArticleRevision.id")


class ArticleEdition(Base):
    """An article in one language: its newest revision, and the one that answers (none: it was never published)."""

    __tablename__ = "article_editions"
    __table_args__ = (UniqueConstraint("article_id", "language"), Index("ix_article_editions_title", "title"))
    id = Column(Integer, primary_key=True)
    article_id = Column(ForeignKey("articles.id"), nullable=False)
    language = Column(String(2), nullable=False)
    title = Column(String(200), nullable=False)  # of the newest revision, for lists
    latest_number = Column(Integer, nullable=False)
    published_number = Column(Integer, nullable=True)
    article = relationship("Article", back_populates="editions")


class ArticleRevision(Base):
    """What an article says in one language; never changed once written."""

    __tablename__ = "article_revisions"
    __table_args__ = (UniqueConstraint("article_id", "language", "number"),)
    id = Column(Integer, primary_key=True)
    article_id = Column(ForeignKey("articles.id"), nullable=False, index=True)
    language = Column(String(2), nullable=False)
    number = Column(Integer, nullable=False)  # counts from 1 within an article's language
    title = Column(String(200), nullable=False)
    body = Column(Text, nullable=False)  # Markdown
    questions = Column(JSON, nullable=False, default=list)  # other ways to ask for it, as plain strings
    category = Column(String(40), nullable=False, server_default="")
    audience = Column(String(10), nullable=False, default="everyone", server_default="everyone")
    valid_from = Column(UtcDateTime, nullable=True)
    valid_until = Column(UtcDateTime, nullable=True)
    note = Column(String(200), nullable=False, default="", server_default="")  # "restored from 3"
    author = Column(String(80), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    article = relationship("Article", back_populates="revisions")


class RevisionVectors(Base):
    """What one encoder made of one revision: float16 rows of phrasings, passages and the whole, in that order."""

    __tablename__ = "revision_vectors"
    revision_id = Column(ForeignKey("article_revisions.id"), primary_key=True)
    encoder = Column(String(120), primary_key=True)  # the encoder's fingerprint and the version of the cutting
    rows = Column(Integer, nullable=False)
    vectors = Column(LargeBinary, nullable=False)


class QuestionLog(Base):
    """A question and what came of it. ``outcome``: answered, asked_back, unanswered."""

    __tablename__ = "question_logs"
    __table_args__ = (
        Index("ix_question_logs_outcome_created_at", "outcome", "created_at"),
        Index("ix_question_logs_created_at", "created_at"),
    )
    id = Column(Integer, primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=True, index=True)
    language = Column(String(2), nullable=False)
    text = Column(Text, nullable=False)
    outcome = Column(String(10), nullable=False)
    article_id = Column(ForeignKey("articles.id"), nullable=True, index=True)
    score = Column(Float, nullable=False)
    vote = Column(Integer, nullable=True)  # 1: it helped, -1: it did not, empty: not said
    vector = Column(LargeBinary, nullable=True)  # float16, by the encoder named beside it
    encoder = Column(String(120), nullable=False, default="", server_default="")
    gap_decision_id = Column(ForeignKey("gap_decisions.id"), nullable=True, index=True)
    created_at = Column(UtcDateTime, nullable=False)


class GapDecision(Base):
    """What a lead did about questions of one meaning. ``kind``: dismissed, attached, drafted."""

    __tablename__ = "gap_decisions"
    id = Column(Integer, primary_key=True)
    language = Column(String(2), nullable=False)
    kind = Column(String(10), nullable=False)
    reason = Column(String(300), nullable=False, default="")
    article_id = Column(ForeignKey("articles.id"), nullable=True)
    example = Column(Text, nullable=False)  # the question nearest to the middle of the group
    vector = Column(LargeBinary, nullable=True)  # of the example: float16, by the encoder named beside it
    encoder = Column(String(120), nullable=False, default="", server_default="")
    author = Column(String(80), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)


class QuestionList(Base):
    """A saved list of questions with the articles they should lead to: what a batch test runs."""

    __tablename__ = "question_lists"
    id = Column(Integer, primary_key=True)
    name = Column(String(120), nullable=False, unique=True)
    # [{"question": "is shipping free", "language": "en", "slug": "shipping-cost"}]; an empty slug: no answer expected
    questions = Column(JSON, nullable=False)
    author = Column(String(80), nullable=False)
    updated_at = Column(UtcDateTime, nullable=False)
