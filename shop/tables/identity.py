"""One-time codes and the mails that carry them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Text

from shop.tables.base import Base, UtcDateTime


class OneTimeCode(Base):
    """A code asked for in a conversation. ``customer_id`` is empty where no account has the e-mail: such a
    row behaves like any other, so that nothing tells the two apart."""

    __tablename__ = "one_time_codes"
    id = Column(Integer, primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False, index=True)
    email = Column(String(200), nullable=False, index=True)
    customer_id = Column(ForeignKey("customers.id"), nullable=True)
    code_hash = Column(String(64), nullable=False)
    tries = Column(Integer, nullable=False, default=0)
    created_at = Column(UtcDateTime, nullable=False)
    expires_at = Column(UtcDateTime, nullable=False)
    used_at = Column(UtcDateTime, nullable=True)


class Mail(Base):
    """A mail the shop sent; the demo shop's mailbox page shows these."""

    __tablename__ = "mails"
    id = Column(Integer, primary_key=True)
    recipient = Column(String(200), nullable=False, index=True)
    subject = Column(String(200), nullable=False)
    body = Column(Text, nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
