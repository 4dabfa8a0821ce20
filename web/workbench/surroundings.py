"""The conversation around a message, without the names, addresses and numbers that were said in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from language.redaction import redact
from shop.conversations import get_conversation, messages_after
from shop.privacy import known_names
from shop.tables import Message, TrainingMessage

_BEFORE, _SHOWN = 6, 12
_LONGEST = 600


@dataclass(frozen=True)
class Line:
    """What somebody said. ``author``: shopper, bot, agent, system."""

    author: str
    text: str
    choices: tuple[str, ...]
    is_this: bool


def lines_around(session: Session, training_message_id: int) -> tuple[Line, ...]:
    """What was said shortly before and after; nothing where the conversation is not kept any more."""
    row = session.get(TrainingMessage, training_message_id)
    message = session.get(Message, row.message_id) if row is not None else None
    if message is None:
        return ()
    names = known_names(session, get_conversation(session, message.conversation_id).customer_id)
    lines = messages_after(session, message.conversation_id, max(0, message.seq - _BEFORE - 1), _SHOWN)
    return tuple(_line(each, names, each.id == message.id) for each in lines)


def _line(message: Message, names: tuple[str, ...], is_this: bool) -> Line:
    text = redact(message.text or message.data.get("title", "") or message.kind.replace("_", " "), names)
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + " …"
    choices = tuple(redact(str(choice.get("title", "")), names) for choice in message.data.get("choices", []))
    return Line(message.author, shown, choices, is_this)
