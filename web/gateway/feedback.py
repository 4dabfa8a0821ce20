"""What shoppers say of the answers, over the chat API: which answers ask for a thumb, thumbs, and ratings."""

from __future__ import annotations

from typing import Any

from knowledge import question_log
from language.redaction import redact
from shop import feedback
from shop.errors import NotFound
from shop.privacy import known_names_in
from shop.tables import Message
from shop.unit_of_work import Database
from web.gateway.cleaning import clean
from web.gateway.limits import RateLimit
from web.gateway.models import Rating, Vote
from web.gateway.problems import ApiProblem, too_many

#: After these a shopper has said that they are done.
_FAREWELLS = frozenset({"goodbye", "thank"})
#: What answers them is courtesy, or the note that a person comes.
_COURTESIES = _FAREWELLS | {"greet", "praise", "bot_challenge", "switch_language", "stop", "human_handover"}
_QUESTION_MARKS = ("?", "\uff1f")


def marks(message: Message) -> dict[str, Any]:
    """What an event says about feedback: ``rateable`` where a thumb on it means something, ``farewell`` where the
    shopper has taken leave. Questions, courtesies and apologies are no answers."""
    intent = ((message.parse or {}).get("intent") or {}).get("name")
    if message.author != "bot" or not intent:
        return {}
    if intent in _FAREWELLS:
        return {"farewell": True}
    asks = message.kind == "text" and message.text.rstrip().endswith(_QUESTION_MARKS)
    return {} if asks or intent in _COURTESIES or message.kind == "status" else {"rateable": True}


class Feedback:
    """Takes thumbs and ratings; the caller has checked that they come from the conversation's shopper."""

    def __init__(self, database: Database, per_minute: int) -> None:
        self._database = database
        self._uses = RateLimit(per_minute)

    def vote(self, conversation_id: str, seq: int, given: Vote) -> None:
        """Keep a thumb, with the answer and with the question of the knowledge base behind it. Raises ApiProblem."""
        self._check_rate(conversation_id)
        with self._database.work() as unit:
            try:
                message = feedback.vote(unit.session, conversation_id, seq, given.vote)
            except NotFound as error:
                raise ApiProblem(422, "unknown_message", f"seq: {error}") from error
            question_log.vote(unit.session, message, given.vote)
            unit.commit()

    def rate(self, conversation_id: str, given: Rating) -> str:
        """Keep a rating. Returns the comment as it is kept, without personal data. Raises ApiProblem."""
        self._check_rate(conversation_id)
        with self._database.work() as unit:
            names = known_names_in(unit.session, conversation_id)
            comment = redact(clean(given.comment), names)[: feedback.LONGEST_COMMENT]
            feedback.rate(unit.session, conversation_id, given.score, comment)
            unit.commit()
        return comment

    def _check_rate(self, conversation_id: str) -> None:
        wait_seconds = self._uses.use(conversation_id)
        if wait_seconds:
            raise too_many("votes", wait_seconds)
