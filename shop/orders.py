"""A customer's orders, as they are told to that customer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import NotFound
from shop.money import Money
from shop.tables import Order
from shop.vocabulary import mentions

#: Orders that still move, the ones "where is my order" is about.
OPEN_STATUSES = ("pending", "processed", "shipped")


@dataclass(frozen=True)
class OrderItemView:
    """One line of an order. ``state`` is one of those at ``shop.tables.OrderItem``."""

    product_id: int
    name: str
    names: tuple[str, ...]
    options: str
    quantity: int
    unit_price: Money
    image: str
    words: str
    id: int
    variant_id: int
    state: str
    option_map: Mapping[str, Mapping[str, str]]  # language -> option name -> value; English where there is no Chinese
    kinds: tuple[str, ...] = ()  # the names of its category, in every language

    @property
    def price(self) -> Money:
        """What the whole line costs."""
        return self.unit_price * self.quantity

    @property
    def stands(self) -> bool:
        """Whether it is still the customer's: one to be exchanged is, until the other comes for it."""
        return self.state != "returned"


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
class AddressView:
    """A postal address; ``name`` is who receives there, empty where it is the customer."""

    name: str
    line1: str
    line2: str
    city: str
    region: str
    postcode: str
    country: str

    @property
    def text(self) -> str:
        """In one line: ``"48 Heron Way, Apt 2, Seattle, WA 98103, United States"``."""
        place = " ".join(part for part in (self.region, self.postcode) if part)
        return ", ".join(part for part in (self.name, self.line1, self.line2, self.city, place, self.country) if part)


@dataclass(frozen=True)
class PaymentView:
    """Money that came (positive) or went back (negative)."""

    label: str
    kind: str
    amount: Money
    at: datetime


@dataclass(frozen=True)
class OrderView:
    """One order of one customer, in one language.

    ``total`` is what stands: delivery and every line but the returned ones, so that it falls with a return and
    follows a change of items; a cancelled order keeps the total it was cancelled at. ``paid`` is the money that
    came less the money that went back, so that a change of method counts once; ``refunded`` is what went back.
    """

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
    shipping_address: AddressView
    payments: tuple[PaymentView, ...]
    paid: Money

    @property
    def open(self) -> bool:
        """Whether it still moves."""
        return self.status in OPEN_STATUSES

    @property
    def delayed(self) -> bool:
        """Whether a parcel of it is delayed."""
        return any(shipment.delayed for shipment in self.shipments)

    @property
    def paid_with(self) -> tuple[PaymentView, ...]:
        """What each method has paid and not got back, in the order of first payments; settled ones left out."""
        sums: dict[str, PaymentView] = {}
        for payment in self.payments:
            before = sums.get(payment.label)
            sums[payment.label] = replace(before, amount=before.amount + payment.amount) if before else payment
        return tuple(payment for payment in sums.values() if payment.amount.cents)


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
    return tuple(order for order in orders if items_called(order.items, mention))


def items_called(items: Iterable[OrderItemView], mention: str) -> tuple[OrderItemView, ...]:
    """Those of the items that a mention fits: by name, kind, tag, colour or another option."""
    return tuple(item for item in items if mentions(mention, item.words))


def address_view(source: Mapping[str, Any]) -> AddressView:
    """The address of a mapping of its parts; parts that it has not are empty."""
    return AddressView(**{part: str(source.get(part) or "") for part in AddressView.__dataclass_fields__})


def _view(row: Any, language: str) -> OrderView:
    def money(cents: int) -> Money:
        return Money.from_cents(cents, row.currency)

    items = tuple(_item_view(item, language) for item in row.items)
    shipping = money(row.shipping_cents)
    amounts = [payment.amount_cents for payment in row.payments]
    return OrderView(
        id=row.id,
        number=row.number,
        status=row.status,
        placed_at=row.placed_at,
        items=items,
        shipments=tuple(_shipment_view(shipment) for shipment in row.shipments),
        shipping=shipping,
        total=sum((item.price for item in items if item.stands), shipping),
        refunded=money(-sum(cents for cents in amounts if cents < 0)),
        cancelled_reason=row.cancelled_reason,
        shipping_address=address_view(row.shipping_address),
        payments=tuple(PaymentView(p.method.label, p.method.kind, money(p.amount_cents), p.at) for p in row.payments),
        paid=money(sum(amounts)),
    )


def _item_view(row: Any, language: str) -> OrderItemView:
    variant, product = row.variant, row.variant.product
    option_map = {"en": variant.options, "zh": variant.options_zh or variant.options}
    tags = [tag for group in product.tags.values() for tag in group]
    names = (product.name_en, product.name_zh)
    colours = [*variant.options.values(), *variant.options_zh.values()]
    return OrderItemView(
        product_id=product.id,
        name=(language == "zh" and product.name_zh) or product.name_en,
        names=names,
        options=", ".join(option_map[language].values()),
        quantity=row.quantity,
        unit_price=Money.from_cents(row.unit_price_cents, variant.currency),
        image=product.image,
        words=" ".join([*names, product.category_en, product.category_zh, *tags, *map(str, colours)]),
        id=row.id,
        variant_id=row.variant_id,
        state=row.state,
        option_map=option_map,
        kinds=tuple(kind for kind in (product.category_en, product.category_zh) if kind),
    )


def _shipment_view(row: Any) -> ShipmentView:
    scans = tuple(Scan(datetime.fromisoformat(s["at"]), s["code"], s.get("place", "")) for s in row.scans)
    return ShipmentView(row.carrier, row.tracking_number, row.expected_delivery_at, row.delivered_at, scans)
