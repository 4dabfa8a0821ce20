"""Which model is looked at where nobody names one: the one that serves, not the one trained last."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from language.understanding import CARD
from shop.errors import NotReady
from shop.settings import Settings
from tests.training.registered import archive, shop_in
from training import models
from training.archive import ARCHIVE
from training.models.serving import served_now


def trained(settings: Settings, fingerprint: str, age_seconds: float) -> Path:
    """What is left of a training, as far as it is looked at here."""
    served = settings.state_dir / "understanding" / f"of-{fingerprint}" / "served"
    served.mkdir(parents=True)
    (served / CARD).write_text(json.dumps({"fingerprint": fingerprint}))
    at = 1_700_000_000 - age_seconds
    os.utime(served, (at, at))
    return served


def test_the_champion_not_a_challenger_trained_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, settings = shop_in(tmp_path / "var")
    monkeypatch.chdir(tmp_path)
    champion = trained(settings, "champion", 60)
    models.ensure_champion(database, settings, archive(tmp_path / ARCHIVE, "champion"))
    trained(settings, "challenger", 0)
    assert served_now(settings) == champion
    database.close()


def test_what_was_trained_anew_and_will_be_the_champion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, settings = shop_in(tmp_path / "var")
    monkeypatch.chdir(tmp_path)
    trained(settings, "champion", 60)
    models.ensure_champion(database, settings, archive(tmp_path / ARCHIVE, "champion"))
    anew = trained(settings, "anew", 0)
    archive(tmp_path / ARCHIVE, "anew", b"other weights")
    assert served_now(settings) == anew
    database.close()


def test_without_a_registry_the_model_trained_last(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path, database_url="")
    with pytest.raises(NotReady, match="No understanding model"):
        served_now(settings)
    trained(settings, "old", 60)
    newest = trained(settings, "new", 0)
    assert served_now(settings) == newest
