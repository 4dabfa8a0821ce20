"""A version of the data: from files and labels to folders that Rasa trains on; checked, compared, exported."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from shop.errors import BadInput, NotFound
from shop.settings import Settings
from shop.tables import DataSetVersion, TrainingMessage
from shop.unit_of_work import Database
from tests.training.talking import open_shop, parse_of, tell
from training import data_sets
from training.data_sets import DataExample, Sources
from training.data_sets.erasing import erase_examples, examples_from, of_conversations
from training.data_sets.filling import fill
from training.data_sets.label_errors import suspects
from training.dataset import rows_from_sentiment_csv
from training.labelling import Labelled, label
from training.logs import collect
from training.rasa_yaml import NLU, Span, parse, read_file

SAID = {
    "could a bow go on the parcel for my nephew": "gift_wrapping",
    "is there paper with stars to wrap it in": "gift_wrapping",
    "the lid of order W7654321 will not close, mail me at zoe@doe.example": "damaged_item",
    "my kettle hums like a beehive, is that meant to be": "product_details",
    "the slippers squeak on every step I take": "complain",
    "you spelled my surname wrong on the label": "ask_account",
    "does the tent survive a sandstorm": "product_details",
    "the zip of the rucksack fell into the river": "out_of_scope",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Settings]]:
    """Messages of different conversations; labelled by ann as ``SAID`` says."""
    database, settings = open_shop(tmp_path_factory.mktemp("shop"))
    for text in SAID:
        entities = [{"entity": "product", "value": "slippers", "start": 4, "end": 12}] if "slippers" in text else []
        tell(database, text, parse_of("nlu_fallback", entities=entities, language="en"))
    collect(database, settings)
    yield database, settings
    database.close()


@pytest.fixture(scope="module")
def versions(shop: tuple[Database, Settings]) -> tuple[DataSetVersion, DataSetVersion]:
    """The tree alone, and with the labels."""
    database, settings = shop
    first = data_sets.build(database, settings, "ann")
    _label_all(database)
    return first, data_sets.build(database, settings, "ann", "first labels")


def _label_all(database: Database) -> None:
    with database.work() as unit:
        named: set[str] = set()
        for number, intent in enumerate(SAID.values(), start=1):
            kind = "new_intent" if intent == "gift_wrapping" and intent not in named else "chosen"
            named.add(intent)
            sentiment = "negative" if intent == "complain" else ""
            given = Labelled("out_of_scope") if intent == "out_of_scope" else Labelled(kind, intent, sentiment)
            label(unit.session, [number], given, "ann")
        unit.commit()


def _from_messages(settings: Settings, version: DataSetVersion) -> list[DataExample]:
    held = data_sets.examples_of(settings, version)
    return [example for example in held if example.source.startswith("message:")]


def test_the_same_data_is_the_same_version(shop: tuple[Database, Settings], versions) -> None:
    database, settings = shop
    assert data_sets.build(database, settings, "bob").id == versions[1].id
    with database.read() as unit:
        assert [each.id for each in data_sets.list_versions(unit.session)] == [versions[1].id, versions[0].id]
        with pytest.raises(NotFound):
            data_sets.get_version(unit.session, 99)


def test_every_example_leads_to_its_line_or_its_message_and_labeller(shop: tuple[Database, Settings], versions) -> None:
    database, settings = shop
    with database.read() as unit:
        messages = {row.id: row.text for row in unit.session.scalars(select(TrainingMessage))}
    for example in data_sets.examples_of(settings, versions[1]):
        place, _, number = example.source.rpartition(":")
        if place == "message":
            assert example.labellers == ("ann",)
            assert example.text.split()[:3] == messages[int(number)].split()[:3]
        elif example.intent:
            line = Path(place).read_text("utf-8").splitlines()[int(number) - 1]
            assert parse(line.strip().removeprefix("- "))[0] == example.text


def test_rasa_reads_each_split_and_the_intents_of_the_tree_are_all_trained(versions, shop) -> None:
    from rasa.shared.nlu.training_data.loading import load_data

    folder = data_sets.folder_of(shop[1], versions[1])
    counts = versions[1].counts["splits"]
    for name in ("train", "validation", "test", "regression"):
        assert len(load_data(str(folder / name / "nlu.yml")).intent_examples) == counts[name]
    trained = {example.intent for example in read_file(folder / "train" / "nlu.yml")}
    assert trained >= {file.name.split(".")[0] for file in NLU.glob("*.yml")}
    ours = rows_from_sentiment_csv(folder / "train" / "sentiment" / "sentiment.csv")
    assert len(ours) >= sum(len(rows_from_sentiment_csv(table)) for table in Path("bot/data/sentiment").glob("*.csv"))


def test_labelled_messages_are_in_it_with_made_up_values_for_what_was_redacted(shop, versions) -> None:
    found = _from_messages(shop[1], versions[1])
    assert versions[1].counts["from_messages"] == len(found) >= len(SAID) - 2
    lid = next(example for example in found if example.text.startswith("the lid"))
    assert "[" not in lid.text
    assert "W7654321" not in lid.text
    assert "@example.com" in lid.text
    squeak = next(example for example in found if "squeak" in example.text)
    assert [(span.name, squeak.text[span.start : span.end]) for span in squeak.entities] == [("product", "slippers")]
    assert squeak.sentiment == "negative"


def test_what_changed_between_two(shop, versions) -> None:
    found = data_sets.difference(shop[1], *versions)
    assert {each.intent for each in found.added} <= set(SAID.values())
    assert len(found.added) == versions[1].counts["from_messages"]
    assert (found.removed, found.relabelled, found.moved) == ((), (), ())
    back = data_sets.difference(shop[1], versions[1], versions[0])
    assert len(back.removed) == len(found.added)


def test_the_check_finds_no_leak_and_what_was_put_wrong(shop, versions, monkeypatch: pytest.MonkeyPatch) -> None:
    findings = data_sets.check(shop[1], versions[1])
    assert findings.fit_to_train
    assert findings.leaks == ()
    assert not findings.label_errors_checked
    assert data_sets.findings_of(shop[1], versions[1]) == findings
    assert data_sets.findings_of(shop[1], versions[0]) is None
    assert "gift_wrapping (zh): 0" in findings.balance.scarce or "gift_wrapping" not in findings.balance.counts
    rows = [
        DataExample("where is my blue parcel", "track_order", "en", "f:1", split="train"),
        DataExample("Where is my blue parcel?", "refund_status", "en", "f:2", split="train"),
        DataExample("where is my blue parcel", "track_order", "en", "f:3", split="test"),
        DataExample("something else", "greet", "en", "message:1", conversation="c", split="train"),
        DataExample("and quite another", "greet", "en", "message:2", conversation="c", split="validation"),
    ]
    monkeypatch.setattr("training.data_sets.checking.examples_of", lambda settings, version: rows)
    bad = data_sets.check(shop[1], versions[1])
    assert [(each.first.source, each.second.source) for each in bad.duplicates] == [("f:1", "f:2")]
    assert {(each.first.source, each.second.source) for each in bad.leaks} == {
        ("f:1", "f:3"),
        ("f:2", "f:3"),
        ("message:1", "message:2"),
    }
    assert not bad.fit_to_train
    assert data_sets.findings_of(shop[1], versions[1]) == bad


def test_a_table_that_no_spreadsheet_runs(shop, versions, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(csv.DictReader(io.StringIO(data_sets.export_csv(shop[1], versions[1]))))
    assert Counter(row["split"] for row in rows if row["intent"]) == Counter(versions[1].counts["splits"])
    wild = [DataExample("=1+1", "greet", "en", "f:1", split="train")]
    monkeypatch.setattr("training.data_sets.exporting.examples_of", lambda settings, version: wild)
    assert next(csv.DictReader(io.StringIO(data_sets.export_csv(shop[1], versions[1]))))["text"] == "'=1+1"


def test_a_folder_for_hugging_face(shop, versions, tmp_path: Path) -> None:
    folder = data_sets.export_hugging_face(shop[1], versions[1], tmp_path / "out")
    for name, count in versions[1].counts["splits"].items():
        rows = [json.loads(line) for line in (folder / "data" / f"{name}.jsonl").read_text("utf-8").splitlines()]
        assert sum(bool(row["intent"]) for row in rows) == count
        assert f"path: data/{name}.jsonl" in (folder / "README.md").read_text("utf-8")


def test_disputed_messages_and_lone_new_intents_are_left_out_with_the_reason(tmp_path: Path) -> None:
    database, settings = open_shop(tmp_path)
    tell(database, "the parcel smells of fish", parse_of("nlu_fallback"))
    collect(database, settings)
    with database.work() as unit:
        label(unit.session, [1], Labelled("chosen", "complain"), "ann")
        label(unit.session, [1], Labelled("chosen", "damaged_item"), "bob")
        unit.commit()
    version = data_sets.build(database, settings, "ann")
    left_out = data_sets.versions.manifest_of(settings, version)["left_out"]
    assert {"source": "message:1", "why": "people disagree about it"}.items() <= left_out[-1].items()
    assert _from_messages(settings, version) == []
    database.close()


def test_without_training_files_there_is_no_version(shop, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there are no examples of intents"):
        data_sets.build(*shop, "ann", sources=Sources(nlu=tmp_path))


def test_a_customers_messages_are_told_and_erased_from_every_version(tmp_path: Path) -> None:
    database, settings = open_shop(tmp_path)
    told = [tell(database, text, parse_of("nlu_fallback", language="en")) for text in SAID]
    collect(database, settings)
    _label_all(database)
    version = data_sets.build(database, settings, "ann")
    before = _from_messages(settings, version)
    mine = before[0].conversation
    data_sets.check(settings, version)
    (exported,) = examples_from(tmp_path, {mine})
    assert (exported["text"], exported["data_sets"]) == (before[0].text, [version.id])
    assert erase_examples(tmp_path, of_conversations({mine})) == 1
    assert erase_examples(tmp_path, of_conversations({mine})) == 0
    assert data_sets.findings_of(settings, version) is None  # they may have told of it
    assert [each.text for each in _from_messages(settings, version)] == [each.text for each in before[1:]]
    texts = [
        (data_sets.folder_of(settings, version) / name / "nlu.yml").read_text("utf-8") for name in ("train", "test")
    ]
    assert before[0].text not in "".join(texts)
    assert len(told) == len(SAID)
    database.close()


def test_filling_moves_entities_and_is_the_same_each_time() -> None:
    text = "send [order_number] of [name] with the red coat to [address]"
    spans = (Span(text.index("coat"), text.index("coat") + 4, "product", "coat"),)
    filled, moved = fill(text, spans, "en", "7")
    assert fill(text, spans, "en", "7") == (filled, moved)
    assert fill(text, spans, "en", "8")[0] != filled
    assert "[" not in filled
    assert filled[moved[0].start : moved[0].end] == "coat"
    assert fill("看看[order_number]和[unknown]", (), "zh", "1")[0].endswith("和[unknown]")


def test_labels_that_were_swapped_are_found() -> None:
    generator = np.random.default_rng(1)
    middles = generator.normal(size=(4, 16))
    truth = np.repeat(np.arange(4), 30)
    vectors = middles[truth] + generator.normal(scale=0.3, size=(120, 16))
    labels = [f"intent_{number}" for number in truth]
    for place in (3, 40, 77):
        labels[place] = f"intent_{(truth[place] + 1) % 4}"
    found = suspects(vectors, labels)
    assert {suspect.place for suspect in found} == {3, 40, 77}
    assert all(suspect.likelier == f"intent_{truth[suspect.place]}" and suspect.probability < 0.2 for suspect in found)


def test_a_label_with_hardly_an_example_is_not_doubted() -> None:
    generator = np.random.default_rng(2)
    vectors = np.concatenate([generator.normal(size=(30, 8)), generator.normal(size=(30, 8)) + 4, [[4.0] * 8]])
    assert all(suspect.label != "new" for suspect in suspects(vectors, ["a"] * 30 + ["b"] * 30 + ["new"]))
