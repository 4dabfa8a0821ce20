"""Filling a database with the demo shop: all or nothing, and only when it is empty."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from shop.__main__ import app
from shop.database import open_engine
from shop.demo.load import DemoShop, load_shop, make_shop
from shop.errors import Refused
from shop.migrations import upgrade
from shop.settings import get_settings
from shop.tables import Customer, Order, Product
from shop.unit_of_work import Database


@pytest.fixture(scope="module")
def shop() -> DemoShop:
    return make_shop(7, date(2026, 11, 23))


def count(database: Database, table: type) -> int:
    with database.read() as unit:
        return int(unit.session.scalars(select(func.count()).select_from(table)).one())


def test_everything_made_is_stored(database: Database, shop: DemoShop) -> None:
    advanced: list[int] = []
    load_shop(database, shop, advanced.append)
    assert {table: count(database, table) for table in shop.rows} == {t: len(rows) for t, rows in shop.rows.items()}
    assert sum(advanced) == shop.size
    with database.read() as unit:
        order = unit.session.scalars(select(Order).join(Customer).where(Customer.external_id == "demo-emma")).first()
        assert order.items[0].variant.product.name_en
        assert order.payments[0].method.label in ("Visa ending 4242", "PayPal")


def test_new_rows_can_be_added_after_it(database: Database, shop: DemoShop) -> None:
    load_shop(database, shop)
    with database.work() as unit:
        product = Product(external_id="new", department="home", category_en="mug", name_en="New mug")
        unit.session.add(product)
        unit.commit()
        assert product.id == len(shop[Product]) + 1


def test_a_crash_leaves_nothing(database: Database, shop: DemoShop) -> None:
    seen = 0

    def crash_late(rows: int) -> None:
        nonlocal seen
        seen += rows
        if seen > shop.size * 0.9:
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        load_shop(database, shop, crash_late)
    assert {count(database, table) for table in shop.rows} == {0}


def test_a_shop_with_content_is_refused_and_kept(database: Database, shop: DemoShop) -> None:
    with database.work() as unit:
        unit.session.add(Product(external_id="mine", department="home", category_en="mug", name_en="My mug"))
        unit.commit()
    with pytest.raises(Refused, match="not empty"):
        load_shop(database, shop)
    assert count(database, Product) == 1
    assert count(database, Order) == 0


def test_the_command_fills_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'aisle.db'}"
    monkeypatch.setenv("AISLE_DATABASE_URL", url)
    get_settings.cache_clear()
    upgrade(url)
    try:
        first = CliRunner().invoke(app, ["demo", "--seed", "3"])
        again = CliRunner().invoke(app, ["demo", "--if-empty"])
        refused = CliRunner().invoke(app, ["demo"])
    finally:
        get_settings.cache_clear()
    assert (first.exit_code, again.exit_code, refused.exit_code) == (0, 0, 1)
    assert "Nothing was changed" in again.output
    assert isinstance(refused.exception, Refused)
    assert count(Database(open_engine(url)), Order) == 1_000
