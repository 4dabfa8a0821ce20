"""Attempts to see or change another customer's order by talking: none may succeed, whatever is said."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from shop.tables import ChangeProposal, Conversation, Order
from tests.security.attempts import Attempt, all_attempts, filled, spelled
from tests.security.conftest import World
from tests.security.dialogue import Bot, Dialogue
from tests.security.people import Attacker, make_attacker
from tests.security.watch import leaks

ATTEMPTS = all_attempts()


def _text(step: Any, facts: dict[str, str]) -> str:
    if isinstance(step, dict) and "spelled" in step:
        how = step["spelled"]
        return str(how["sentence"]).format(spelled(how["way"], how["pattern"], facts[how["order"]]))
    return str(filled(step, facts))


def _carry_out(attempt: Attempt, dialogue: Dialogue, facts: dict[str, str]) -> tuple[list[Any], list[str]]:
    """Do the steps; the answers, and what was typed."""
    dialogue.slots |= _with_numbers(filled(attempt.slots, facts))
    answers: list[Any] = []
    typed: list[str] = []
    for step in attempt.steps:
        if isinstance(step, dict) and "payload" in step:
            typed.append(str(filled(step["payload"], facts)))
            answers.append(dialogue.send_payload(typed[-1]))
        else:
            typed.append(_text(step, facts))
            answers.append(dialogue.type(typed[-1]))
    return answers, [*typed, str(dict(filled(attempt.slots, facts)))]


def _with_numbers(slots: Any) -> Any:
    """Ids as numbers, as the desk remembers them."""
    if isinstance(slots, dict):
        ids = ("proposal_id", "item_id", "method_id")
        return {key: int(value) if key in ids else _with_numbers(value) for key, value in slots.items()}
    return [_with_numbers(each) for each in slots] if isinstance(slots, list) else slots


def _bound_to(world: World, conversation_id: str) -> int | None:
    with world.database.read() as unit:
        found: int | None = unit.session.get(Conversation, conversation_id).customer_id
        return found


def _others_proposals(world: World, attacker: Attacker, conversation_id: str) -> list[int]:
    """Proposals of the attacker's conversation about orders that are not the attacker's."""
    query = select(ChangeProposal.id).join(Order, Order.id == ChangeProposal.order_id)
    query = query.where(ChangeProposal.conversation_id == conversation_id, Order.customer_id != attacker.customer_id)
    with world.database.read() as unit:
        return list(unit.session.scalars(query))


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=str)
def test_attempt(attempt: Attempt, world: World, bot: Bot) -> None:
    world.forget_tries()
    attacker = make_attacker(world.database)
    own = attacker.customer_id if attempt.signed_in else None
    dialogue = Dialogue(bot, attempt.language, own)
    facts = {**world.victims[attempt.language].facts, **attacker.facts}
    answers, typed = _carry_out(attempt, dialogue, facts)
    assert any(answers), "the attempt was not answered at all"
    # No words may break a skill; a forged memory, which no shopper can have, may.
    assert attempt.slots or "utter_trouble" not in str(answers)
    assert leaks(answers, typed, world.victims.values()) == []
    assert world.changes() == {}
    assert _bound_to(world, dialogue.id) in (own, None)
    assert _others_proposals(world, attacker, dialogue.id) == []
