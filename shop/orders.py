"""A customer's orders, as they are told to that customer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import NotFound
from shop.money import Money
from shop.tables import Order, OrderItem
from shop.vocabulary import mentions

#: Orders that still move, the ones "where is my order" is about.
OPEN_STATUSES = ("pending", "processed", "shipped")


@dataclass(frozen=True)
class OrderItemView:
    """One line of an order."""

    product_id: int
    name: str
    names: tuple[str, ...]
    options: str
    quantity: int
    unit_price: Money
    image: str
    words: str


@dataclass(frozen=True)
class Scan:
    """What a carrier reported of a parcel. ``code`` is one of the codes at ``shop.tables.Shipment``."""

    at: datetime
    code: str
    place: str


@dataclass(frozen=True)
class ShipmentView:
    """One parcel."""

    carrier: str
    tracking_number: str
    expected_delivery_at: datetime | None
    delivered_at: datetime | None
    scans: tuple[Scan, ...]

    @property
    def late(self) -> bool:
        """Whether it should have arrived and has not."""
        due = self.expected_delivery_at
        return self.delivered_at is None and due is not None and due < now()

    @property
    def delayed(self) -> bool:
        """Whether it is late or its carrier reported a delay."""
        return self.late or (self.delivered_at is None and any(scan.code == "delayed" for scan in self.scans))


@dataclass(frozen=True)
class OrderView:
    """One order of one customer, in one language."""

    id: int
    number: str
    status: str
    placed_at: datetime
    items: tuple[OrderItemView, ...]
    shipments: tuple[ShipmentView, ...]
    shipping: Money
    total: Money
    refunded: Money
    cancelled_reason: str

    @property
    def open(self) -> bool:
        """Whether it still moves."""
        return self.status in OPEN_STATUSES

    @property
    def delayed(self) -> bool:
        """Whether a parcel of it is delayed."""
        return any(shipment.delayed for shipment in self.shipments)


def normal_number(text: str) -> str:
    """The way order numbers are stored: ``"w 1234567"`` -> ``"#W1234567"``."""
    return "#" + re.sub(r"[^A-Z0-9-]", "", text.upper())


def list_orders(session: Session, customer_id: int, language: str) -> tuple[OrderView, ...]:
    """All orders of a customer, newest first."""
    query = select(Order).where(Order.customer_id == customer_id).order_by(Order.placed_at.desc(), Order.id.desc())
    return tuple(_view(order, language) for order in session.scalars(query))


def get_order(session: Session, customer_id: int, number: str, language: str) -> OrderView:
    """One order of this customer.

    Raises NotFound alike when there is no such order and when it is somebody else's, so that nobody learns
    which numbers exist.
    """
    query = select(Order).where(Order.customer_id == customer_id, Order.number == normal_number(number))
    order = session.scalars(query).one_or_none()
    if order is None:
        raise NotFound(f"this customer has no order {normal_number(number)}")
    return _view(order, language)


def orders_with(orders: tuple[OrderView, ...], mention: str) -> tuple[OrderView, ...]:
    """Those of the orders that hold the mentioned thing."""
    return tuple(order for order in orders if any(mentions(mention, item.words) for item in order.items))


def _view(row: Any, language: str) -> OrderView:
    items = tuple(_item_view(item, language) for item in row.items)
    shipping = Money.from_cents(row.shipping_cents, row.currency)
    total = sum((item.unit_price * item.quantity for item in items), shipping)
    refunded_cents = -sum(payment.amount_cents for payment in row.payments if payment.amount_cents < 0)
    return OrderView(
        id=row.id,
        number=row.number,
        status=row.status,
        placed_at=row.placed_at,
        items=items,
        shipments=tuple(_shipment_view(shipment) for shipment in row.shipments),
        shipping=shipping,
        total=total,
        refunded=Money.from_cents(refunded_cents, row.currency),
        cancelled_reason=row.cancelled_reason,
    )


def _item_view(row: OrderItem, language: str) -> OrderItemView:
    variant, product = row.variant, row.variant.product
    chinese = language == "zh"
    options = variant.options_zh if chinese and variant.options_zh else variant.options
    tags = [tag for group in product.tags.values() for tag in group]
    names = (product.name_en, product.name_zh)
    colours = [*variant.options.values(), *variant.options_zh.values()]
    return OrderItemView(
        product_id=product.id,
        name=(chinese and product.name_zh) or product.name_en,
        names=names,
        options=", ".join(options.values()),
        quantity=row.quantity,
        unit_price=Money.from_cents(row.unit_price_cents, variant.currency),
        image=product.image,
        words=" ".join([*names, product.category_en, product.category_zh, *tags, *map(str, colours)]),
    )


def _shipment_view(row: Any) -> ShipmentView:
    scans = tuple(Scan(datetime.fromisoformat(s["at"]), s["code"], s.get("place", "")) for s in row.scans)
    return ShipmentView(row.carrier, row.tracking_number, row.expected_delivery_at, row.delivered_at, scans)
