"""Rasa pulls the champion from the web server: by ETag, with the secret, and never a broken archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from shop.settings import Settings
from tests.training.registered import archive, shop_in
from training import models
from web.app import create_app

URL = "/internal/model"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return shop_in(tmp_path / "var")[1]


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        client.headers["X-Aisle-Secret"] = settings.channel_secret
        yield client


def register(client: TestClient, settings: Settings, tmp_path: Path) -> bytes:
    made = archive(tmp_path / "made.tar.gz", "made")
    models.ensure_champion(client.app.state.gateway.database, settings, made)  # type: ignore[attr-defined]
    return made.read_bytes()


def test_only_who_knows_the_secret_is_answered(client: TestClient, settings: Settings, tmp_path: Path) -> None:
    register(client, settings, tmp_path)
    for secret in ("", "wrong", settings.channel_secret[:-1]):
        assert client.get(URL, headers={"X-Aisle-Secret": secret}).status_code == 403


def test_the_archive_comes_once(client: TestClient, settings: Settings, tmp_path: Path) -> None:
    assert client.get(URL).status_code == 404
    packed = register(client, settings, tmp_path)
    answer = client.get(URL)
    assert (answer.status_code, answer.content) == (200, packed)
    again = client.get(URL, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(URL, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_broken_archive_is_not_handed_out(client: TestClient, settings: Settings, tmp_path: Path) -> None:
    register(client, settings, tmp_path)
    [kept] = (settings.state_dir / "models").glob("*.tar.gz")
    kept.write_bytes(kept.read_bytes() + b"!")
    assert client.get(URL).status_code == 404
