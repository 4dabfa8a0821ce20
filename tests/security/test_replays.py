"""Replays at the shop itself: changes and codes of another's conversation, brought to one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shop.changes import (
    CancelOrder,
    ChangeAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItem,
    ItemChoice,
    PostalAddress,
    ReturnItem,
    Swap,
    check_change,
    commit,
    payment_choices,
    propose,
    withdraw,
)
from shop.conversations import open_conversation
from shop.errors import NotAllowed, NotFound
from shop.identity import check_code
from shop.orders import get_order
from shop.policy import load_policy
from shop.tables import Conversation
from tests.security.conftest import World
from tests.security.dialogue import Bot
from tests.security.people import make_attacker

PLACE = PostalAddress(line1="3 Gull Lane", city="Austin", region="TX", postcode="78701", country="United States")
Facts = dict[str, Any]


def _swap(facts: Facts, item: str, variant: str) -> tuple[Swap, ...]:
    return (Swap(item_id=int(facts[item]), variant_id=int(facts[variant]), quantity=1),)


#: What an attacker would like to propose.
WISHES: dict[str, Callable[[Facts], Any]] = {
    "cancel": lambda f: CancelOrder(order_number=f["pending"], reason="no longer needed"),
    "move": lambda f: ChangeAddress(order_number=f["pending"], address=PLACE),
    "pay with own card": lambda f: ChangePayment(order_number=f["pending"], payment_method_id=int(f["method"])),
    "pay own order with their card": lambda f: ChangePayment(
        order_number=f["own_pending"], payment_method_id=int(f["method"])
    ),
    "pay own order with their gift card": lambda f: ChangePayment(
        order_number=f["own_pending"], payment_method_id=int(f["gift_card"])
    ),
    "swap": lambda f: ChangeItems(order_number=f["pending"], swaps=_swap(f, "pending_item", "variant")),
    "swap their item in own order": lambda f: ChangeItems(
        order_number=f["own_pending"], swaps=_swap(f, "pending_item", "variant")
    ),
    "exchange": lambda f: ExchangeItem(order_number=f["delivered"], swaps=_swap(f, "delivered_item", "variant")),
    "return": lambda f: ReturnItem(
        order_number=f["delivered"], items=(ItemChoice(item_id=int(f["delivered_item"])),), reason="does not fit"
    ),
    "return their item with own order": lambda f: ReturnItem(
        order_number=f["own_delivered"], items=(ItemChoice(item_id=int(f["delivered_item"])),), reason="does not fit"
    ),
}


def _proposing(wish: Callable[[Facts], Any]) -> Callable[[Any, str, Facts], Any]:
    return lambda session, conversation_id, facts: propose(session, load_policy(), conversation_id, wish(facts))


#: What an attacker would like to do, each with a unit's session, the own conversation and the facts.
DEEDS: dict[str, Callable[[Any, str, Facts], Any]] = {
    "commit the open change": lambda s, c, f: commit(s, load_policy(), c, int(f["proposal"])),
    "commit the made change again": lambda s, c, f: commit(s, load_policy(), c, int(f["committed"])),
    "withdraw the open change": lambda s, c, f: withdraw(s, load_policy(), c, int(f["proposal"])),
    "withdraw the made change": lambda s, c, f: withdraw(s, load_policy(), c, int(f["committed"])),
    "look whether it can be cancelled": lambda s, c, f: check_change(s, load_policy(), c, f["pending"], "cancel_order"),
    "see the ways to pay": lambda s, c, f: payment_choices(s, load_policy(), c, f["pending"], "change_payment"),
    **{f"propose: {name}": _proposing(wish) for name, wish in WISHES.items()},
}


@pytest.fixture
def facts(world: World) -> Iterator[Facts]:
    """Everybody's words; after the test nothing that is not an attacker's may have changed."""
    attacker = make_attacker(world.database)
    yield {**world.victims["en"].facts, **attacker.facts, "attacker": attacker.customer_id}
    assert world.changes() == {}


@pytest.mark.parametrize("signed_in", [True, False], ids=["customer", "stranger"])
@pytest.mark.parametrize("deed", DEEDS)
def test_deed_in_a_conversation_of_ones_own(deed: str, signed_in: bool, world: World, facts: Facts) -> None:
    with world.database.work() as unit:
        conversation = open_conversation(unit.session, "en", facts["attacker"] if signed_in else None)
        with pytest.raises(NotFound if signed_in else NotAllowed):
            DEEDS[deed](unit.session, conversation.id, facts)
        unit.commit()


def test_an_order_of_another_customer_is_not_there(world: World, facts: Facts) -> None:
    with world.database.read() as unit, pytest.raises(NotFound):
        get_order(unit.session, facts["attacker"], facts["pending"], "en")


def test_the_code_of_another_conversation_opens_nothing(world: World, facts: Facts, bot: Bot) -> None:
    with world.database.work() as unit:
        conversation = open_conversation(unit.session, "en")
        with pytest.raises(NotFound):
            check_code(unit.session, conversation.id, facts["code"], bot.services.settings)
        unit.commit()
        assert unit.session.get(Conversation, conversation.id).customer_id is None
