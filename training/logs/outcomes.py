"""What came of a shopper's message: a few rules over the reply, the answers and the hand-overs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from language.understanding import OUT_OF_SCOPE, UNSURE
from training.logs.parsed import Parsed

OUTCOMES = ("resolved", "asked_back", "fallback", "out_of_scope", "handed_over", "failed")
_INTENT_OF_PAYLOAD = re.compile(r"/(\w+)")
_A_PERSON = "human_handover"
_PLAUSIBLE = 0.1
"""The bot proposes no reading below this, see ``actions.fallback``."""


@dataclass(frozen=True)
class Turn:
    """What the bot did with one message."""

    reply: str
    """``replies.outcome``: answered, failed, silent."""
    payloads: Sequence[str] = ()
    """What the choices under its answers stand for."""
    handed_over: bool = False
    """Whether the conversation was handed to a person in this turn."""


def outcome_of(parsed: Parsed, turn: Turn) -> str:
    """One of ``OUTCOMES``. That a shopper says the same again or votes is a reason, not an outcome."""
    if turn.reply == "failed":
        return "failed"
    if turn.handed_over:
        return "handed_over"
    if parsed.intent == OUT_OF_SCOPE:
        return "out_of_scope"
    if parsed.intent != UNSURE:
        return "resolved"
    offered = {match[1] for match in map(_INTENT_OF_PAYLOAD.match, turn.payloads) if match}
    plausible = {intent for intent, confidence in parsed.ranking if confidence >= _PLAUSIBLE}
    if offered & plausible - {_A_PERSON}:
        return "asked_back"
    # Unsure, but an article or goods were found to show: then no person is offered.
    return "fallback" if _A_PERSON in offered or not offered else "resolved"


def payloads_of(answers: Sequence[Any]) -> list[str]:
    """What the choices under the bot's messages (rows of ``messages``) stand for."""
    return [str(payload) for answer in answers for payload in (answer.payloads or {}).values()]
