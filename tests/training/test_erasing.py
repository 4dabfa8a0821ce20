"""One customer's words leave all that trainings keep of them, and so do those that grew too old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from language.explaining import TrainingExamples
from language.served import EXAMPLES
from shop.clock import now
from shop.privacy import erase_everywhere, outside_stores, purge
from shop.settings import Settings
from shop.tables import Customer, ModelVersion, TrainingMessage
from shop.unit_of_work import Database
from tests.training.registered import archive
from tests.training.talking import open_shop, parse_of, tell
from training import data_sets, models
from training.labelling import Labelled, label
from training.logs import collect
from training.models import readings
from training.models.comparing import compare
from training.models.readings import ModelReading, ReadRow
from training.models.registry import keep, register
from training.runs import RunParameters, run_folder
from training.runs.data import write_data

MINE = (
    "the heron on my teapot lid has lost its beak",
    "can you paint my teapot lid heron anew",
    "a heron stole the teapot lid",
    "is there a teapot without a heron",
    "my aunt swears the heron looked at her",
    "the teapot lid whistles in thunder",
)
OTHERS = "does the toaster speak Latin"
SHARED = "so what about the seventh spoon then"
READ = ModelReading("complain", "complain", 0.9, 0.1, "neutral", (), 5.0)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Database, Settings]]:
    """Wren has said ``MINE`` and ``SHARED``, somebody else ``SHARED`` and ``OTHERS``; all of it went through a run."""
    database, settings = open_shop(tmp_path)
    for text in (*MINE, SHARED):
        tell(database, text, parse_of("nlu_fallback", language="en"), customer="wren")
    for text in (OTHERS, SHARED):
        tell(database, text, parse_of("nlu_fallback", language="en"))
    collect(database, settings)
    with database.work() as unit:
        everything = [row.id for row in unit.session.query(TrainingMessage)]
        label(unit.session, everything, Labelled("chosen", "complain", "negative"), "staff:1")
        unit.commit()
    _run(database, settings)
    yield database, settings
    database.close()


def _run(database: Database, settings: Settings) -> None:
    """What a run leaves, by the code that leaves it, but for the training itself."""
    version = data_sets.build(database, settings, "staff:1")
    data_sets.check(settings, version)
    folder = run_folder(settings, 1)
    write_data(data_sets.folder_of(settings, version), folder / "data", RunParameters(), frozenset())
    (folder / "rasa_train.log").write_text(f"Misaligned entity annotation in message '{MINE[0]}'")
    (folder / "steps").mkdir()
    (folder / "steps" / "collect.log").write_text("nothing special")
    texts = (*MINE, SHARED, OTHERS)
    rows = [_row(text) for text in texts]
    readings.save(rows, folder / "readings.jsonl")
    beside = settings.state_dir / "understanding" / "one"
    beside.mkdir(parents=True)
    TrainingExamples([*texts], ["complain"] * len(texts), np.eye(len(texts), 4, dtype="f4"), "x").save(
        beside / EXAMPLES
    )
    kept = keep(settings, archive(settings.state_dir / "made.tar.gz", "made"))
    with database.work() as unit:
        model = register(unit.session, settings, kept, "labels")
        model.gate = compare(rows, [], 1).as_json()
        model.evaluation = {"figures": {}, "probes": [{"text": text, "likeliest": "complain"} for text in texts]}
        unit.commit()


def _row(text: str) -> ReadRow:
    before = ModelReading("greet", "greet", 0.9, 0.1, "neutral", (), 5.0)
    return ReadRow(text, "en", "complain", "", (), "test", before, READ)


def _erase(database: Database, settings: Settings) -> dict[str, int]:
    with database.read() as unit:
        (wren,) = unit.session.query(Customer).filter_by(name="wren")
    receipt = erase_everywhere(database, wren.id, outside=outside_stores(settings))
    assert not receipt.left
    return {line.store: line.rows for line in receipt.lines}


def _holding(settings: Settings, text: str) -> set[str]:
    """The files of the state folder that hold a text, plain or as arrays have it."""
    ways = (text.encode(), text.encode("utf-32-le"))
    files = (file for file in settings.state_dir.rglob("*") if file.is_file())
    return {
        str(file.relative_to(settings.state_dir)) for file in files if any(way in file.read_bytes() for way in ways)
    }


def test_what_a_customer_said_is_nowhere_any_more_and_the_receipt_names_each_store(
    shop: tuple[Database, Settings],
) -> None:
    database, settings = shop
    before = set().union(*(_holding(settings, text) for text in MINE))
    assert {"training/runs/1/readings.jsonl", "training/runs/1/rasa_train.log"} <= before
    assert {"understanding/one/examples.npz", "training/runs/1/data/nlu.yml"} <= before
    rows = _erase(database, settings)
    for text in MINE:
        assert _holding(settings, text) == set()
    count = len(MINE)
    assert rows["training data sets"] > count  # SHARED of this conversation, too
    assert rows["training runs"] > count
    assert rows["training examples of models"] == count
    assert rows["gate reports"] == 2 * count
    assert _erase_again(database, settings) == 0


def _erase_again(database: Database, settings: Settings) -> int:
    return sum(store.expire(database) for store in outside_stores(settings))


def test_what_others_said_stays(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    _erase(database, settings)
    for text in (OTHERS, SHARED):
        assert {"training/runs/1/readings.jsonl", "understanding/one/examples.npz"} <= _holding(settings, text)
    assert [row.text for row in readings.load(run_folder(settings, 1) / "readings.jsonl")] == [SHARED, OTHERS]
    held = TrainingExamples.load(settings.state_dir / "understanding" / "one" / EXAMPLES)
    assert (held.texts, len(held.vectors), held.vectors.shape[1]) == ([SHARED, OTHERS], 2, 4)
    with database.read() as unit:
        model = unit.session.get(ModelVersion, 1)
        gate = models.gate_of(model)
    assert [each.text for each in gate.changed] == [SHARED, OTHERS]
    assert gate.verdict == "passed"
    assert (run_folder(settings, 1) / "steps" / "collect.log").is_file()


def test_what_grew_too_old_leaves_them_as_well(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    keeping = settings.model_copy(update={"training_retention_days": 30})
    assert purge(database, keeping, outside=outside_stores(keeping)) == {}
    with database.work() as unit:
        old = update(TrainingMessage).where(TrainingMessage.text.in_(MINE))
        unit.session.execute(old.values(created_at=now() - timedelta(days=40)))
        unit.commit()
    deleted = purge(database, keeping, outside=outside_stores(keeping))
    assert deleted["training_messages"] == deleted["training examples of models"] == len(MINE)
    for text in MINE:  # the conversation itself is kept longer
        assert _holding(settings, text) <= {"aisle.db", "aisle.db-wal"}
    assert "training/runs/1/readings.jsonl" in _holding(settings, OTHERS)
