"""Importing Aisle's own layouts: what is stored, what changes, what is refused, and that it is all or nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from shop.errors import BadInput, Conflict
from shop.importing import KINDS, ImportReport, import_file
from shop.orders import get_order
from shop.tables import Base, Customer, Order, OrderItem, Product, Review, ShoppingEvent, Variant
from shop.unit_of_work import Database

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "importing.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"`(\w+\.(?:csv|json))`:\n\n```\w+\n(.*?)```", DOCUMENT, re.DOTALL))

PRODUCTS = "product_id,name_en,department,category_en,sku,price,currency,stock"
ORDERS = "number,customer_id,status,placed_at,currency,line1,city,country,sku,quantity,unit_price"

Import = Callable[[str, str | list[dict[str, Any]]], ImportReport]


@pytest.fixture
def load(database: Database, tmp_path: Path) -> Import:
    def load(kind: str, content: str | list[dict[str, Any]]) -> ImportReport:
        path = tmp_path / (f"{kind}.csv" if isinstance(content, str) else f"{kind}.json")
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        with database.work() as unit:
            report = import_file(unit.session, path, kind)
            unit.commit()
            return report

    return load


@pytest.fixture
def shop(load: Import) -> Import:
    """A shop with the documented products and customers."""
    load("products", EXAMPLES["products.csv"])
    load("customers", EXAMPLES["customers.csv"])
    return load


def count(database: Database, table: Any) -> int:
    with database.read() as unit:
        return int(unit.session.scalar(select(func.count()).select_from(table)))


def contents(session: Any) -> dict[str, list[Any]]:
    """Every row of every table."""
    session.flush()
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = session.execute(select(table).order_by(*table.primary_key.columns)).all()
        found[table.name] = [tuple(row) for row in rows]
    return found


def reasons(report: ImportReport) -> list[str]:
    return [str(refusal) for refusal in report.refusals]


def test_every_kind_has_its_documented_examples() -> None:
    own = {f"{kind}.{suffix}" for kind in KINDS[:5] for suffix in ("csv", "json")}
    assert set(EXAMPLES) == own | {"shopify.csv", "tau2.json"}


@pytest.mark.parametrize("suffixes", [("csv", "json"), ("json", "csv")])
def test_the_documented_examples_import_whole_and_only_once(
    database: Database, tmp_path: Path, suffixes: tuple[str, str]
) -> None:
    files = [f"{kind}.{suffix}" for suffix in suffixes for kind in KINDS if f"{kind}.{suffix}" in EXAMPLES]
    if suffixes[0] == "json":  # the orders of the JSON example hold a book that only the CSV example has
        files.insert(0, "products.csv")
    for name in files:
        (tmp_path / name).write_text(EXAMPLES[name], "utf-8")
        for first in (True, False):
            with database.work() as unit:
                report = import_file(unit.session, tmp_path / name, name.split(".")[0])
                unit.commit()
            assert reasons(report) == []
            assert report.notes == []
            assert (report.added + report.changed > 0 or name in files[1:]) if first else report.unchanged > 0
            assert first or (report.added, report.changed) == (0, 0), name


def test_a_product_is_stored_as_it_is_given(shop: Import, database: Database) -> None:
    with database.read() as unit:
        jacket = unit.session.scalars(select(Product).where(Product.external_id == "J1")).one()
        assert (jacket.name_zh, jacket.category_en, jacket.brand) == ("山脊冲锋衣", "rain jacket", "Northfell")
        assert jacket.tags == {"en": ["waterproof", "hiking"]}
        assert jacket.facts == [
            {"key": "waterproof_rating", "en": ["Waterproof rating", "10,000 mm"], "zh": ["防水等级", "10000毫米"]}
        ]
        assert [(v.sku, v.price_cents, v.stock, v.options, v.options_zh) for v in jacket.variants] == [
            ("J1-M", 12900, 12, {"size": "M", "colour": "navy"}, {"尺码": "M", "颜色": "藏青"}),
            ("J1-L", 12900, 0, {"size": "L", "colour": "navy"}, {"尺码": "L", "颜色": "藏青"}),
        ]


def test_an_order_reads_as_its_customer_sees_it(shop: Import, database: Database) -> None:
    for content in (EXAMPLES["orders.csv"], json.loads(EXAMPLES["orders.json"])):
        assert reasons(shop("orders", content)) == []
    with database.read() as unit:
        customer = unit.session.scalars(select(Customer).where(Customer.external_id == "C1")).one()
        order = get_order(unit.session, customer.id, "W1234567", "en")
        stored = unit.session.scalars(select(Order)).one()
        assert stored.shipping_address["name"] == "Mei Lin"
        assert [payment.amount_cents for payment in stored.payments] == [16300, -500]
    assert order.total.amount == Decimal("163.00")
    assert order.refunded.amount == Decimal("5.00")
    assert [(item.name, item.quantity) for item in order.items] == [
        ("Ridgeline Rain Jacket", 1),
        ("The Quiet Harbour", 2),
    ]
    assert order.shipments[0].scans[0].place == "Reno, NV"


def test_counts_say_what_was_added_changed_and_left(shop: Import, database: Database) -> None:
    report = shop(
        "products",
        f"{PRODUCTS}\nJ1,Ridgeline Rain Jacket,clothing,rain jacket,J1-M,119.00,USD,12\n"
        "B1,The Quiet Harbour,books,novel,B1-PB,14.50,USD,40\nN1,Cap,clothing,cap,N1-1,9,USD,1",
    )
    counts = report.counts["products"]
    assert (counts.added, counts.changed, counts.unchanged, counts.refused) == (1, 1, 1, 0)
    with database.read() as unit:
        jacket = unit.session.scalars(select(Product).where(Product.external_id == "J1")).one()
        assert jacket.name_zh == "山脊冲锋衣", "a column the file does not have keeps what is stored"
        assert {v.sku: v.price_cents for v in jacket.variants} == {"J1-M": 11900, "J1-L": 12900}


def test_an_empty_cell_clears_a_text_and_null_leaves_it(shop: Import, database: Database) -> None:
    shop("products", f"{PRODUCTS},brand\nJ1,Ridgeline Rain Jacket,clothing,rain jacket,J1-M,129,USD,12,")
    with database.read() as unit:
        assert unit.session.scalar(select(Product.brand).where(Product.external_id == "J1")) == ""
    shop("customers", [{"customer_id": "C1", "email": "mei.lin@example.com", "name": "Mei Lin", "phone": None}])
    with database.read() as unit:
        customer = unit.session.scalars(select(Customer).where(Customer.external_id == "C1")).one()
        assert customer.phone == "+1 415 555 0100"
        assert (customer.language, len(customer.addresses), len(customer.payment_methods)) == ("zh", 1, 1)


def test_one_bad_line_refuses_its_order_and_no_other(shop: Import, database: Database) -> None:
    rest = "C1,pending,2026-05-01,USD,12 Harbour St,San Jose,USA"
    report = shop(
        "orders",
        "\n".join(
            [
                ORDERS,
                f"#A1,{rest},J1-M,1,129",
                f"#A2,{rest},J1-M,1,129",
                f"#A2,{rest},NOPE,1,129",
                f"#A3,{rest},J1-M,0,129",
                "#A3,,,,,,,,B1-PB,1,14.50",
                f"#A4,{rest},J1-M,1",
                "#A4,,,,,,,,B1-PB,1,14.50",
                f"#A5,{rest},J1-M,1,129",
                '#A5,,,,,,,,"B1"-PB,1,14.50',
                f"#A6,{rest},J1-M,1,129",
                "#A6,,shipped,,,,,,B1-PB,1,14.50",
                f"#A7,{rest},J1-M,1,129",
                ",,,,,,,,B1-PB,1,14.50",
                f"#A8,{rest},J1-M,1,129",
                f",{rest.replace('C1', 'C2')},J1-M,1,129",
                f"#A9,{rest.replace('C1', 'C9')},J1-M,1,129",
                f"#A10,{rest.replace('USD', 'EUR')},J1-M,1,129",
                f"#A11,{rest.replace('pending', 'lost')},J1-M,1,129",
                f"a1,{rest},J1-M,1,129",
            ]
        ),
    )
    with database.read() as unit:
        # #A8 stands beside a line without number on both sides: one of them may be its own.
        assert unit.session.scalars(select(Order.number)).all() == ["#A1"]
    assert count(database, OrderItem) == 1
    assert sorted(reasons(report), key=lambda reason: int(reason.split(":")[0].split()[1])) == [
        "line 4: there is no variant with the SKU 'NOPE'",
        "line 5: quantity is '0': it must be at least 1",
        "line 7: it has 10 cells where the header has 11",
        "line 10: a quotation mark stands in the middle of a cell; write it twice and put the cell in quotation marks",
        "line 12: status is 'shipped', but line 11 of the same record says 'pending'",
        "line 13: line 14 beside it has no number and may belong to the same record",
        "line 14: number is empty",
        "line 15: line 14 beside it has no number and may belong to the same record",
        "line 16: number is empty",
        "line 17: there is no customer 'C9'",
        "line 18: the order is in EUR, but 'J1-M' is sold in USD",
        "line 19: status is 'lost': it must be 'pending', 'processed', 'shipped', 'delivered', 'cancelled', "
        "'return_requested', 'exchange_requested' or 'returned'",
        "line 20: the id '#A1' stands already at line 2",
    ]
    assert report.refused == 13


def test_an_order_never_changes_hands_and_pays_with_its_customers_money(shop: Import) -> None:
    order = json.loads(EXAMPLES["orders.json"])[0]
    assert shop("orders", [order]).added == 1
    assert reasons(shop("orders", [{**order, "customer_id": "C2", "payments": []}])) == [
        "$[0].customer_id: the order #W1234567 belongs to another customer"
    ]
    other = {**order, "number": "#W2", "customer_id": "C2"}
    assert reasons(shop("orders", [other])) == [
        "$[0].payments[0].payment_method_id: the customer 'C2' has no payment method 'card_1'"
    ]


def test_an_order_that_shrinks_loses_what_it_no_longer_holds(shop: Import, database: Database) -> None:
    order = json.loads(EXAMPLES["orders.json"])[0]
    shop("orders", [order])
    assert shop("orders", [{**order, "items": order["items"][1:], "shipments": []}]).changed == 1
    with database.read() as unit:
        stored = unit.session.scalars(select(Order)).one()
        assert [item.variant.sku for item in stored.items] == ["B1-PB"]
        assert (stored.shipments, len(stored.payments)) == ([], 2)


def test_a_sku_and_a_currency_stay_with_their_product(shop: Import, database: Database) -> None:
    shop("orders", EXAMPLES["orders.csv"])
    before = count(database, Variant)
    report = shop(
        "products",
        f"{PRODUCTS}\nX1,Thief,home,mug,J1-M,5,USD,1\nX2,Mixed,home,mug,X2-1,5,USD,1\nX2,,,,X2-2,5,EUR,1\n"
        "B1,The Quiet Harbour,books,novel,B1-PB,14.50,EUR,40\nX3,Twice,home,mug,X3-1,5,USD,1\nX3,,,,X3-1,6,USD,1",
    )
    assert reasons(report) == [
        "line 6: the SKU 'X3-1' stands more than once in this product",
        "line 2: the SKU 'J1-M' belongs to the product 'J1'",
        "line 3: its variants would have prices in EUR and USD; one currency is needed",
        "line 5: 'B1-PB' was ordered in USD; its currency can no longer become EUR",
    ]
    assert count(database, Variant) == before


def test_an_address_given_up_may_be_taken_whatever_the_order_of_lines(shop: Import, database: Database) -> None:
    content = (
        "customer_id,email,name\nN1,mei.lin@example.com,New\n"
        "C1,jon.reed@example.com,Mei Lin\nC2,jon@example.com,Jon Reed"
    )
    first, second = shop("customers", content), shop("customers", content)
    assert (first.added, first.changed, first.refused) == (1, 2, 0)
    assert (second.unchanged, second.refused) == (3, 0)


def test_addresses_swapped_between_two_customers_are_refused_each_time(shop: Import) -> None:
    content = "customer_id,email,name\nC1,jon.reed@example.com,Mei Lin\nC2,mei.lin@example.com,Jon Reed"
    assert [shop("customers", content).refused for _ in range(2)] == [2, 2]


def test_a_payment_method_belongs_to_one_customer(shop: Import) -> None:
    row = {"customer_id": "C2", "email": "jon.reed@example.com", "name": "Jon Reed"}
    report = shop("customers", [{**row, "payment_methods": [{"payment_method_id": "card_1", "kind": "paypal"}]}])
    assert reasons(report) == ["$[0].payment_methods[0]: the payment method 'card_1' belongs to the customer 'C1'"]


def test_reviews_and_events_name_what_is_there(shop: Import, database: Database) -> None:
    report = shop(
        "reviews",
        "review_id,product_id,customer_id,stars,text,created_at\nR1,J1,,5,很好,2026-01-01\n"
        "R2,J9,,5,x,2026-01-01\nR3,J1,C9,5,x,2026-01-01",
    )
    assert reasons(report) == ["line 3: there is no product 'J9'", "line 4: there is no customer 'C9'"]
    report = shop(
        "events",
        "event_id,customer_id,product_id,kind,at\nE1,C1,J1,view,2026-01-01\n"
        "E2,C1,J1,stare,2026-01-01\nE3,,J1,view,2026-01-01",
    )
    assert reasons(report) == [
        "line 3: kind is 'stare': it must be 'view', 'cart' or 'purchase'",
        "line 4: customer_id is missing",
    ]
    with database.read() as unit:
        assert unit.session.scalars(select(Review.language)).all() == ["zh"]
    assert count(database, ShoppingEvent) == 1


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ("Weight 420 g", "facts_en holds 'Weight 420 g', which is not like 'Weight: 420 g'"),
        ("Weight: 420 g; Fit: slim", "facts_en has 2 facts and facts_zh 1; they must match one by one"),
        ("Weight:", "en is empty"),
    ],
)
def test_facts_that_cannot_be_told_apart_are_refused(load: Import, facts: str, reason: str) -> None:
    report = load("products", f"{PRODUCTS},facts_en,facts_zh\nP1,Mug,home,mug,S1,5,USD,1,{facts},重量: 420克")
    assert reasons(report) == [f"line 2: {reason}"]


@pytest.mark.parametrize("failing", [1, 3])
def test_an_error_in_the_middle_leaves_nothing_even_if_the_caller_commits(
    database: Database, tmp_path: Path, failing: int
) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,email,name\n" + "".join(f"C{n},c{n}@example.com,Name\n" for n in range(5)))
    inserts = []

    def fail(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        inserts.append(statement.startswith("INSERT"))
        if inserts[-1] and sum(inserts) == failing:
            raise RuntimeError("the disk is full")

    with database.work() as unit:
        event.listen(database.engine, "before_cursor_execute", fail)
        with pytest.raises(RuntimeError, match="the disk is full"):
            import_file(unit.session, path, "customers")
        event.remove(database.engine, "before_cursor_execute", fail)
        unit.commit()
    assert count(database, Customer) == 0


CRASH = """
import os, sys
from sqlalchemy import event
from shop.database import open_engine
from shop.importing import import_file
from shop.unit_of_work import Database

database = Database(open_engine(sys.argv[1]))
inserts = []

def die(connection, cursor, statement, *rest):
    inserts.append(statement.startswith("INSERT INTO orders"))
    if sum(inserts) == 2:
        os._exit(9)

event.listen(database.engine, "after_cursor_execute", die)
with database.work() as unit:
    import_file(unit.session, sys.argv[2], "orders")
    unit.commit()
"""


def test_a_process_that_dies_in_the_middle_leaves_nothing(shop: Import, database: Database, tmp_path: Path) -> None:
    rest = "C1,pending,2026-05-01,USD,12 Harbour St,San Jose,USA,J1-M,1,129"
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([ORDERS, *(f"#A{number},{rest}" for number in range(50))]))
    # One statement an order, as SQLite makes them and PostgreSQL does with one order at a time.
    url = database.engine.url.render_as_string(hide_password=False)
    script = CRASH if database.engine.dialect.name == "sqlite" else CRASH.replace("== 2", "== 1")
    command = [sys.executable, "-c", script, url, str(path)]
    died = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert died.returncode == 9
    assert (count(database, Order), count(database, OrderItem)) == (0, 0)
    assert shop("orders", path.read_text()).added == 50


def test_two_imports_at_once_do_not_mix(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,email,name\nC1,one@example.com,One\n")
    writing = threading.Event()

    def note_insert(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT"):
            writing.set()

    def second() -> str:
        with database.work() as unit:
            try:
                return f"unchanged: {import_file(unit.session, path, 'customers').unchanged}"
            except Conflict:
                return "conflict"

    with database.work() as unit, ThreadPoolExecutor(1) as pool:
        import_file(unit.session, path, "customers")
        event.listen(database.engine, "before_cursor_execute", note_insert)
        result = pool.submit(second)
        if database.engine.dialect.name == "postgresql":
            # It has read that there is no such customer, and writes one: only the index tells it otherwise.
            assert writing.wait(30)
        unit.commit()
        assert result.result() == {"sqlite": "unchanged: 1", "postgresql": "conflict"}[database.engine.dialect.name]
    assert count(database, Customer) == 1


IDS = st.sampled_from(["a", "b", "c", "", "=1+1", "A"])
ADDRESSES = st.sampled_from(["a@x.com", "b@x.com", "A@X.com", "c@x.com", "nowhere", ""])
PRICES = st.sampled_from(["5", "7.25", "-1", "x", "", "5.00"])


def as_csv(columns: str, rows: list[tuple[str, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns.split(","))
    writer.writerows(rows)
    return out.getvalue()


PRODUCT_ROWS = st.lists(
    st.tuples(IDS, st.sampled_from(["Mug", "Cup", ""]), st.just("home"), st.just("mug"), IDS, PRICES,
              st.sampled_from(["USD", "EUR", "QQQ"]), st.sampled_from(["0", "3", "-3"])),
    min_size=1, max_size=6,
)  # fmt: skip
CUSTOMER_ROWS = st.lists(st.tuples(IDS, ADDRESSES, st.sampled_from(["Ann", "Bo", ""])), min_size=1, max_size=6)
ORDER_ROWS = st.lists(
    st.tuples(st.sampled_from(["#1", "1", "#2", ""]), IDS, st.sampled_from(["pending", "shipped", ""]),
              st.just("2026-01-01"), st.just("USD"), st.just("1 St"), st.just("X"), st.just("USA"), IDS,
              st.sampled_from(["1", "2", "0", ""]), PRICES),
    min_size=1, max_size=6,
)  # fmt: skip


@given(
    products=st.lists(PRODUCT_ROWS, min_size=1, max_size=2),
    customers=st.lists(CUSTOMER_ROWS, min_size=1, max_size=2),
    orders=st.lists(ORDER_ROWS, min_size=1, max_size=2),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_importing_a_file_twice_is_importing_it_once(
    database: Database, products: list[Any], customers: list[Any], orders: list[Any]
) -> None:
    files = [("products", as_csv(PRODUCTS, rows)) for rows in products]
    files += [("customers", as_csv("customer_id,email,name", rows)) for rows in customers]
    files += [("orders", as_csv(ORDERS, rows)) for rows in orders]
    with database.work() as unit, tempfile.TemporaryDirectory() as folder:
        for kind, content in files:
            path = Path(folder) / f"{kind}.csv"
            path.write_text(content, "utf-8", newline="")
            try:
                once = import_file(unit.session, path, kind)
            except BadInput:  # every line of it was blank
                continue
            kept = contents(unit.session)
            unit.session.expire_all()
            twice = import_file(unit.session, path, kind)
            assert contents(unit.session) == kept
            assert (twice.added, twice.changed) == (0, 0)
            assert twice.unchanged == once.added + once.changed + once.unchanged
            assert sorted(reasons(twice)) == sorted(reasons(once))
