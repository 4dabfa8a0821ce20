"""The migrations make the tables of the models, can be repeated and undone, and survive two starts at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, inspect
from typer.testing import CliRunner

from shop.__main__ import app
from shop.clock import now
from shop.database import open_engine
from shop.migrations import upgrade
from shop.settings import get_settings
from shop.tables import Base, Mail
from shop.unit_of_work import Database


def _differences(database: Database, models: MetaData) -> list[object]:
    with database.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), models))


def test_models_and_migrations_agree(database: Database) -> None:
    assert _differences(database, Base.metadata) == []


def test_a_table_without_a_migration_would_be_seen(database: Database) -> None:
    models = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.tables.values():
        table.to_metadata(models)
    Table("forgotten", models, Column("id", Integer, primary_key=True))

    kinds = [difference[0] for difference in _differences(database, models)]  # type: ignore[index]

    assert kinds == ["add_table"]


def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'aisle.db'}"
    with ThreadPoolExecutor(1) as other:
        second = other.submit(_upgrade_in_another_process, url)
        _upgrade_in_another_process(url)
        second.result()
    tables = inspect(open_engine(url)).get_table_names()
    assert set(tables) == {*Base.metadata.tables, "alembic_version"}


def test_migrating_again_keeps_what_is_there(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with database.work() as unit:
        unit.session.add(Mail(recipient="emma@example.com", subject="Hello", body="Hello", created_at=now()))
        unit.commit()

    upgrade(url)

    with database.read() as unit:
        assert unit.session.query(Mail).count() == 1


def test_the_command_migrates_the_database_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_DATABASE_URL", f"sqlite:///{tmp_path / 'shop.db'}")
    get_settings.cache_clear()
    try:
        result = CliRunner().invoke(app, ["migrate"])
    finally:
        get_settings.cache_clear()

    assert result.exit_code == 0
    assert "orders" in inspect(open_engine(f"sqlite:///{tmp_path / 'shop.db'}")).get_table_names()


def _upgrade_in_another_process(url: str) -> None:
    code = f"from shop.migrations import upgrade; upgrade({url!r})"
    subprocess.run([sys.executable, "-c", code], check=True)
