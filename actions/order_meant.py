"""Which of a customer's orders a question is about: by number, by what is in it, by state, place or time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.desk.goods import Owned, find_mentions
from actions.facts import regions, says
from actions.turn import Turn
from shop.orders import OrderItemView, OrderView, items_called, normal_number

Orders = tuple[OrderView, ...]

_STATUSES = {
    "cancelled": ("cancelled",),
    "pending": ("pending", "processed"),
    "delivered": ("delivered", "return_requested", "exchange_requested", "returned"),
    "returned": ("return_requested", "returned"),
}


@dataclass(frozen=True)
class Meant:
    """The orders that are meant, newest first, and the items of theirs that are named.

    ``unknown`` is what was named and is in no order (a number or a product); ``guessed``: nothing said which.
    """

    orders: Orders
    items: frozenset[int] = frozenset()
    unknown: str = ""
    guessed: bool = False

    def items_of(self, order: OrderView) -> list[OrderItemView]:
        """The named items of an order; all of them where none is named."""
        return [item for item in order.items if item.id in self.items] or ([] if self.items else list(order.items))

    @property
    def lines(self) -> list[tuple[OrderItemView, OrderView]]:
        """The named items of all orders, each with its order."""
        return [(item, order) for order in self.orders for item in self.items_of(order)]


def orders_meant(turn: Turn, text: str, orders: Orders) -> Meant:
    """Read it off the question; where that says nothing, off the whole message, then off what was talked about."""
    numbers = turn.entities("order_number")
    if numbers:
        return _numbered(numbers, text, orders)
    found = _described(turn.entities("product"), text, orders)
    whole = turn.whole_text
    if (found is None or found.unknown) and whole != text:
        found = _described([], whole, orders) or found
    if found is not None:
        return found
    talked_about = tuple(order for order in orders if order.number == turn.slot("current_order"))
    return Meant(talked_about or orders[:1], guessed=not talked_about and len(orders) > 1)


def _numbered(numbers: Sequence[str], text: str, orders: Orders) -> Meant:
    wanted = list(dict.fromkeys(normal_number(number) for number in numbers))
    found = tuple(order for number in wanted for order in orders if order.number == number)
    unknown = next((number for number in wanted if number not in {order.number for order in found}), "")
    return Meant(found, _named_items([], text, found), unknown)


def _described(products: Sequence[str], text: str, orders: Orders) -> Meant | None:
    """The orders that the words describe; None when they describe none."""
    items = _named_items(products, text, orders)
    holding = tuple(order for order in orders if any(item.id in items for item in order.items))
    narrowed = _narrowed(text, holding or orders)
    if holding:
        return Meant(narrowed or holding, items)
    if narrowed:
        return Meant(narrowed)
    return Meant((), unknown=products[0]) if products else None


def _named_items(products: Sequence[str], text: str, orders: Orders) -> frozenset[int]:
    owned = [Owned(item, order) for order in orders for item in order.items]
    mentions = [mention for mention in find_mentions(text, owned) if not _is_status(text[mention.start : mention.end])]
    named = [each.item for mention in mentions for each in mention.owned]
    if not named:
        named = [item for product in products for item in items_called((each.item for each in owned), product)]
    return frozenset(item.id for item in named)


def _is_status(word: str) -> bool:
    """Whether a word says a status: "cancelled" means no noise cancelling earbuds."""
    return any(says("orders", cue, word) for cue in _STATUSES)


def _narrowed(text: str, orders: Orders) -> Orders:
    """Those of the orders that the text picks out; empty when it picks none."""
    picked = orders
    for pick in (_by_status, _by_place, _by_time):
        picked = pick(text, picked) or picked
    return picked if len(picked) < len(orders) or says("orders", "all", text) else ()


def _by_status(text: str, orders: Orders) -> Orders:
    wanted = {status for cue, statuses in _STATUSES.items() if says("orders", cue, text) for status in statuses}
    return tuple(order for order in orders if order.status in wanted)


def _by_place(text: str, orders: Orders) -> Orders:
    codes, folded = regions(text), text.casefold()
    cities = {city for order in orders if (city := order.shipping_address.city) and city.casefold() in folded}
    in_city = tuple(order for order in orders if order.shipping_address.city in cities)
    return in_city or tuple(order for order in orders if order.shipping_address.region in codes)


def _by_time(text: str, orders: Orders) -> Orders:
    if says("orders", "two_newest", text):
        return orders[:2]
    return orders[:1] if says("orders", "newest", text) else ()
