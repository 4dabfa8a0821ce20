"""Whether there is such an order or account must not show: the shop answers as if there were none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from shop.tables import Customer, Order
from tests.security.attempts import filled
from tests.security.conftest import World
from tests.security.dialogue import Bot, Dialogue
from tests.security.people import make_attacker

TALKS = {
    "track": ["Where is my order <shipped>?"],
    "details": ["What is in order <delivered> and where was it sent?"],
    "refund": ["Has the refund for <pending> arrived?"],
    "cancel": ["Cancel order <pending>, no longer needed", "yes"],
    "return": ["I want to return everything in <delivered>, it does not fit", "yes"],
    "address": ["Change the shipping address of <pending> to 12 Elm Street, Austin, TX 78701", "yes"],
    "payment": ["Pay order <pending> with my Visa", "yes"],
    "which order": ["I want to cancel an order", "<pending>"],
    "chinese": ["取消订单 <pending>，不再需要了", "是的"],
}
STRANGERS = {
    "code": ["order history", "<email>", "000000", "resend the code", "111111"],
    "too many codes": ["order history", *["<email>"] * 7],
    "too many tries": ["order history", "<email>", *["123456"] * 7],
    "name and postcode": ["order history", "<name>, <postcode>"],
}


@contextmanager
def _gone(world: World) -> Iterator[None]:
    """The victim under other numbers, another name and address while the block runs."""
    victim = world.victims["en"]
    _rename(world, victim.customer_id, lambda value: f"~{value}")
    yield
    _rename(world, victim.customer_id, lambda value: value.removeprefix("~"))


def _rename(world: World, customer_id: int, change: Callable[[str], str]) -> None:
    with world.database.work() as unit:
        customer = unit.session.get(Customer, customer_id)
        customer.name, customer.email = change(customer.name), change(customer.email)
        customer.addresses[0].postcode = change(customer.addresses[0].postcode)
        for order in unit.session.scalars(select(Order).where(Order.customer_id == customer_id)):
            order.number = change(order.number)
        unit.commit()


def _answers(bot: Bot, world: World, said: list[str], customer_id: int | None) -> list[Any]:
    world.forget_tries()
    dialogue = Dialogue(bot, "en", customer_id)
    return [dialogue.type(filled(text, world.victims["en"].facts)) for text in said]


@pytest.mark.parametrize("talk", TALKS)
def test_anothers_order_is_like_none(talk: str, world: World, bot: Bot) -> None:
    attacker = make_attacker(world.database)
    asked = _answers(bot, world, TALKS[talk], attacker.customer_id)
    with _gone(world):
        assert asked == _answers(bot, world, TALKS[talk], attacker.customer_id)


@pytest.mark.parametrize("talk", STRANGERS)
def test_anothers_account_is_like_none(talk: str, world: World, bot: Bot) -> None:
    asked = _answers(bot, world, STRANGERS[talk], None)
    with _gone(world):
        assert asked == _answers(bot, world, STRANGERS[talk], None)
