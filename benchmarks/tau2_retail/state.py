"""The shop as tau2 compares it, read from Aisle's database, and how two of them differ."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.tables import ChangeProposal, Customer, Order, PaymentMethod, Variant

Address = tuple[str, ...]  # line 1, line 2, city, region, postcode, country


@dataclass(frozen=True)
class OrderState:
    """One order. ``items``: (item id, cents); ``paid``: (payment method, net cents); ``given_back``: what a return
    or exchange gives back and what comes instead (empty for a return), with the method that its money uses
    (empty where no money moves)."""

    status: str
    address: Address
    items: tuple[tuple[str, int], ...]
    paid: tuple[tuple[str, int], ...]
    cancel_reason: str
    given_back: tuple[tuple[str, str], ...] = ()
    given_back_method: str = ""


@dataclass(frozen=True)
class UserState:
    """One customer: the default address, and gift cards' balances in cents."""

    address: Address
    balances: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ShopState:
    """All orders by number, all customers by tau2's user id."""

    orders: dict[str, OrderState]
    users: dict[str, UserState]


@dataclass(frozen=True)
class Difference:
    """One thing that is not as expected. ``kind``: missing (nothing was changed), wrong, extra."""

    kind: str
    subject: str
    field: str
    expected: Any
    actual: Any

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject} {self.field}: expected {self.expected!r}, is {self.actual!r}"


def differences(before: ShopState, expected: ShopState, actual: ShopState) -> list[Difference]:
    """What differs between the expected and the actual shop; ``before`` tells missing from wrong from extra."""
    found: list[Difference] = []
    for group in ("orders", "users"):
        wanted, is_now, was = getattr(expected, group), getattr(actual, group), getattr(before, group)
        for key in wanted:
            found += _between(key, was[key], wanted[key], is_now.get(key))
    return found


def _between(key: str, was: Any, wanted: Any, is_now: Any) -> list[Difference]:
    if wanted == is_now:
        return []
    found = []
    for name in (field.name for field in fields(wanted)):
        old, right, now = (getattr(state, name, None) for state in (was, wanted, is_now))
        if right != now:
            kind = "extra" if right == old else "missing" if now == old else "wrong"
            found.append(Difference(kind, key, name, right, now))
    return found


def read_state(session: Session) -> ShopState:
    """The shop as it is now."""
    skus = {row.id: row.sku for row in session.execute(select(Variant.id, Variant.sku))}
    methods = {row.id: row for row in session.scalars(select(PaymentMethod))}
    changes: dict[int, list[Any]] = {}
    query = select(ChangeProposal).where(ChangeProposal.state == "committed").order_by(ChangeProposal.id)
    for change in session.scalars(query):
        changes.setdefault(change.order_id or 0, []).append(change)
    orders = {
        order.number: _order_state(order, changes.get(order.id, []), skus, methods)
        for order in session.scalars(select(Order))
    }
    users = {customer.external_id: _user_state(customer) for customer in session.scalars(select(Customer))}
    return ShopState(orders, users)


def _order_state(order: Any, changes: list[Any], skus: dict[int, str], methods: dict[int, Any]) -> OrderState:
    paid: dict[str, int] = {}
    for payment in order.payments:
        name = payment.method.external_id
        paid[name] = paid.get(name, 0) + payment.amount_cents
    address = order.shipping_address
    given_back, method = _given_back(changes, skus, methods)
    return OrderState(
        status=order.status,
        address=tuple(address.get(name) or "" for name in ("line1", "line2", "city", "region", "postcode", "country")),
        items=tuple(
            sorted((item.variant.sku, item.unit_price_cents) for item in order.items for _ in range(item.quantity))
        ),
        paid=tuple(sorted((name, cents) for name, cents in paid.items() if cents)),
        cancel_reason=order.cancelled_reason,
        given_back=given_back,
        given_back_method=method,
    )


def _given_back(
    changes: list[Any], skus: dict[int, str], methods: dict[int, Any]
) -> tuple[tuple[tuple[str, str], ...], str]:
    """All that returns and exchanges of an order gave back; the methods joined by "+" where there are several."""
    pairs: list[tuple[str, str]] = []
    used: set[str] = set()
    for change in changes:
        if change.kind in ("return_item", "exchange_item"):
            done = change.detail["done"]
            for line in done["lines"]:
                pairs += [(skus[line["variant_id"]], skus.get(line["new_variant_id"], ""))] * line["quantity"]
            used |= {methods[move["payment_method_id"]].external_id for move in done["moves"]}
    return tuple(sorted(pairs)), "+".join(sorted(used))


def _user_state(customer: Any) -> UserState:
    default = next((row for row in customer.addresses if row.is_default), None)
    names = ("line1", "line2", "city", "region", "postcode", "country")
    cards = [method for method in customer.payment_methods if method.kind == "gift_card"]
    return UserState(
        address=tuple(getattr(default, name, "") for name in names),
        balances=tuple(sorted((card.external_id, card.balance_cents or 0) for card in cards)),
    )
