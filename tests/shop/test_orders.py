"""A customer's own orders: found by any spelling of their number, never anybody else's, honest about delays."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from shop.changes import ChangePayment, ItemChoice, ReturnItem
from shop.clock import now
from shop.errors import NotFound
from shop.orders import (
    OPEN_STATUSES,
    OrderView,
    Scan,
    ShipmentView,
    address_view,
    get_order,
    items_called,
    list_orders,
    normal_number,
    orders_with,
)
from shop.tables import Order, OrderItem, Payment, Product, Shipment, Variant
from shop.unit_of_work import Database
from tests.shop.small_shop import SmallShop, small_shop

DAY = timedelta(days=1)


@pytest.fixture
def shop(database: Database) -> SmallShop:
    return small_shop(database)


def order(shop: SmallShop, number: str, language: str = "en", customer_id: int = 0) -> OrderView:
    with shop.database.read() as unit:
        return get_order(unit.session, customer_id or shop.customer_id, number, language)


def orders(shop: SmallShop) -> tuple[OrderView, ...]:
    with shop.database.read() as unit:
        return list_orders(unit.session, shop.customer_id, "en")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("#W1234567", "#W1234567"),
        ("w 123 4567", "#W1234567"),
        (" W1234567. ", "#W1234567"),
        ("订单W1234567", "#W1234567"),
        ("#1001-a", "#1001-A"),
    ],
)
def test_the_spelling_of_a_number_does_not_matter(text: str, number: str) -> None:
    assert normal_number(text) == number
    assert normal_number(number) == number


def test_an_order_is_found_by_its_number(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    shop.order("pending", {"red": 1}, {"card": 3_495})
    assert order(shop, number.lower().strip("#")).number == number


def test_somebody_elses_order_and_an_unknown_one_are_told_apart_by_nothing(shop: SmallShop) -> None:
    theirs = shop.order("pending", {"black": 1}, {"card": 4_495})
    stranger, _ = shop.customer()
    unknown = "#W9999999"
    raised = {}
    for number in (theirs, unknown):
        with pytest.raises(NotFound) as error:
            order(shop, number, customer_id=stranger)
        raised[number] = (type(error.value), str(error.value).replace(number, "NUMBER"))
    assert raised[theirs] == raised[unknown]


def test_only_ones_own_orders_are_listed_the_newest_first(shop: SmallShop) -> None:
    days = {shop.order("delivered", {"black": 1}, {"card": 4_495}, days_ago=ago): ago for ago in (9, 2, 30)}
    shop.customer_id, mine = shop.customer()[0], shop.customer_id
    assert orders(shop) == ()
    shop.customer_id = mine
    assert [days[found.number] for found in orders(shop)] == [2, 9, 30]


def test_the_total_is_all_items_and_the_delivery(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 2, "linear": 1}, {"card": 17_495})
    found = order(shop, number)
    assert (str(found.shipping), str(found.total), found.refunded.cents) == ("$4.95", "$174.95", 0)
    assert [(item.name, item.options, item.quantity, str(item.unit_price)) for item in found.items] == [
        ("Desk lamp", "black", 2, "$40.00"),
        ("Keyboard", "linear", 1, "$90.00"),
    ]


def test_a_later_price_does_not_change_the_order(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    shop.set(Variant, shop.variants["black"], price_cents=99_900)
    assert str(order(shop, number).total) == "$44.95"


def test_what_went_back_is_refunded_and_what_came_is_not(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 2}, {"card": 8_495})
    with shop.database.work() as unit:
        row = unit.session.query(Order).filter_by(number=number).one()
        for cents in (-4_000, -495):
            row.payments.append(Payment(payment_method_id=shop.methods["card"], amount_cents=cents, at=now()))
        unit.commit()
    found = order(shop, number)
    assert (str(found.refunded), str(found.total)) == ("$44.95", "$84.95")


def test_an_order_is_told_in_the_language_asked_for(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1, "linear": 1}, {"card": 13_495})
    shop.set(Variant, shop.variants["black"], options_zh={"颜色": "黑色"})
    lamp, keyboard = order(shop, number, "zh").items
    assert (lamp.name, lamp.options) == ("台灯", "黑色")
    assert (keyboard.name, keyboard.options) == ("键盘", "linear")  # better in English than not at all


def test_goods_no_longer_sold_are_still_told(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 4_495})
    with shop.database.work() as unit:
        for row in unit.session.query(Product):
            row.active, row.name_zh = 0, ""
        unit.commit()
    assert order(shop, number, "zh").items[0].name == "Desk lamp"


@pytest.mark.parametrize("status", ["pending", "processed", "shipped", "delivered", "cancelled", "returned"])
def test_an_order_is_open_while_it_moves(shop: SmallShop, status: str) -> None:
    number = shop.order(status, {"black": 1}, {"card": 4_495})
    assert order(shop, number).open == (status in OPEN_STATUSES)


@pytest.mark.parametrize(
    ("mention", "names"),
    [
        ("lamp", {"Desk lamp"}),
        ("lmap", set()),
        ("the desk lamps", {"Desk lamp"}),
        ("台灯", {"Desk lamp"}),
        ("black lamp", {"Desk lamp"}),
        ("keybord", {"Keyboard"}),
        ("red lamp", set()),
        ("sofa", set()),
    ],
)
def test_orders_are_found_by_what_is_in_them(shop: SmallShop, mention: str, names: set[str]) -> None:
    shop.order("pending", {"black": 1}, {"card": 4_495})
    shop.order("pending", {"linear": 1}, {"card": 9_495})
    found = orders_with(orders(shop), mention)
    assert {item.name for match in found for item in match.items} == names


def parcel(due: int | None = 2, delivered: int | None = None, *codes: str) -> ShipmentView:
    """A parcel due and delivered so many days from now."""
    scans = tuple(Scan(now() - DAY, code, "") for code in codes)
    dates = [None if days is None else now() + days * DAY for days in (due, delivered)]
    return ShipmentView("UPS", "1Z", dates[0], dates[1], scans)


@pytest.mark.parametrize(
    ("shipment", "late", "delayed"),
    [
        (parcel(), False, False),
        (parcel(-1), True, True),
        (parcel(None), False, False),
        (parcel(2, None, "in_transit", "delayed"), False, True),
        (parcel(2, None, "in_transit"), False, False),
        (parcel(-3, -1), False, False),  # came after its day, but it came
        (parcel(-3, -1, "delayed", "delivered"), False, False),
    ],
)
def test_a_parcel_is_late_or_delayed(shipment: ShipmentView, late: bool, delayed: bool) -> None:
    assert (shipment.late, shipment.delayed) == (late, delayed)


def ship(shop: SmallShop, number: str, **fields: Any) -> None:
    with shop.database.work() as unit:
        row = unit.session.query(Order).filter_by(number=number).one()
        row.shipments.append(Shipment(carrier="DHL", tracking_number="7", **fields))
        unit.commit()


def test_one_late_parcel_delays_the_order(shop: SmallShop) -> None:
    number = shop.order("shipped", {"black": 2}, {"card": 8_495})
    assert not order(shop, number).delayed
    ship(shop, number, expected_delivery_at=now() + DAY)
    assert not order(shop, number).delayed
    ship(shop, number, expected_delivery_at=now() - DAY)
    assert order(shop, number).delayed


def test_what_the_carrier_reported_is_told_as_it_was(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    scans = [
        {"at": "2026-11-20T08:00:00+00:00", "code": "picked_up"},
        {"at": "2026-11-21T09:30:00+00:00", "code": "in_transit", "place": "Columbus, OH"},
    ]
    ship(shop, number, scans=scans)
    (shipment,) = order(shop, number).shipments
    assert (shipment.carrier, shipment.tracking_number) == ("DHL", "7")
    assert shipment.scans == (
        Scan(datetime(2026, 11, 20, 8, tzinfo=timezone.utc), "picked_up", ""),
        Scan(datetime(2026, 11, 21, 9, 30, tzinfo=timezone.utc), "in_transit", "Columbus, OH"),
    )


def test_every_line_says_which_variant_it_is_and_what_became_of_it(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 2, "linear": 1}, {"card": 17_495})
    shop.set(Variant, shop.variants["black"], options_zh={"颜色": "黑色"})
    lamp, keyboard = order(shop, number).items
    assert (lamp.variant_id, lamp.state, str(lamp.price)) == (shop.variants["black"], "ordered", "$80.00")
    assert lamp.option_map == {"en": {"colour": "black"}, "zh": {"颜色": "黑色"}}
    assert keyboard.option_map["zh"] == {"switches": "linear"}  # better in English than not at all
    assert {"black": lamp.id, "linear": keyboard.id} == shop.items(number)


def test_what_was_returned_no_longer_counts_and_what_is_exchanged_does(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 2, "red": 1, "linear": 1}, {"card": 20_495})
    lines = shop.items(number)
    shop.set(OrderItem, lines["red"], state="returned")
    shop.set(OrderItem, lines["linear"], state="exchanged")
    found = order(shop, number)
    assert str(found.total) == "$174.95"
    assert [item.stands for item in found.items] == [True, False, True]


def test_a_return_of_one_of_two_lowers_the_total_at_once_and_the_money_when_it_goes_back(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 2}, {"card": 8_495})
    choice = ItemChoice(item_id=shop.items(number)["black"], quantity=1)
    receipt = shop.make(ReturnItem(order_number=number, items=[choice], reason="no longer needed"))
    waiting = order(shop, number)
    assert (str(waiting.total), str(waiting.paid), str(waiting.refunded)) == ("$44.95", "$84.95", "$0.00")
    shop.receive(receipt.proposal_id)
    settled = order(shop, number)
    assert (str(settled.total), str(settled.paid), str(settled.refunded)) == ("$44.95", "$44.95", "$40.00")


def test_a_change_of_method_is_paid_once(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    shop.make(ChangePayment(order_number=number, payment_method_id=shop.methods["paypal"]))
    found = order(shop, number)
    assert str(found.paid) == "$44.95"
    assert [(payment.label, str(payment.amount)) for payment in found.paid_with] == [("Emma's paypal", "$44.95")]
    assert [(payment.kind, payment.amount.cents) for payment in found.payments[:1]] == [("credit_card", 4_495)]
    assert all(payment.at <= now() for payment in found.payments)


def test_an_order_paid_in_two_ways(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"gift": 1_000, "card": 3_495})
    assert [(p.label, str(p.amount)) for p in order(shop, number).paid_with] == [
        ("Emma's gift", "$10.00"),
        ("Emma's card", "$34.95"),
    ]


def test_where_an_order_goes(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    address = order(shop, number).shipping_address
    assert address.text == "Emma Clarke, 48 Heron Way, Seattle, WA 98103, United States"
    assert (address.line2, address.postcode) == ("", "98103")


def test_an_address_of_few_parts_is_told_as_it_is() -> None:
    assert address_view({"line1": "南京西路 1 号", "city": "上海"}).text == "南京西路 1 号, 上海"


def test_items_are_called_by_what_they_are(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1, "linear": 1}, {"card": 13_495})
    items = order(shop, number).items
    assert [item.name for item in items_called(items, "lamps")] == ["Desk lamp"]
    assert items_called(items, "sofa") == ()
