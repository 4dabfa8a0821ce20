"""That the watch would see an attempt succeed, and that there are as many attempts as promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, update

from shop.clock import now
from shop.tables import Address, ChangeProposal, Conversation, Order, OrderItem, PaymentMethod
from tests.security import test_end_to_end
from tests.security.attempts import all_attempts, filled
from tests.security.conftest import World
from tests.security.dialogue import Bot, Dialogue
from tests.security.forging import WAYS
from tests.security.people import Victim
from tests.security.watch import changed, leaks, rows_of_others


@pytest.mark.parametrize(
    ("language", "question", "seen"),
    [
        ("en", "Where is my order <shipped>?", ("item", "tracking")),
        ("en", "What is in order <delivered>, which card paid for it and where was it sent?", ("item", "label")),
        ("en", "order history", ("item",)),
        ("zh", "我的订单 <shipped> 到哪里了？", ("item_zh",)),
        ("zh", "我有哪些订单？", ("item_zh",)),
    ],
)
def test_a_victim_is_told_what_an_attacker_is_not(
    language: str, question: str, seen: tuple[str, ...], world: World, bot: Bot
) -> None:
    victim = world.victims[language]
    dialogue = Dialogue(bot, language, victim.customer_id)
    told = leaks(dialogue.type(_filled(question, victim)), [], [victim])
    world.changes()  # the victim's own conversation
    assert {victim.facts[name] for name in seen} <= set(told)


def test_what_the_attacker_typed_is_no_leak(world: World) -> None:
    victim = world.victims["en"]
    number, item = victim.facts["shipped"], victim.facts["item"]
    answer = [{"response": "utter_order_not_found", "number": number}, {"text": f"“{item}”"}]
    assert leaks(answer, [f"Where is {number}?"], [victim]) == [item]
    assert leaks(answer, [f"Where is w {number[2:5]} {number[5:]} with the {item.upper()}?"], [victim]) == []
    assert number.removeprefix("#W") in leaks(answer, ["Where is it?"], [victim])


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("orders", lambda v: update(Order).where(Order.customer_id == v.customer_id).values(status="cancelled")),
        (
            "order_items",
            lambda v: update(OrderItem).where(OrderItem.id == int(v.facts["pending_item"])).values(quantity=2),
        ),
        ("addresses", lambda v: update(Address).where(Address.customer_id == v.customer_id).values(line1="elsewhere")),
        (
            "payment_methods",
            lambda v: (
                update(PaymentMethod).where(PaymentMethod.id == int(v.facts["gift_card"])).values(balance_cents=1)
            ),
        ),
        ("change_proposals", lambda v: delete(ChangeProposal).where(ChangeProposal.id == int(v.facts["proposal"]))),
        ("conversations", lambda v: update(Conversation).values(customer_id=v.customer_id)),
    ],
)
def test_a_change_is_seen(table: str, change: Callable[[Victim], Any], world: World) -> None:
    with world.database.work() as unit:  # not committed: the shop stays as it is
        before = rows_of_others(unit.session, world.last)
        unit.session.add(Conversation(id="a" * 32, created_at=now(), updated_at=now()))
        unit.session.flush()
        unit.session.execute(change(world.victims["en"]))
        assert table in changed(before, rows_of_others(unit.session, world.last))


def test_there_are_enough_attempts() -> None:
    kinds = Counter(attempt.kind for attempt in all_attempts())
    requests = test_end_to_end.REQUESTS
    kinds["forged token"] = 4 * len(WAYS) + 12
    kinds["forged metadata"] = sum(len(requests[name]) for name in ("open", "send", "carried"))
    kinds["port without the secret"] = len(requests["rasa"]) + 3
    print("\n".join(f"{count:4} {kind}" for kind, count in sorted(kinds.items())))
    assert len(set(map(str, all_attempts()))) == len(all_attempts())
    assert sum(kinds.values()) >= 300


def _filled(question: str, victim: Victim) -> str:
    return str(filled(question, victim.facts))
