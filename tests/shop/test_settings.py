"""The settings table, and the secrets that stay out of it."""

from __future__ import annotations

import secrets
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from shop.settings import Settings, as_markdown

SECRET_VARIABLES = ("AISLE_SECRET_KEY", "AISLE_CUSTOMER_TOKEN_KEY", "AISLE_DATABASE_URL", "AISLE_STATE_DIR")


@pytest.fixture(autouse=True)
def _no_secrets_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRET_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_a_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_CODE_TTL_SECONDS", "60")
    monkeypatch.setenv("AISLE_NOT_A_SETTING", "x")
    assert Settings().code_ttl_seconds == 60


@pytest.mark.parametrize(("name", "value"), [("PORT", "many"), ("LIVE_WRITER", "parrot"), ("DEMO", "perhaps")])
def test_a_value_that_cannot_be_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"AISLE_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_the_database_is_sqlite_in_the_state_folder_unless_named(tmp_path: Path) -> None:
    assert Settings(state_dir=tmp_path).resolved_database_url == f"sqlite:///{tmp_path / 'aisle.db'}"
    assert Settings(database_url="postgresql://db/shop").resolved_database_url == "postgresql://db/shop"


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "new")
    key = settings.secret_key
    assert len(key) >= 48
    assert Settings(state_dir=tmp_path / "new").secret_key == key
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]


def test_all_who_start_at_once_get_the_same_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together, make = threading.Barrier(4), secrets.token_urlsafe

    def make_together(size: int) -> str:
        together.wait(20)  # nobody has kept a key yet, and all are about to
        return make(size)

    monkeypatch.setattr(secrets, "token_urlsafe", make_together)
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _: Settings(state_dir=tmp_path).secret_key, range(4)))
    assert keys == {(tmp_path / "secret_key").read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_given_key_is_used_and_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_SECRET_KEY", "given")
    assert Settings(state_dir=tmp_path).secret_key == "given"
    assert not list(tmp_path.iterdir())


def test_derived_keys_differ_from_each_other_and_follow_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(state_dir=tmp_path)
    keys = {settings.secret_key, settings.channel_secret, settings.customer_token_key}
    assert len(keys) == 3
    monkeypatch.setenv("AISLE_SECRET_KEY", "another")
    assert keys.isdisjoint({settings.channel_secret, settings.customer_token_key})
    monkeypatch.setenv("AISLE_CUSTOMER_TOKEN_KEY", "the shop's own")
    assert settings.customer_token_key == "the shop's own"


def test_no_dump_of_the_settings_shows_a_secret(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    shown = repr(settings) + settings.model_dump_json() + as_markdown()
    for secret in (settings.secret_key, settings.channel_secret, settings.customer_token_key):
        assert secret not in shown


def test_every_setting_is_described() -> None:
    page = as_markdown()
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"`AISLE_{name.upper()}`" in page
