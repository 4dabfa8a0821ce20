"""``python -m shop import``: what it prints and the codes it ends with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from sqlalchemy import func, select
from typer.testing import CliRunner

from shop.importing.commands import import_data
from shop.settings import get_settings
from shop.tables import Base, Customer
from shop.unit_of_work import Database

HEADER = "customer_id,email,name\n"


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    monkeypatch.setenv("AISLE_STATE_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("AISLE_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    get_settings.cache_clear()
    yield CliRunner()
    get_settings.cache_clear()


@pytest.fixture
def stored(runner: CliRunner) -> Iterator[Database]:
    database = Database.from_settings(get_settings())
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def run(runner: CliRunner, *arguments: str | Path) -> tuple[int, str]:
    app = typer.Typer()
    app.command("import")(import_data)
    result = runner.invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def customers(database: Database) -> int:
    with database.read() as unit:
        return int(unit.session.scalar(select(func.count()).select_from(Customer)))


def test_all_taken_is_0_and_some_refused_is_1(runner: CliRunner, stored: Database, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(HEADER + "C1,one@example.com,One\n")
    assert run(runner, "customers", path)[0] == 0
    assert run(runner, "customers", path)[0] == 0
    path.write_text(HEADER + "C1,one@example.com,One\nC2,[red]two,Two\nC3,c3@example.com,Three\n")
    code, output = run(runner, "customers", path)
    assert code == 1
    assert "line 3: email is '[red]two': it is not an e-mail address" in output
    assert [word for word in output.split() if word.isdigit()][:4] == ["1", "0", "1", "1"]
    assert customers(stored) == 2


def test_a_dry_run_reports_and_keeps_nothing(runner: CliRunner, stored: Database, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(HEADER + "C1,one@example.com,One\nC2,x,Two\n")
    code, output = run(runner, "customers", path, "--dry-run")
    assert code == 1
    assert "Dry run, nothing kept" in output
    assert "line 3: email is 'x'" in output
    assert customers(stored) == 0


def test_what_cannot_be_read_is_2(runner: CliRunner, stored: Database, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    for content, words in [("", "is empty"), ("id,name\n", "lacks"), ("customer_id;email;name\n", "semicolons")]:
        path.write_text(content)
        code, output = run(runner, "customers", path)
        assert code == 2
        assert words in output
    assert run(runner, "customers", tmp_path / "none.csv")[0] == 2
    assert run(runner, "clients", path)[0] == 2
    assert run(runner, "shopify", path, "--currency", "QQQ")[0] == 2


def test_a_database_without_tables_says_what_to_run(runner: CliRunner, tmp_path: Path) -> None:
    code, output = run(runner, "customers", tmp_path / "c.csv")
    assert code == 2
    assert "python -m shop migrate" in output
