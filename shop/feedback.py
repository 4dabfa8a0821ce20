"""What shoppers say of the answers: a thumb on one of them, and how content they are with a whole conversation.

Every function takes the session of a unit of work and leaves the commit to the caller. Those that write lock the row
they are about first, so that the same thing sent twice at once is kept once.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import BadInput, NotFound
from shop.tables import AnswerVote, Conversation, Message, Satisfaction

VOTES = (-1, 0, 1)
LOWEST_SCORE, HIGHEST_SCORE = 1, 5
LONGEST_COMMENT = 500


def vote(session: Session, conversation_id: str, seq: int, given: int) -> Message:
    """Keep a thumb (1 up, -1 down) on a message of the bot in place of an earlier one; 0 takes it back.

    Returns the message. Raises BadInput for any other number, NotFound if the conversation has no such message of
    the bot.
    """
    if given not in VOTES:
        raise BadInput(f"a vote is 1, -1 or 0, got {given!r}")
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq == seq).with_for_update()
    message = session.execute(query).scalar_one_or_none()
    if message is None or message.author != "bot":
        raise NotFound(f"the conversation has no answer {seq} of the assistant")
    earlier = session.get(AnswerVote, message.id)
    if given == 0:
        if earlier is not None:
            session.delete(earlier)
    elif earlier is None:
        session.add(AnswerVote(message_id=message.id, vote=given, updated_at=now()))
    elif earlier.vote != given:
        earlier.vote, earlier.updated_at = given, now()
    session.flush()
    return message


def votes(session: Session, message_ids: Iterable[int]) -> dict[int, int]:
    """The thumbs on these messages, by message."""
    query = select(AnswerVote.message_id, AnswerVote.vote).where(AnswerVote.message_id.in_(list(message_ids)))
    return {message_id: given for message_id, given in session.execute(query)}


def rate(session: Session, conversation_id: str, score: int, comment: str = "") -> Satisfaction:
    """Keep how content a shopper is (1 to 5) and why, in place of what they said before.

    ``comment`` has no personal data any more; to take it out is the caller's part. Raises BadInput, NotFound.
    """
    if not LOWEST_SCORE <= score <= HIGHEST_SCORE:
        raise BadInput(f"a score is {LOWEST_SCORE} to {HIGHEST_SCORE}, got {score}")
    if len(comment) > LONGEST_COMMENT:
        raise BadInput(f"a comment may have {LONGEST_COMMENT} characters, got {len(comment)}")
    query = select(Conversation.id).where(Conversation.id == conversation_id).with_for_update()
    if session.execute(query).scalar_one_or_none() is None:
        raise NotFound("there is no such conversation")
    rating = session.get(Satisfaction, conversation_id) or Satisfaction(conversation_id=conversation_id)
    rating.score, rating.comment, rating.updated_at = score, comment, now()
    session.add(rating)
    session.flush()
    return rating
