"""Conversations: messages numbered without gaps, replies kept with their answers, the hand-over to a person.

Every function takes the session of a unit of work and leaves the commit to the caller. Those that write lock
the conversation's row first (PostgreSQL by ``FOR UPDATE``, SQLite because its transactions begin
immediately), so that several processes may append to one conversation.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import BadInput, Conflict, NotFound
from shop.tables import Conversation, Handover, Message, Reply

Outcome = Literal["answered", "failed", "silent"]
LANGUAGES = ("en", "zh")

_NOTES = {
    "queued": {
        "en": "You are in the queue for a colleague. They will read this conversation and answer here.",
        "zh": "已为您转接人工客服，正在排队。同事会阅读以上对话，并在这里回复您。",
    },
    "unread": {
        "en": "A colleague will read this and answer here. The assistant stays quiet until then.",
        "zh": "人工客服会看到这条消息并在这里回复，在此期间智能助手不会插话。",
    },
    "returned": {
        "en": "The assistant is back. You can ask for a person again at any time.",
        "zh": "智能助手已恢复服务。您随时可以再次要求转人工。",
    },
}


@dataclass(frozen=True)
class Choice:
    """A quick reply: what the shopper sees, and what it stands for (a Rasa payload, or plain text)."""

    title: str
    payload: str


@dataclass(frozen=True)
class Draft:
    """A message to be appended. ``data`` holds what ``kind`` needs; choices are added to it with new ids."""

    author: str
    text: str = ""
    kind: str = "text"
    data: dict[str, Any] = field(default_factory=dict)
    choices: Sequence[Choice] = ()
    client_id: str | None = None
    choice_payload: str | None = None


def open_conversation(session: Session, language: str, customer_id: int | None = None) -> Conversation:
    """A new conversation; ``customer_id`` is given where a signed token said who it is.

    Raises BadInput if the language is not one of ours.
    """
    _check_language(language)
    moment = now()
    conversation = Conversation(
        id=uuid.uuid4().hex,
        customer_id=customer_id,
        identified_by="" if customer_id is None else "token",
        language=language,
        status="bot",
        last_seq=0,
        created_at=moment,
        updated_at=moment,
    )
    session.add(conversation)
    session.flush()
    return conversation


def ensure_conversation(session: Session, conversation_id: str) -> None:
    """Open the named conversation where it does not exist: a stranger's, in English until it is known better."""
    if session.get(Conversation, conversation_id) is None:
        session.add(Conversation(id=conversation_id, language="en", created_at=now(), updated_at=now()))


def get_conversation(session: Session, conversation_id: str) -> Conversation:
    """The conversation as it is now, without locking it. Raises NotFound."""
    conversation = session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None:
        raise NotFound("there is no such conversation")
    return conversation


def append_message(session: Session, conversation_id: str, draft: Draft) -> Message:
    """Store a message under the next number. A ``client_id`` seen before returns the message stored then.

    Raises NotFound if there is no such conversation.
    """
    conversation = _locked(session, conversation_id)
    if draft.client_id is not None:
        earlier = message_of_client(session, conversation_id, draft.client_id)
        if earlier is not None:
            return earlier
    return _append(session, conversation, draft)


def message_of_client(session: Session, conversation_id: str, client_id: str) -> Message | None:
    """The shopper's message that carries this id of the widget, if it was stored."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
    return session.execute(query).scalar_one_or_none()


def messages_after(session: Session, conversation_id: str, seq: int, limit: int = 200) -> list[Message]:
    """Up to ``limit`` messages whose number is above ``seq``, in order."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > seq)
    return list(session.execute(query.order_by(Message.seq).limit(limit)).scalars())


def last_seqs(session: Session, conversation_ids: Iterable[str]) -> dict[str, int]:
    """The number of the last message of each conversation."""
    query = select(Conversation.id, Conversation.last_seq).where(Conversation.id.in_(list(conversation_ids)))
    return {key: seq for key, seq in session.execute(query)}


def find_choice(session: Session, conversation_id: str, choice_id: str) -> Choice:
    """What a choice of this conversation stands for. Raises NotFound for any other id."""
    seq, _, _ = choice_id.partition("-")
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq == _as_seq(seq))
    message = session.execute(query).scalar_one_or_none()
    if message is None or choice_id not in message.payloads:
        raise NotFound("this choice does not belong to the conversation")
    title = next(choice["title"] for choice in message.data["choices"] if choice["id"] == choice_id)
    return Choice(title, message.payloads[choice_id])


def next_pending(session: Session, conversation_id: str) -> Message | None:
    """The oldest shopper's message that was not answered."""
    query = _pending(select(Message)).where(Message.conversation_id == conversation_id)
    return session.execute(query.order_by(Message.seq).limit(1)).scalar_one_or_none()


def conversations_with_pending(session: Session) -> list[str]:
    """The conversations in which a shopper's message waits, the longest wait first."""
    query = _pending(select(Message.conversation_id)).group_by(Message.conversation_id)
    return list(session.execute(query.order_by(func.min(Message.id))).scalars())


def record_reply(
    session: Session,
    message_id: int,
    outcome: Outcome,
    answers: Sequence[Draft],
    *,
    duration_milliseconds: int,
    parse: dict[str, Any] | None = None,
) -> list[Message]:
    """Store that a shopper's message was answered, together with the answers.

    ``parse``, the understanding that led to them, is kept on the question and on every answer.
    Raises NotFound if there is no such message, Conflict if it was answered already.
    """
    question = session.get(Message, message_id)
    if question is None:
        raise NotFound(f"there is no message {message_id}")
    conversation = _locked(session, question.conversation_id)
    if session.execute(select(Reply.id).where(Reply.message_id == message_id)).first():
        raise Conflict(f"message {message_id} was answered already")
    session.add(
        Reply(message_id=message_id, outcome=outcome, duration_milliseconds=duration_milliseconds, created_at=now())
    )
    question.parse = parse
    messages = [_append(session, conversation, answer) for answer in answers]
    for message in messages:
        message.parse = parse
    return messages


def recent_messages(session: Session, conversation_id: str, seconds: int = 60) -> tuple[int, datetime | None]:
    """How many messages the shopper sent within the last seconds, and when the oldest of them was sent."""
    query = select(func.count(Message.id), func.min(Message.created_at)).where(
        Message.conversation_id == conversation_id,
        Message.author == "shopper",
        Message.created_at > now() - timedelta(seconds=seconds),
    )
    count, oldest = session.execute(query).one()
    return count, oldest


def set_language(session: Session, conversation_id: str, language: str) -> None:
    """Remember the language the shopper is answered in. Raises BadInput, NotFound."""
    _check_language(language)
    conversation = _locked(session, conversation_id)
    conversation.language = language


def hand_over(session: Session, conversation_id: str, reason: str, summary: str) -> Handover:
    """Queue the conversation for a person, and tell the shopper. Asking again changes nothing.

    ``reason`` is a short word (``asked``, ``angry``, ``bot_unavailable``), ``summary`` what the person who
    takes over needs to know.
    """
    conversation = _locked(session, conversation_id)
    standing = open_handover(session, conversation_id)
    if conversation.status != "bot" and standing is not None:
        return standing
    handover = Handover(conversation_id=conversation_id, reason=reason, summary=summary, created_at=now())
    session.add(handover)
    conversation.status = "waiting"
    _append(session, conversation, _note(conversation, "queued"))
    return handover


def open_handover(session: Session, conversation_id: str) -> Handover | None:
    """The latest hand-over that was not returned to the bot."""
    query = select(Handover).where(Handover.conversation_id == conversation_id, Handover.returned_at.is_(None))
    return session.execute(query.order_by(Handover.id.desc()).limit(1)).scalar_one_or_none()


def return_to_bot(session: Session, conversation_id: str) -> None:
    """Let the bot answer again, and tell the shopper. Does nothing where the bot has it already."""
    conversation = _locked(session, conversation_id)
    if conversation.status == "bot":
        return
    handover = open_handover(session, conversation_id)
    if handover is not None:
        handover.returned_at = now()
    conversation.status = "bot"
    _append(session, conversation, _note(conversation, "returned"))


def append_agent_message(session: Session, conversation_id: str, text: str) -> Message:
    """What a person writes to the shopper; from then on a person has the conversation."""
    conversation = _locked(session, conversation_id)
    conversation.status = "agent"
    return _append(session, conversation, Draft(author="agent", text=text))


def silent_note(session: Session, conversation_id: str) -> Draft | None:
    """The note that a person will read the message: only for the first since the hand-over, and not once
    the person has written."""
    conversation = _locked(session, conversation_id)
    handover = open_handover(session, conversation_id)
    if handover is None:
        return None
    told = select(Reply.id).join(Message, Message.id == Reply.message_id)
    told = told.where(Reply.outcome == "silent", Reply.created_at >= handover.created_at)
    heard = select(Message.id).where(Message.author == "agent", Message.created_at >= handover.created_at)
    for query in (told, heard):
        if session.execute(query.where(Message.conversation_id == conversation_id).limit(1)).first():
            return None
    return _note(conversation, "unread")


def _append(session: Session, conversation: Conversation, draft: Draft) -> Message:
    conversation.last_seq += 1
    conversation.updated_at = now()
    ids = [f"{conversation.last_seq}-{secrets.token_urlsafe(9)}" for _ in draft.choices]
    data = dict(draft.data)
    if ids:
        data["choices"] = [{"id": key, "title": choice.title} for key, choice in zip(ids, draft.choices, strict=True)]
    message = Message(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author=draft.author,
        kind=draft.kind,
        text=draft.text,
        data=data,
        payloads={key: choice.payload for key, choice in zip(ids, draft.choices, strict=True)},
        client_id=draft.client_id,
        choice_payload=draft.choice_payload,
        created_at=conversation.updated_at,
    )
    session.add(message)
    session.flush()
    return message


def _locked(session: Session, conversation_id: str) -> Conversation:
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    found = session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise NotFound("there is no such conversation")
    return found


def _note(conversation: Conversation, name: str) -> Draft:
    data = {"status": conversation.status, "event": f"handover_{name}"}
    return Draft(author="system", kind="status", text=_NOTES[name][conversation.language], data=data)


def _pending(query: Any) -> Any:
    return query.outerjoin(Reply, Reply.message_id == Message.id).where(Message.author == "shopper", Reply.id.is_(None))


def _as_seq(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise BadInput(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")
