"""What `make run` finds missing: everything in a fresh checkout, nothing twice, the bot when its sources change."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from knowledge.calibration import Calibration
from knowledge.manner import Manner, Weights
from knowledge.search import Floors
from knowledge.store import Manifest
from shop.clock import now
from shop.settings import Settings
from shop.tables import Article, Base, Product
from shop.unit_of_work import Database
from training import archive
from web.preparation import missing_steps

EVERYTHING = [
    "-m shop migrate",
    "-m shop demo --if-empty",
    "-m training encoders",
    "-m knowledge import knowledge/demo_articles --if-empty",
    "-m knowledge rebuild",
    "-m training.recommender",
    "-m training bot",
]
ALWAYS = "-m shop migrate"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A checkout with little in it and no state."""
    monkeypatch.chdir(tmp_path)
    write("config.yml", "pipeline: []")
    write("bot/data/nlu/greet.en.yml", "- hello")
    write("training/bot.py", "pass")
    return Settings(state_dir=tmp_path / "var", database_url="")


def write(path: str, text: str = "") -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


MANIFEST = Manifest("", "", "", 0, Floors(), Manner(), Weights(), Calibration(0.5, 0.1), 0, "2026-01-01T00:00:00+00:00")


def missing(settings: Settings) -> list[str]:
    return [" ".join(step.command) for step in missing_steps(settings)]


def fill_database(settings: Settings, *rows: Any) -> None:
    database = Database.from_settings(settings)
    Base.metadata.create_all(database.engine)
    with database.work() as unit:
        unit.session.add_all(rows)
        unit.commit()
    database.close()


@pytest.fixture
def prepared(settings: Settings) -> Settings:
    """The same with everything made."""
    mug = Product(external_id="mug", department="home", category_en="mug", name_en="Mug")
    article = Article(slug="a", category="shipping", created_at=now(), updated_at=now())
    fill_database(settings, mug, article)
    for language in ("en", "zh"):
        write(f"var/encoders/{language}/model.onnx")
        write(f"var/index/{language}/manifest.json", json.dumps(asdict(MANIFEST)))
    write("var/recommender/model.npz")
    write("models/aisle.tar.gz")
    archive.mark(archive.sources_digest())
    return settings


def test_in_a_fresh_checkout_everything_is_missing_in_the_order_of_making(settings: Settings) -> None:
    assert missing(settings) == EVERYTHING


def test_a_migrated_and_empty_shop_misses_the_same(settings: Settings) -> None:
    fill_database(settings)
    assert missing(settings) == EVERYTHING


def test_what_is_made_is_not_made_again(prepared: Settings) -> None:
    assert missing(prepared) == [ALWAYS]


@pytest.mark.parametrize(
    ("lost", "step"),
    [
        ("var/encoders/zh/model.onnx", "-m training encoders"),
        ("var/index/en/manifest.json", "-m knowledge rebuild"),
        ("var/recommender/model.npz", "-m training.recommender"),
        ("models/aisle.tar.gz", "-m training bot"),
        ("models/aisle.sha256", "-m training bot"),
    ],
)
def test_what_was_lost_is_made_again(prepared: Settings, lost: str, step: str) -> None:
    path = Path(lost)
    path.unlink()
    if path.parent.name in ("zh", "recommender"):
        path.parent.rmdir()
    assert missing(prepared) == [ALWAYS, step]


def test_a_shop_of_ones_own_gets_no_demo_goods_and_articles(settings: Settings) -> None:
    own = settings.model_copy(update={"demo": False})
    demo = {"-m shop demo --if-empty", "-m knowledge import knowledge/demo_articles --if-empty"}
    assert missing(own) == [step for step in EVERYTHING if step not in demo]


@pytest.mark.parametrize(
    "path", ["config.yml", "bot/data/nlu/greet.en.yml", "bot/components/a.py", "bot/domain/new.yml"]
)
def test_the_bot_is_trained_again_when_its_sources_change(prepared: Settings, path: str) -> None:
    write(path, "something else")
    assert missing(prepared) == [ALWAYS, "-m training bot"]
    archive.mark(archive.sources_digest())
    assert missing(prepared) == [ALWAYS]


def test_the_bot_is_trained_again_when_the_code_that_trains_changes(
    prepared: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "code_fingerprint", lambda: "another")
    assert missing(prepared) == [ALWAYS, "-m training bot"]


@pytest.mark.parametrize("path", ["README.md", "bot/data/notes.md", "shop/money.py", "training/inbox.py"])
def test_the_bot_is_not_trained_for_anything_else(prepared: Settings, path: str) -> None:
    write(path, "something else")
    assert missing(prepared) == [ALWAYS]


def test_an_archive_of_somebody_elses_training_is_not_taken_for_ours(prepared: Settings) -> None:
    write("models/aisle.sha256", "0" * 64)
    assert "-m training bot" in missing(prepared)


def test_sources_changed_during_the_training_are_trained_next_time(prepared: Settings) -> None:
    before = archive.sources_digest()
    write("config.yml", "pipeline: [newer]")
    archive.mark(before)
    assert "-m training bot" in missing(prepared)
