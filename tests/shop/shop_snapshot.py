"""Everything in a small shop that a change of an order could touch, read at one moment, and sums over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shop.changes import Plan
from shop.tables import ChangeProposal, Customer, Order, PaymentMethod, Variant
from tests.shop.small_shop import SmallShop


@dataclass(frozen=True)
class Item:
    """One line of an order."""

    id: int
    variant_id: int
    quantity: int
    unit_price_cents: int
    state: str


@dataclass(frozen=True)
class OrderState:
    """One order. ``waiting``: its committed changes whose goods are not back yet."""

    status: str
    shipping_cents: int
    address: dict[str, str]
    items: tuple[Item, ...]
    payments: tuple[tuple[int, int], ...]  # (payment method id, cents)
    waiting: tuple[Plan, ...]

    @property
    def paid_cents(self) -> Counter[int]:
        """Payment method id -> what it has paid, money that waits for goods counted as moved."""
        waiting = [move for plan in self.waiting if plan.money == "on_receipt" for move in plan.moves]
        paid: Counter[int] = Counter()
        for method_id, cents in (*self.payments, *((move.payment_method_id, move.cents) for move in waiting)):
            paid[method_id] += cents
        return paid

    @property
    def kept_cents(self) -> int:
        """What the customer keeps, at the prices they owe for it, and its delivery."""
        if self.status == "cancelled":
            return 0
        instead = {line.item_id: line.new_unit_cents for plan in self.waiting for line in plan.lines}
        prices = {"ordered": lambda item: item.unit_price_cents, "exchanged": lambda item: instead[item.id]}
        kept = [item.quantity * prices[item.state](item) for item in self.items if item.state in prices]
        return self.shipping_cents + sum(kept)

    @property
    def pieces(self) -> Counter[int]:
        """Variant -> pieces with the customer or under way; of an exchange both what goes and what comes."""
        found: Counter[int] = Counter()
        on_the_way = {line.item_id for plan in self.waiting for line in plan.lines}
        for item in self.items if self.status != "cancelled" else ():
            if item.state != "returned" or item.id in on_the_way:
                found[item.variant_id] += item.quantity * (2 if item.state == "exchanged" else 1)
        return found


@dataclass(frozen=True)
class Snapshot:
    """The shop at one moment."""

    stock: dict[int, int]
    gift_cents: int
    gift_id: int
    addresses: tuple[tuple[str, bool], ...]
    orders: dict[str, OrderState]

    @property
    def gift_money_cents(self) -> int:
        """What the gift card holds and what orders hold of it."""
        paid = [cents for order in self.orders.values() for key, cents in order.payments if key == self.gift_id]
        return self.gift_cents + sum(paid)

    def pieces(self, variant_ids: Iterable[int]) -> int:
        """How many pieces of these variants there are, wherever they are."""
        everywhere = Counter(self.stock)
        for order in self.orders.values():
            everywhere.update(order.pieces)
        return sum(everywhere[variant_id] for variant_id in variant_ids)


def take_snapshot(shop: SmallShop, numbers: Iterable[str]) -> Snapshot:
    """Read it all in one transaction."""
    with shop.database.read() as unit:
        session = unit.session
        rows = session.query(Variant.id, Variant.stock).filter(Variant.id.in_(shop.variants.values()))
        customer = session.get(Customer, shop.customer_id)
        orders = session.query(Order).filter(Order.number.in_(list(numbers))).order_by(Order.id)
        return Snapshot(
            stock={row.id: row.stock for row in rows},
            gift_cents=session.get(PaymentMethod, shop.methods["gift"]).balance_cents,
            gift_id=shop.methods["gift"],
            addresses=tuple((row.line1, row.is_default) for row in customer.addresses),
            orders={order.number: _order_state(session, order) for order in orders},
        )


def _order_state(session: Any, order: Any) -> OrderState:
    waiting = session.query(ChangeProposal).filter_by(order_id=order.id, state="committed", completed_at=None)
    return OrderState(
        status=order.status,
        shipping_cents=order.shipping_cents,
        address=order.shipping_address,
        items=tuple(Item(i.id, i.variant_id, i.quantity, i.unit_price_cents, i.state) for i in order.items),
        payments=tuple((payment.payment_method_id, payment.amount_cents) for payment in order.payments),
        waiting=tuple(Plan.model_validate(row.detail["done"]) for row in waiting),
    )
