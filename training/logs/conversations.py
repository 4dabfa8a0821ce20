"""Conversations as the database has them, cut into the shopper's turns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.privacy import known_names
from shop.tables import AnswerVote, Conversation, Handover, Message, Reply, Satisfaction
from training.logs.outcomes import Turn, payloads_of
from training.logs.parsed import Parsed


@dataclass(frozen=True)
class SaidTurn:
    """One typed message that the bot was to answer, and what followed."""

    message_id: int
    conversation_id: str
    text: str
    language: str
    parsed: Parsed
    turn: Turn
    vote: int | None
    created_at: datetime


@dataclass(frozen=True)
class Said:
    """What a shopper typed in one conversation, in order."""

    conversation_id: str
    known_names: tuple[str, ...]
    """Of the customer and those whom their parcels go to, where it is known who they are."""
    satisfaction: int | None
    turns: tuple[SaidTurn, ...]


def read(session: Session, conversation_ids: Sequence[str]) -> list[Said]:
    """The named conversations. Choices that were tapped, and what a person was to answer, are left out."""
    of_these = Conversation.id.in_(conversation_ids)
    standing = session.scalars(select(Conversation).where(of_these)).all()
    messages = _by_conversation(session, Message, conversation_ids)
    handovers = _by_conversation(session, Handover, conversation_ids)
    ids = select(Message.id).where(Message.conversation_id.in_(conversation_ids))
    replies = {row.message_id: row for row in session.scalars(select(Reply).where(Reply.message_id.in_(ids)))}
    votes = dict(
        session.execute(select(AnswerVote.message_id, AnswerVote.vote).where(AnswerVote.message_id.in_(ids))).all()
    )
    scores = dict(
        session.execute(
            select(Satisfaction.conversation_id, Satisfaction.score).where(
                Satisfaction.conversation_id.in_(conversation_ids)
            )
        ).all()
    )
    customers = {each.customer_id for each in standing}
    names = {customer_id: known_names(session, customer_id) for customer_id in customers}
    return [
        Said(
            each.id,
            names[each.customer_id],
            scores.get(each.id),
            tuple(_turns(each, messages[each.id], handovers[each.id], replies, votes)),
        )
        for each in standing
    ]


def _by_conversation(session: Session, table: Any, conversation_ids: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.scalars(select(table).where(table.conversation_id.in_(conversation_ids)).order_by(table.id)):
        found[row.conversation_id].append(row)
    return found


def _turns(
    conversation: Any, messages: list[Any], handovers: list[Any], replies: dict[int, Any], votes: dict[int, int]
) -> list[SaidTurn]:
    messages = sorted(messages, key=lambda message: message.seq)
    starts = [place for place, message in enumerate(messages) if message.author == "shopper"]
    turns = []
    for start, end in zip(starts, [*starts[1:], len(messages)], strict=True):
        message, answers = messages[start], [each for each in messages[start:end] if each.author == "bot"]
        reply = replies.get(message.id)
        if reply is None or reply.outcome == "silent" or message.choice_payload is not None or not message.text.strip():
            continue
        parsed = Parsed.of_parse(message.parse)
        turns.append(
            SaidTurn(
                message.id,
                conversation.id,
                message.text,
                parsed.language or conversation.language,
                parsed,
                Turn(reply.outcome, payloads_of(answers), _handed_over(message, reply, handovers)),
                next((votes[each.id] for each in reversed(answers) if each.id in votes), None),
                message.created_at,
            )
        )
    return turns


def _handed_over(message: Any, reply: Any, handovers: list[Any]) -> bool:
    return any(message.created_at <= handover.created_at <= reply.created_at for handover in handovers)
