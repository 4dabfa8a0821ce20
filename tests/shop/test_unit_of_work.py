"""Units of work: all or nothing, rows that stay usable, writers and readers at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError, StatementError

from shop.clock import now
from shop.settings import Settings
from shop.tables import Customer, Order, OrderItem, Product, Variant
from shop.unit_of_work import Database

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def mug(name: str = "Mug", stock: int = 0) -> Product:
    row = Product(external_id=name, department="home", category_en="mug", name_en=name)
    row.variants = [Variant(sku=name, price_cents=900, stock=stock)]
    return row


def count(database: Database) -> int:
    with database.read() as unit:
        return int(unit.session.scalar(select(func.count()).select_from(Product)))


def test_what_is_committed_is_kept(database: Database) -> None:
    with database.work() as unit:
        unit.session.add(mug())
        unit.commit()
    assert count(database) == 1


def test_without_a_commit_nothing_is_kept(database: Database) -> None:
    with database.work() as unit:
        unit.session.add(mug())
        unit.session.flush()
    assert count(database) == 0


def test_an_error_undoes_everything_since_the_commit(database: Database) -> None:
    def break_off() -> None:
        with database.work() as unit:
            unit.session.add(mug("First"))
            unit.commit()
            unit.session.add(mug("Second"))
            unit.session.flush()
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        break_off()
    assert count(database) == 1


@pytest.mark.parametrize("keep", [True, False])
def test_rows_stay_usable_after_the_block(database: Database, keep: bool) -> None:
    with database.work() as unit:
        unit.session.add(mug())
        unit.session.flush()
        row = unit.session.scalars(select(Product)).one()
        assert row.variants
        if keep:
            unit.commit()
    assert (row.name_en, row.variants[0].price_cents) == ("Mug", 900)


def test_rows_that_were_only_read_stay_usable(database: Database) -> None:
    with database.work() as unit:
        unit.session.add(mug())
        unit.commit()
    with database.read() as unit:
        row = unit.session.scalars(select(Product)).one()
    assert (row.name_en, row.variants[0].sku) == ("Mug", "Mug")
    assert inspect(row).detached  # what was read needs no connection any more


def test_writers_at_once_all_succeed(database: Database) -> None:
    together = threading.Barrier(6)

    def write(number: int) -> None:
        together.wait()
        with database.work() as unit:
            unit.session.scalars(select(Product)).all()  # read first: the order in which SQLite used to fail
            unit.session.add(mug(f"Mug {number}"))
            unit.commit()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    assert count(database) == 6


@only_sqlite
def test_on_sqlite_no_update_is_lost(database: Database) -> None:
    with database.work() as unit:
        unit.session.add(mug())
        unit.commit()

    def take_in_one(_: int) -> None:
        with database.work() as unit:
            row = unit.session.scalars(select(Variant)).one()
            row.stock = row.stock + 1
            unit.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(take_in_one, range(20)))
    with database.read() as unit:
        assert unit.session.scalar(select(Variant.stock)) == 20


def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_its_work(database: Database) -> None:
    with database.work() as unit:
        unit.session.add(mug())
        unit.session.flush()
        assert count(database) == 0  # answers while the other unit holds its lock
        unit.commit()
    assert count(database) == 1


def test_a_row_cannot_point_to_what_is_not_there(database: Database) -> None:
    with database.work() as unit:
        unit.session.add(OrderItem(order_id=77, variant_id=77, unit_price_cents=1))
        with pytest.raises(IntegrityError):
            unit.session.flush()


def test_stock_cannot_fall_below_nothing(database: Database) -> None:
    with database.work() as unit:
        unit.session.add(mug(stock=-1))
        with pytest.raises(IntegrityError):
            unit.session.flush()


def test_times_keep_their_zone_and_none_goes_without(database: Database) -> None:
    moment = now()
    with database.work() as unit:
        unit.session.add(Customer(external_id="c", email="c@example.com", name="C", created_at=moment))
        unit.commit()
    with database.read() as unit:
        assert unit.session.scalar(select(Customer.created_at)) == moment
        with pytest.raises(StatementError, match="needs its zone"):
            unit.session.scalars(select(Order).where(Order.placed_at > datetime(2026, 1, 1))).all()


def test_the_database_of_the_settings_is_opened_where_they_say(tmp_path: Path) -> None:
    database = Database.from_settings(Settings(state_dir=tmp_path / "new", database_url=""))
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    database.close()
    assert (tmp_path / "new" / "aisle.db").is_file()
