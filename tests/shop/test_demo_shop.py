"""The demo shop is complete, adds up, reads well and is the same for the same seed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timezone
from typing import Any

import pytest

from shop.demo.load import CUSTOMERS, ORDERS, REVIEWS, DemoShop, make_shop
from shop.tables import (
    Address,
    Customer,
    Order,
    OrderItem,
    Payment,
    PaymentMethod,
    Product,
    Review,
    Shipment,
    ShoppingEvent,
    Variant,
)

Row = dict[str, Any]

TODAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=timezone.utc)
CJK = re.compile(r"[\u4e00-\u9fff]")
STATUSES = {
    "pending", "processed", "shipped", "delivered", "cancelled", "return_requested", "exchange_requested", "returned"
}  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> DemoShop:
    return make_shop(7, TODAY)


@pytest.fixture(scope="module", params=[7, 8, 99])
def any_shop(request: pytest.FixtureRequest) -> DemoShop:
    return make_shop(request.param, TODAY)


def by(rows: list[Row], key: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def test_it_has_the_promised_size(any_shop: DemoShop) -> None:
    assert len(any_shop[Product]) >= 150
    assert len(any_shop[Customer]) == CUSTOMERS
    assert len(any_shop[Order]) == ORDERS
    assert len(any_shop[Review]) == REVIEWS
    assert {row["department"] for row in any_shop[Product]} == {"clothing", "electronics", "books", "home"}


def test_the_same_seed_and_day_make_the_same_shop(shop: DemoShop) -> None:
    assert make_shop(7, TODAY).rows == shop.rows


def test_another_seed_makes_another_shop(shop: DemoShop) -> None:
    other = make_shop(8, TODAY)
    assert other[Order] != shop[Order]
    assert other[Review] != shop[Review]
    assert [row["name_en"] for row in other[Product]] == [row["name_en"] for row in shop[Product]]


def test_another_day_moves_the_history_and_keeps_the_fixed_customers_orders(shop: DemoShop) -> None:
    later = make_shop(7, date(2027, 3, 1))
    for external_id in ("demo-emma", "demo-wei", "demo-sofia"):
        assert [(o["number"], o["status"]) for o in orders_of(later, external_id)] == [
            (o["number"], o["status"]) for o in orders_of(shop, external_id)
        ]
    assert max(row["placed_at"] for row in later[Order]).date() == date(2027, 2, 28)


def test_no_two_products_or_customers_share_a_name(shop: DemoShop) -> None:
    for table, key in ((Product, "name_en"), (Product, "name_zh"), (Customer, "name"), (Customer, "email")):
        names = [row[key] for row in shop[table]]
        assert len(set(names)) == len(names), (key, Counter(names).most_common(3))


def test_every_product_speaks_both_languages(shop: DemoShop) -> None:
    for product in shop[Product]:
        assert product["name_en"], product
        assert CJK.search(product["name_zh"]), product["name_zh"]
        assert CJK.search(product["category_zh"])
        assert not CJK.search(product["name_en"] + product["category_en"])
        assert 5 <= len(product["facts"]) <= 9, product["external_id"]
        assert len({fact["key"] for fact in product["facts"]}) == len(product["facts"])
        for fact in product["facts"]:
            assert CJK.search(fact["zh"][0]), fact
            assert not CJK.search("".join(fact["en"])), fact
        assert len(product["tags"]["en"]) >= 4
        assert len(product["tags"]["zh"]) >= 4
        assert all(tag == tag.lower() for tag in product["tags"]["en"])


def test_facts_are_translated_unless_they_are_names_or_codes(shop: DemoShop) -> None:
    same = {fact["en"][1] for row in shop[Product] for fact in row["facts"] if fact["en"][1] == fact["zh"][1]}
    # Codes, names and bare counts: at most three words, a digit or a capital in each.
    assert all(re.fullmatch(r"([A-Z\d][\w.,-]*\s?){1,3}", text) for text in same), same


def test_variants_are_sound(shop: DemoShop) -> None:
    variants = by(shop[Variant], "product_id")
    assert set(variants) == {row["id"] for row in shop[Product]}
    for rows in variants.values():
        assert len({str(row["options"]) for row in rows}) == len(rows)
    for row in shop[Variant]:
        assert 500 <= row["price_cents"] <= 60_000
        assert 0 <= row["stock"] <= 40
        assert len(row["options"]) == len(row["options_zh"]) >= 1
        assert all(CJK.search(name) for name in row["options_zh"])
        if "colour" in row["options"]:
            assert CJK.search(row["options_zh"]["颜色"]), row["options"]
    sold_out = sum(row["stock"] == 0 for row in shop[Variant]) / len(shop[Variant])
    assert 0.05 < sold_out < 0.2


@pytest.mark.parametrize(
    ("category", "tag", "size", "below_cents"),
    [("rain jacket", "waterproof", "M", 10_000), ("earbuds", "bluetooth", None, 20_000)],
)
def test_the_examples_of_the_readme_can_be_bought(
    any_shop: DemoShop, category: str, tag: str, size: str | None, below_cents: int
) -> None:
    goods = {row["id"] for row in any_shop[Product] if row["category_en"] == category and tag in row["tags"]["en"]}
    found = {
        row["product_id"]
        for row in any_shop[Variant]
        if row["product_id"] in goods and row["stock"] and row["price_cents"] < below_cents
        and size in (None, row["options"].get("size"))
    }  # fmt: skip
    assert len(found) >= 2


def test_every_state_of_an_order_is_there(any_shop: DemoShop) -> None:
    counts = Counter(row["status"] for row in any_shop[Order])
    assert set(counts) == STATUSES
    assert min(counts.values()) >= 10
    assert counts["delivered"] > ORDERS / 2


def test_order_numbers_are_unique_and_well_formed(any_shop: DemoShop) -> None:
    numbers = [row["number"] for row in any_shop[Order]]
    assert len(set(numbers)) == ORDERS
    assert all(re.fullmatch(r"#W\d{7}", number) for number in numbers)


def test_money_adds_up(any_shop: DemoShop) -> None:
    items, payments = by(any_shop[OrderItem], "order_id"), by(any_shop[Payment], "order_id")
    owners = {row["id"]: row["customer_id"] for row in any_shop[PaymentMethod]}
    for order in any_shop[Order]:
        total = order["shipping_cents"] + sum(i["quantity"] * i["unit_price_cents"] for i in items[order["id"]])
        paid = sum(p["amount_cents"] for p in payments[order["id"]] if p["amount_cents"] > 0)
        refunded = -sum(p["amount_cents"] for p in payments[order["id"]] if p["amount_cents"] < 0)
        returned = sum(i["quantity"] * i["unit_price_cents"] for i in items[order["id"]] if i["state"] == "returned")
        assert paid == total
        assert refunded == {"cancelled": total, "returned": returned}.get(order["status"], 0)
        assert {owners[p["payment_method_id"]] for p in payments[order["id"]]} == {order["customer_id"]}
        assert all(order["placed_at"] <= p["at"] <= MIDNIGHT for p in payments[order["id"]])


def test_prices_of_orders_are_those_of_the_catalogue(shop: DemoShop) -> None:
    prices = {row["id"]: row["price_cents"] for row in shop[Variant]}
    assert all(prices[item["variant_id"]] == item["unit_price_cents"] for item in shop[OrderItem])


def test_parcels_match_the_state_of_their_order(any_shop: DemoShop) -> None:
    shipments = by(any_shop[Shipment], "order_id")
    for order in any_shop[Order]:
        parcels = shipments.get(order["id"], [])
        if order["status"] in ("pending", "processed", "cancelled"):
            assert not parcels
            continue
        assert parcels
        arrived = [parcel["delivered_at"] is not None for parcel in parcels]
        assert not any(arrived) if order["status"] == "shipped" else all(arrived)
        for parcel in parcels:
            times = [datetime.fromisoformat(scan["at"]) for scan in parcel["scans"]]
            assert times == sorted(times)
            assert order["placed_at"] < times[0]
            assert times[-1] < MIDNIGHT
            assert (parcel["scans"][-1]["code"] == "delivered") is (parcel["delivered_at"] is not None)


def test_tracking_numbers_are_written_as_their_carrier_does(shop: DemoShop) -> None:
    patterns = {"UPS": r"1Z[A-Z0-9]{6}\d{10}", "FedEx": r"\d{12}", "USPS": r"9400\d{18}"}
    assert {parcel["carrier"] for parcel in shop[Shipment]} == set(patterns)
    for parcel in shop[Shipment]:
        assert re.fullmatch(patterns[parcel["carrier"]], parcel["tracking_number"]), parcel


def test_nothing_happens_before_an_account_exists_or_after_today(any_shop: DemoShop) -> None:
    created = {row["id"]: row["created_at"] for row in any_shop[Customer]}
    for table, key in ((Order, "placed_at"), (ShoppingEvent, "at"), (Review, "created_at")):
        for row in any_shop[table]:
            assert row[key] < MIDNIGHT
            assert row["customer_id"] is None or created[row["customer_id"]] <= row[key]


def orders_of(shop: DemoShop, external_id: str) -> list[Row]:
    customer = next(row for row in shop[Customer] if row["external_id"] == external_id)
    return sorted((o for o in shop[Order] if o["customer_id"] == customer["id"]), key=lambda o: o["number"])


@pytest.mark.parametrize(
    ("external_id", "email", "language", "statuses"),
    [
        ("demo-emma", "emma.clarke@example.com", "en", ["delivered", "pending", "shipped"]),
        ("demo-wei", "wei.wang@example.com", "zh", ["delivered", "shipped"]),
        ("demo-sofia", "sofia.martinez@example.com", "en", ["cancelled", "processed"]),
    ],
)
def test_the_fixed_customers_have_their_orders(
    any_shop: DemoShop, external_id: str, email: str, language: str, statuses: list[str]
) -> None:
    customer = next(row for row in any_shop[Customer] if row["external_id"] == external_id)
    assert (customer["email"], customer["language"]) == (email, language)
    assert sorted(order["status"] for order in orders_of(any_shop, external_id)) == statuses


def test_emmas_parcel_is_on_its_way_and_weis_is_late(any_shop: DemoShop) -> None:
    shipments = by(any_shop[Shipment], "order_id")
    emma = next(o for o in orders_of(any_shop, "demo-emma") if o["status"] == "shipped")
    wei = next(o for o in orders_of(any_shop, "demo-wei") if o["status"] == "shipped")
    assert emma["placed_at"].date() == date(2026, 11, 20)
    assert all(parcel["expected_delivery_at"] > MIDNIGHT for parcel in shipments[emma["id"]])
    assert all(parcel["expected_delivery_at"] < MIDNIGHT for parcel in shipments[wei["id"]])
    assert all(parcel["scans"][-1]["code"] == "delayed" for parcel in shipments[wei["id"]])


def test_every_customer_has_a_home_and_a_way_to_pay(shop: DemoShop) -> None:
    assert Counter(row["customer_id"] for row in shop[Address]) == Counter(row["id"] for row in shop[Customer])
    methods = Counter(row["customer_id"] for row in shop[PaymentMethod])
    assert set(methods) == {row["id"] for row in shop[Customer]}
    assert set(methods.values()) <= {1, 2, 3}
    assert {row["kind"] for row in shop[PaymentMethod]} == {"credit_card", "paypal", "gift_card"}
    assert all((row["kind"] == "gift_card") == (row["balance_cents"] is not None) for row in shop[PaymentMethod])
    assert sum(bool(CJK.search(row["name"])) for row in shop[Customer]) > 30
    for row in shop[Address]:
        assert all(isinstance(row[key], str) for key in ("line1", "line2", "city", "region", "postcode", "country"))
