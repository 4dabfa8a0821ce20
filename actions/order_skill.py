"""What all skills about orders share: knowing the customer first, and finding the order that is meant."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from actions.skill import Events, Skill, remember
from actions.turn import Turn
from actions.wording import payload
from shop.errors import NotFound
from shop.orders import OrderView, get_order, list_orders, orders_with
from shop.tables import Customer

#: How many orders are offered as choices.
OFFERED_ORDERS = 4


@dataclass(frozen=True)
class OrderWish:
    """Which order a shopper speaks of, as far as they said."""

    order_number: str = ""
    product: str = ""

    @classmethod
    def of(cls, turn: Turn) -> OrderWish:
        """What this message says of it."""
        return cls(turn.entity("order_number"), turn.entity("product"))


class OrderSkill(Skill):
    """A skill that serves one customer about that customer's own orders."""

    def handle(self, turn: Turn) -> Events:
        """Serve a known customer; ask anybody else who they are first, and remember what they wanted."""
        customer = turn.customer
        if customer is None:
            return self.skills["identify"].handle(turn)
        return [*self.serve(turn, customer, OrderWish.of(turn)), *remember(last_skill=self.skill)]

    @abstractmethod
    def serve(self, turn: Turn, customer: Customer, wish: OrderWish) -> Events:
        """Do it for this customer."""


def meant_orders(turn: Turn, customer: Customer, wish: OrderWish) -> tuple[OrderView, ...]:
    """The orders a wish may mean, likeliest first; says so when it names one that is not there."""
    with turn.services.database.read() as unit:
        orders = list_orders(unit.session, customer.id, turn.language)
        if not orders:
            turn.say("utter_no_orders")
            turn.offer("find_product", "recommend")
            return ()
        if wish.order_number:
            return _numbered(turn, unit.session, customer, wish.order_number, orders)
    if wish.product:
        matching = orders_with(orders, wish.product)
        if matching:
            return _likeliest_first(matching)
    return _likeliest_first(orders)


def offer_orders(turn: Turn, orders: tuple[OrderView, ...], intent: str) -> None:
    """Offer orders as choices for an intent."""
    for order in orders[:OFFERED_ORDERS]:
        name = order.items[0].name if order.items else ""
        title = f"{order.number} · {name}" + (" …" if len(order.items) > 1 else "")
        turn.offer({"title": title, "payload": payload(intent, {"order_number": order.number})})


def _numbered(
    turn: Turn, session: Any, customer: Customer, number: str, orders: tuple[OrderView, ...]
) -> tuple[OrderView, ...]:
    try:
        return (get_order(session, customer.id, number, turn.language),)
    except NotFound:
        turn.say("utter_order_not_found", number=number)
        offer_orders(turn, _likeliest_first(orders), "track_order")
        return ()


def _likeliest_first(orders: tuple[OrderView, ...]) -> tuple[OrderView, ...]:
    """Parcels under way, then all others that still move, then the rest; the newest first in each."""
    return tuple(sorted(orders, key=lambda order: 0 if order.status == "shipped" else 1 if order.open else 2))
