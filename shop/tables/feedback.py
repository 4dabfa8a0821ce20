"""What shoppers say of the answers: a thumb on one answer, and how content they are with a whole conversation."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Text

from shop.tables.base import Base, UtcDateTime


class AnswerVote(Base):
    """A shopper's thumb on one of the bot's messages; a later one replaces the earlier. ``vote``: 1 or -1."""

    __tablename__ = "answer_votes"
    message_id = Column(ForeignKey("messages.id"), primary_key=True)
    vote = Column(Integer, nullable=False)
    updated_at = Column(UtcDateTime, nullable=False, index=True)


class Satisfaction(Base):
    """How content a shopper was with a conversation: 1 to 5, and why in their words (redacted)."""

    __tablename__ = "satisfactions"
    conversation_id = Column(ForeignKey("conversations.id"), primary_key=True)
    score = Column(Integer, nullable=False)
    comment = Column(Text, nullable=False, default="")
    updated_at = Column(UtcDateTime, nullable=False, index=True)
