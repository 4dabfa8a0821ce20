"""A candidate reads silently what shoppers write: a real model out of a real archive, on real conversations."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from language.understanding import Understanding
from shop.errors import Refused
from shop.settings import Settings
from shop.tables import Message, ShadowReading, TrainingMessage
from shop.unit_of_work import Database
from tests.training.registered import archive
from tests.training.talking import open_shop, parse_of, tell
from tests.training.tiny_shop import SETTINGS, rows
from training import models
from training.logs import collect
from training.models.registry import keep, register
from training.models.shadow import read_silently
from training.understanding import train

SAID = {"where is my order": "track_order", "i want a red dress": "thank", "cheers a": "nlu_fallback"}
"""What shoppers say, and what the champion acted on: the first rightly."""


@pytest.fixture(scope="module")
def challenger(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A candidate's archive with a model that was learned otherwise than the champion's."""
    folder = tmp_path_factory.mktemp("challenger")
    train(rows(), tiny_base, replace(SETTINGS, seed=11), folder)
    packed = folder / "challenger.tar.gz"
    with tarfile.open(packed, "w:gz") as tar:
        tar.add(folder / "served", "components/train_Understanding0")
    return packed


@pytest.fixture
def shop(tmp_path: Path, tiny_model: Path, challenger: Path) -> Iterator[tuple[Database, Settings]]:
    """A champion (1), a candidate (2), and what shoppers said since it was made."""
    database, settings = open_shop(tmp_path, tiny_model / "served")
    fingerprint = Understanding.load(tiny_model / "served").fingerprint
    models.ensure_champion(database, settings, archive(tmp_path / "first.tar.gz", fingerprint))
    kept = keep(settings, challenger)
    with database.work() as unit:
        register(unit.session, settings, kept, "labels of this week", 1)
        unit.commit()
    for text, acted_on in SAID.items():
        tell(database, text, parse_of(acted_on, language="en"))
    collect(database, settings)
    yield database, settings
    database.close()


def shadow(database: Database, on: bool = True) -> None:
    with database.work() as unit:
        models.set_shadow(unit.session, 2, on, "staff:7")
        unit.commit()


def test_nothing_reads_silently_unless_told_to(shop: tuple[Database, Settings]) -> None:
    assert read_silently(*shop) == 0
    shadow(shop[0])
    shadow(shop[0], on=False)
    assert read_silently(*shop) == 0
    with shop[0].work() as unit, pytest.raises(Refused, match="is the champion"):
        models.set_shadow(unit.session, 1, True, "staff:7")


def test_it_reads_each_message_once_and_says_how_far_it_agrees(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    with database.read() as unit:
        before = [(row.id, row.intent, row.updated_at) for row in unit.session.scalars(select(TrainingMessage))]
        said = unit.session.query(Message).count()
    shadow(database)
    assert read_silently(database, settings) == len(SAID)
    assert read_silently(database, settings) == 0
    with database.read() as unit:
        found = models.agreement(unit.session, 2)
        read = {each.training_message_id: each for each in unit.session.scalars(select(ShadowReading))}
        after = [(row.id, row.intent, row.updated_at) for row in unit.session.scalars(select(TrainingMessage))]
        assert unit.session.query(Message).count() == said  # no shopper hears of it
    assert after == before
    understanding = Understanding.load(settings.state_dir / "models" / "unpacked" / _fingerprint(database))
    for number, text in enumerate(SAID, 1):
        expected = understanding.read(text).intent
        assert (read[number].intent, read[number].confidence) == (expected.label, pytest.approx(expected.confidence))
    assert [read[number].intent for number in (1, 2, 3)] == ["track_order", "find_product", "thank"]
    assert (found.readings, found.same, found.share) == (3, 1, pytest.approx(1 / 3))
    assert [(each.text, each.champion, each.challenger) for each in found.disagreements] == [
        ("i want a red dress", "thank", "find_product"),
        ("cheers a", "nlu_fallback", "thank"),
    ]


def test_it_goes_on_with_what_is_said_later(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    shadow(database)
    read_silently(database, settings)
    tell(database, "status of the order", parse_of("track_order", language="en"))
    collect(database, settings)
    assert read_silently(database, settings) == 1
    with database.read() as unit:
        assert models.agreement(unit.session, 2).same == 2


def _fingerprint(database: Database) -> str:
    with database.read() as unit:
        return str(models.get_model(unit.session, 2).fingerprint)
