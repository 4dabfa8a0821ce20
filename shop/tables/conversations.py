"""Conversations, their messages, and the hand-over to a person."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Text, UniqueConstraint

from shop.tables.base import Base, UtcDateTime


class Conversation(Base):
    """One shopper's chat. ``status``: bot, waiting (for a person), agent (a person has it).

    ``customer_id`` is who the shopper is; only the gateway (a signed token) and the identity check (a
    one-time code) write it.
    """

    __tablename__ = "conversations"
    id = Column(String(32), primary_key=True)
    customer_id = Column(ForeignKey("customers.id"), nullable=True, index=True)
    identified_by = Column(String(20), nullable=False, default="")  # token, code
    status = Column(String(10), nullable=False, default="bot", index=True)
    language = Column(String(2), nullable=False, default="en")
    last_seq = Column(Integer, nullable=False, default=0)
    created_at = Column(UtcDateTime, nullable=False)
    updated_at = Column(UtcDateTime, nullable=False)


class Message(Base):
    """One entry of a conversation. ``seq`` counts from 1 without gaps within a conversation."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "client_id"),
    )
    id = Column(Integer, primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False, index=True)
    seq = Column(Integer, nullable=False)
    author = Column(String(10), nullable=False)  # shopper, bot, agent, system
    kind = Column(String(20), nullable=False)
    text = Column(Text, nullable=False, default="")
    data = Column(JSON, nullable=False, default=dict)  # what the kind needs, choices included, as the widget gets it
    payloads = Column(JSON, nullable=False, default=dict)  # choice id -> payload for Rasa; never leaves the server
    client_id = Column(String(64), nullable=True)  # shopper messages: the id the widget made
    choice_payload = Column(Text, nullable=True)  # shopper messages: what the tapped choice stood for
    parse = Column(JSON, nullable=True)  # the understanding that led to a reply
    created_at = Column(UtcDateTime, nullable=False)


class Reply(Base):
    """That a shopper's message was answered: written in one transaction with the answers, so that a
    restart knows which messages still wait. ``outcome``: answered, failed, silent (a person has it)."""

    __tablename__ = "replies"
    id = Column(Integer, primary_key=True)
    message_id = Column(ForeignKey("messages.id"), nullable=False, unique=True)
    outcome = Column(String(10), nullable=False)
    duration_milliseconds = Column(Integer, nullable=False)
    created_at = Column(UtcDateTime, nullable=False)


class Handover(Base):
    """A request for a person: why, and what they need to know."""

    __tablename__ = "handovers"
    id = Column(Integer, primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False, index=True)
    reason = Column(String(40), nullable=False)
    summary = Column(Text, nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    returned_at = Column(UtcDateTime, nullable=True)


class DialogueState(Base):
    """What Rasa remembers of a conversation: its slots and last turns, bounded by ``bot.tracker_store``."""

    __tablename__ = "dialogue_states"
    conversation_id = Column(String(80), primary_key=True)
    events = Column(JSON, nullable=False)
    updated_at = Column(UtcDateTime, nullable=False)
