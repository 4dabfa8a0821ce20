"""A whole shop in the layout of tau2-bench's retail db.json."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from shop.errors import BadInput
from shop.importing import ImportReport, import_file
from shop.orders import get_order
from shop.tables import Customer, Order, Payment, Variant
from shop.unit_of_work import Database

ADDRESS = {"address1": "9 Elm St", "address2": "", "city": "Denver", "country": "USA", "state": "CO", "zip": "80279"}
SHOP: dict[str, Any] = {
    "products": {
        "100": {
            "name": "T-Shirt",
            "product_id": "100",
            "variants": {
                "101": {"item_id": "101", "options": {"color": "blue", "size": "M"}, "available": True, "price": 50.88},
                "102": {"item_id": "102", "options": {"color": "red", "size": "M"}, "available": False, "price": 0.1},
            },
        }
    },
    "users": {
        "ada_1": {
            "user_id": "ada_1",
            "name": {"first_name": "Ada", "last_name": "Park"},
            "address": ADDRESS,
            "email": "Ada.Park@example.com",
            "payment_methods": {
                "card_1": {"source": "credit_card", "id": "card_1", "brand": "visa", "last_four": "4242"},
                "gift_1": {"source": "gift_card", "id": "gift_1", "balance": 51},
            },
            "orders": ["#W2378156"],
        }
    },
    "orders": {
        "#W2378156": {
            "order_id": "#W2378156",
            "user_id": "ada_1",
            "address": ADDRESS,
            "items": [
                {"name": "T-Shirt", "product_id": "100", "item_id": "101", "price": 50.88, "options": {}},
                {"name": "T-Shirt", "product_id": "100", "item_id": "101", "price": 50.88, "options": {}},
            ],
            "status": "cancelled",
            "fulfillments": [{"tracking_id": ["357962501027"], "item_ids": ["101", "101"]}],
            "payment_history": [
                {"transaction_type": "payment", "amount": 101.76, "payment_method_id": "card_1"},
                {"transaction_type": "refund", "amount": 101.76, "payment_method_id": "card_1"},
            ],
        }
    },
}

Import = Callable[..., ImportReport]


@pytest.fixture
def load(database: Database, tmp_path: Path) -> Import:
    def load(data: Any, currency: str = "USD") -> ImportReport:
        path = tmp_path / "db.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
        with database.work() as unit:
            report = import_file(unit.session, path, "tau2", currency)
            unit.commit()
            return report

    return load


def changed(**paths: Any) -> dict[str, Any]:
    """The shop with some values replaced: ``products__100__name="x"``."""
    data = copy.deepcopy(SHOP)
    for path, value in paths.items():
        *parts, last = path.replace("W2378156", "#W2378156").split("__")
        target = data
        for part in parts:
            target = target[int(part)] if isinstance(target, list) else target[part]
        target[last] = value
    return data


def reasons(report: ImportReport) -> list[str]:
    return [str(refusal) for refusal in report.refusals]


def test_ids_numbers_options_addresses_and_payments_are_kept(load: Import, database: Database) -> None:
    report = load(SHOP)
    assert {sort: counts.added for sort, counts in report.counts.items()} == {
        "products": 1,
        "customers": 1,
        "orders": 1,
    }
    with database.read() as unit:
        shirts = unit.session.scalars(select(Variant).order_by(Variant.sku)).all()
        assert [(v.sku, v.price_cents, v.currency, v.stock, v.options) for v in shirts] == [
            ("101", 5088, "USD", 1, {"color": "blue", "size": "M"}),
            ("102", 10, "USD", 0, {"color": "red", "size": "M"}),
        ]
        product = shirts[0].product
        assert (product.external_id, product.name_en, product.name_zh) == ("100", "T-Shirt", "")
        ada = unit.session.scalars(select(Customer)).one()
        assert (ada.external_id, ada.name, ada.email) == ("ada_1", "Ada Park", "ada.park@example.com")
        assert [(a.line1, a.region, a.postcode, a.is_default) for a in ada.addresses] == [
            ("9 Elm St", "CO", "80279", True)
        ]
        assert {m.external_id: (m.kind, m.label, m.balance_cents) for m in ada.payment_methods} == {
            "card_1": ("credit_card", "Visa ending 4242", None),
            "gift_1": ("gift_card", "Gift card", 5100),
        }
        order = get_order(unit.session, ada.id, "#W2378156", "en")
        stored = unit.session.scalars(select(Order)).one()
        assert stored.shipping_address["name"] == "Ada Park"
        assert [payment.amount_cents for payment in stored.payments] == [10176, -10176]
    assert (order.status, order.total.amount, len(order.items)) == ("cancelled", Decimal("101.76"), 2)
    assert order.shipments[0].tracking_number == "357962501027"


def test_a_second_import_changes_nothing_not_even_the_time_of_orders(load: Import, database: Database) -> None:
    load(SHOP)
    with database.read() as unit:
        placed_at, paid_at = unit.session.scalar(select(Order.placed_at)), unit.session.scalar(select(Payment.at))
    report = load(SHOP)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 3)
    with database.read() as unit:
        assert unit.session.scalar(select(Order.placed_at)) == placed_at
        assert unit.session.scalar(select(Payment.at)) == paid_at == placed_at


def test_what_changed_in_the_file_changes_in_the_shop(load: Import, database: Database) -> None:
    load(SHOP)
    report = load(changed(orders__W2378156__status="exchange requested", products__100__variants__101__price=49.5))
    assert {sort: counts.changed for sort, counts in report.counts.items()} == {
        "products": 1,
        "customers": 0,
        "orders": 1,
    }
    with database.read() as unit:
        assert unit.session.scalar(select(Order.status)) == "exchange_requested"
        assert unit.session.scalar(select(Variant.price_cents).where(Variant.sku == "101")) == 4950


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        (
            {"products__100__variants__102__price": -1},
            "$.products['100'].variants['102'].price: price is '-1': it cannot be negative",
        ),
        (
            {"products__100__variants__102__available": "yes"},
            "$.products['100'].variants['102'].available: available is 'yes': it must be true or false",
        ),
        (
            {"products__100__variants__102__item_id": "103"},
            "$.products['100'].variants['102']: item_id is '103', not its key",
        ),
        (
            {"products__100__product_id": "7"},
            "$.products['100'].product_id: product_id is '7', but it stands under '100'",
        ),
        ({"users__ada_1__email": "ada"}, "$.users.ada_1.email: email is 'ada': it is not an e-mail address"),
        (
            {"users__ada_1__payment_methods__gift_1__balance": "NaN"},
            "$.users.ada_1.payment_methods.gift_1.balance: balance is 'NaN': it is not a number like 1299.50",
        ),
        (
            {"orders__W2378156__items__1__item_id": "999"},
            "$.orders['#W2378156'].items[1].item_id: there is no variant with the SKU '999'",
        ),
        (
            {"orders__W2378156__user_id": "bob"},
            "$.orders['#W2378156'].user_id: there is no customer 'bob'",
        ),
        (
            {"orders__W2378156__payment_history__0__payment_method_id": "card_9"},
            "$.orders['#W2378156'].payment_history[0].payment_method_id: "
            "the customer 'ada_1' has no payment method 'card_9'",
        ),
        (
            {"orders__W2378156__payment_history__0__amount": 10.999},
            "$.orders['#W2378156'].payment_history[0].amount: amount is '10.999': money has at most two decimals",
        ),
        (
            {"orders__W2378156__status": "lost"},
            "$.orders['#W2378156'].status: status is 'lost': it must be one of pending, pending (item modified), "
            "processed, delivered, cancelled, return requested, exchange requested",
        ),
    ],
)
def test_bad_records_are_named_by_their_path(load: Import, paths: dict[str, Any], reason: str) -> None:
    report = load(changed(**paths))
    assert reasons(report)[0] == reason
    assert report.added == 3 - report.refused  # a refused product or customer takes the order along


def test_an_id_that_stands_twice_is_refused(load: Import) -> None:
    user = json.dumps(SHOP["users"]["ada_1"])
    report = load(f'{{"products": {{}}, "users": {{"ada_1": {user}, "ada_1": {user}}}, "orders": {{}}}}')
    assert reasons(report) == ["$.users.ada_1: this id stands more than once in the file"]


def test_another_layout_is_not_taken_for_it(load: Import) -> None:
    for data, words in [
        ([], 'must hold an object "products"'),
        ({"products": {}, "users": []}, 'must hold an object "users"'),
        ({"products": {}, "users": {}, "orders": {}}, "holds no product, user or order"),
    ]:
        with pytest.raises(BadInput, match=words):
            load(data)


@pytest.mark.skipif("AISLE_DATA" not in os.environ, reason="AISLE_DATA does not point to the public data sets")
def test_the_real_file_imports_whole_and_only_once(database: Database) -> None:
    path = Path(os.environ["AISLE_DATA"]) / "tau2_retail" / "db.json"
    data = json.loads(path.read_text("utf-8"))
    sizes = {"products": len(data["products"]), "customers": len(data["users"]), "orders": len(data["orders"])}
    paid = sum(
        Decimal(str(payment["amount"])) * (1 if payment["transaction_type"] == "payment" else -1)
        for order in data["orders"].values()
        for payment in order["payment_history"]
    )
    with database.work() as unit:
        first = import_file(unit.session, path, "tau2")
        unit.commit()
    assert reasons(first) == []
    assert {sort: counts.added for sort, counts in first.counts.items()} == sizes
    with database.work() as unit:
        second = import_file(unit.session, path, "tau2")
        assert {sort: counts.unchanged for sort, counts in second.counts.items()} == sizes
        assert unit.session.scalar(select(func.sum(Payment.amount_cents))) == paid * 100
        assert set(unit.session.scalars(select(Order.number))) == set(data["orders"])
