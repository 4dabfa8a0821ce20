"""Orders as the widget's card shows them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from actions.order_card import order_card
from shop.money import Money
from shop.orders import AddressView, OrderItemView, OrderView, PaymentView, Scan, ShipmentView, list_orders
from shop.tables import Customer
from shop.unit_of_work import Database

PLACED = datetime(2026, 11, 3, 9, 0, tzinfo=timezone.utc)


def at(hours: int) -> datetime:
    return PLACED + timedelta(hours=hours)


def parcel(number: str, *scans: Scan, due: int | None = 72, delivered: int | None = None) -> ShipmentView:
    dates = [None if hours is None else at(hours) for hours in (due, delivered)]
    return ShipmentView("UPS", number, dates[0], dates[1], scans)


ITEM = OrderItemView(
    product_id=1,
    name="Mug",
    names=("Mug", "杯子"),
    options="blue",
    quantity=2,
    unit_price=Money(Decimal("9.5")),
    image="/mug.svg",
    words="mug",
    id=1,
    variant_id=1,
    state="ordered",
    option_map={"en": {"colour": "blue"}, "zh": {"颜色": "蓝色"}},
)
SHIPPED = OrderView(
    id=1,
    number="#W1000001",
    status="shipped",
    placed_at=PLACED,
    items=(ITEM,),
    shipments=(parcel("1Z", Scan(at(5), "picked_up", "Reno, NV"), Scan(at(9), "in_transit", "")),),
    shipping=Money(Decimal("4.95")),
    total=Money(Decimal("23.95")),
    refunded=Money(Decimal(0)),
    cancelled_reason="",
    shipping_address=AddressView("", "48 Heron Way", "", "Seattle", "WA", "98103", "United States"),
    payments=(PaymentView("Visa ending 4242", "credit_card", Money(Decimal("23.95")), PLACED),),
    paid=Money(Decimal("23.95")),
)


def test_the_card_of_an_order_under_way() -> None:
    assert order_card(SHIPPED, "en") == {
        "number": "#W1000001",
        "status": "shipped",
        "status_text": "on its way",
        "placed_at": "Nov 3, 2026",
        "total": {"amount": "23.95", "currency": "USD"},
        "items": [
            {
                "name": "Mug",
                "options": "blue",
                "quantity": 2,
                "price": {"amount": "9.50", "currency": "USD"},
                "image": "/mug.svg",
            }
        ],
        "timeline": [
            {"at": "Nov 3, 9:00 AM", "text": "Order placed"},
            {"at": "Nov 3, 2:00 PM", "text": "Picked up by the carrier · Reno, NV"},
            {"at": "Nov 3, 6:00 PM", "text": "In transit"},
        ],
        "carrier": "UPS",
        "tracking_number": "1Z",
        "expected_delivery": "Nov 6, 2026",
    }


def test_the_card_in_chinese() -> None:
    card = order_card(SHIPPED, "zh")
    assert (card["status_text"], card["placed_at"]) == ("运输中", "2026年11月3日")
    assert card["timeline"][1] == {"at": "11月3日 14:00", "text": "承运商已揽收 · Reno, NV"}


@pytest.mark.parametrize(("language", "options"), [("en", "blue · returned"), ("zh", "blue · 已退货")])
def test_what_no_longer_counts_in_the_total_says_so(language: str, options: str) -> None:
    card = order_card(replace(SHIPPED, items=(replace(ITEM, state="returned"),)), language)
    assert card["items"][0]["options"] == options


def test_before_the_parcel_leaves_there_is_no_carrier() -> None:
    card = order_card(replace(SHIPPED, status="pending", shipments=()), "en")
    assert {"carrier", "tracking_number", "expected_delivery"}.isdisjoint(card)
    assert [entry["text"] for entry in card["timeline"]] == ["Order placed"]


@pytest.mark.parametrize(("due", "delivered"), [(72, 48), (None, None), (None, 48)])
def test_only_what_is_still_to_come_is_expected(due: int | None, delivered: int | None) -> None:
    card = order_card(replace(SHIPPED, shipments=(parcel("1Z", due=due, delivered=delivered),)), "en")
    assert "expected_delivery" not in card


def test_what_happened_to_several_parcels_is_told_in_turn() -> None:
    first = parcel("1", Scan(at(5), "picked_up", "A"), Scan(at(30), "delivered", "A"))
    second = parcel("2", Scan(at(8), "picked_up", "B"), Scan(at(20), "in_transit", "B"))
    card = order_card(replace(SHIPPED, shipments=(first, second)), "en")
    assert [entry["text"].rpartition(" ")[2] for entry in card["timeline"][1:]] == ["A", "B", "B", "A"]
    assert card["tracking_number"] == "2"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_order_of_the_demo_shop_has_a_card(demo_database: Database, language: str) -> None:
    seen: set[str] = set()
    with demo_database.read() as unit:
        for customer_id in unit.session.scalars(select(Customer.id).limit(100)):
            for order in list_orders(unit.session, customer_id, language):
                card: dict[str, Any] = json.loads(json.dumps(order_card(order, language)))
                assert Decimal(card["total"]["amount"]) == order.total.amount
                assert len(card["items"]) == len(order.items) > 0
                seen.add(card["status"])
    assert len(seen) == 8
