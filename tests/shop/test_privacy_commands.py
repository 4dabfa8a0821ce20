"""``python -m shop privacy``."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shop import tables as t
from shop.__main__ import app
from shop.errors import NotFound, Refused
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.shop.privacy_shop import EMAIL, NAME, PrivacyShop


@pytest.fixture
def shop(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivacyShop:
    url = database.engine.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, state_dir=tmp_path / "state", turn_timeout_seconds=0)
    monkeypatch.setattr("shop.privacy.commands.get_settings", lambda: settings)
    return PrivacyShop(database)


def _run(*arguments: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, ["privacy", *arguments], input=typed, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_export_to_a_file_that_only_its_owner_reads(shop: PrivacyShop, tmp_path: Path) -> None:
    out = tmp_path / "thandiwe.json"
    assert "rows from" in _run("export", EMAIL, "--out", str(out))
    assert json.loads(out.read_text("utf-8"))["stores"]["customers"][0]["name"] == NAME
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_export_prints_json(shop: PrivacyShop) -> None:
    assert json.loads(_run("export", str(shop.customer_id)))["customer_id"] == shop.customer_id


def test_erase_asks_first(shop: PrivacyShop) -> None:
    with pytest.raises(Refused, match="Nothing was erased"):
        _run("erase", EMAIL, typed="n\n")
    assert shop.rows(t.Customer, email=EMAIL)


def test_erase_prints_and_writes_the_receipt(shop: PrivacyShop, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.json"
    shown = _run("erase", EMAIL, "--receipt", str(receipt), typed="y\n")
    assert "none left" in shown
    assert NAME not in shown
    written = json.loads(receipt.read_text("utf-8"))
    assert written["left"] == []
    assert {line["store"]: line["rows"] for line in written["lines"]}["messages"] == 3
    with pytest.raises(NotFound):
        _run("erase", EMAIL, "--yes")


def test_purge_says_what_it_did(shop: PrivacyShop) -> None:
    assert "Nothing is older" in _run("purge")
