from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import BertModel

from language.served import newest_served
from language.understanding import UNSURE, Calibration, Understanding
from shop.errors import NotReady
from tests.training.tiny_shop import SETTINGS, rows
from training import understanding as making
from training.dataset import SENTIMENTS, Row
from training.evaluate import evaluate
from training.export import load_weights
from training.understanding import fingerprint, train, train_cached


@pytest.fixture(scope="module")
def understanding(tiny_model: Path) -> Understanding:
    return Understanding.load(tiny_model / "served")


def test_what_was_learned_is_served(understanding: Understanding) -> None:
    evaluation = evaluate(understanding, rows())
    assert evaluation.accuracy > 0.95
    assert evaluation.entity_f1 > 0.9
    assert evaluation.sentiment_accuracy > 0.9


def test_entities_carry_the_characters_they_stand_at(understanding: Understanding) -> None:
    text = "i want a red jacket 😀"
    found = {e.entity: text[e.start : e.end] for e in understanding.read(text).entities}
    assert found == {"colour": "red", "product": "jacket"}


def test_probabilities_are_a_distribution_likeliest_first(understanding: Understanding) -> None:
    reading = understanding.read("where is my order")
    confidences = [guess.confidence for guess in reading.ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1.0, abs=1e-5)
    assert reading.intent == reading.ranking[0]
    assert np.linalg.norm(reading.embedding) == pytest.approx(1.0, abs=1e-4)
    assert reading.sentiment.label in SENTIMENTS


ODD_TEXTS = [
    "",
    " \n\t",
    "😀😀😀",
    "a" * 5000,
    "订" * 5000,
    "مرحبا أين طلبي",
    "\x00\x07\x1b[31m",
    "\ud800 broken",
    "<b>hi</b>" * 50,
]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_texts_are_read(understanding: Understanding, text: str) -> None:
    reading = understanding.read(text)
    assert 0.0 <= reading.out_of_scope_score <= 1.0
    assert all(0 <= e.start < e.end <= len(text) for e in reading.entities)


def test_a_blank_text_is_never_acted_on(understanding: Understanding) -> None:
    assert understanding.read("  ").intent.label == UNSURE


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read(understanding: Understanding, text: str) -> None:
    for entity in understanding.read(text).entities:
        assert 0 <= entity.start < entity.end <= len(text)


def test_the_served_graph_says_what_torch_says(tiny_model: Path, understanding: Understanding) -> None:
    model, labels = load_weights(tiny_model / "weights")
    ids, mask = understanding._input.pad(understanding._input.encode(["i want a red jacket"]))
    with torch.no_grad():
        wanted = model(torch.from_numpy(ids), torch.from_numpy(mask)).intent[0].numpy()
    served = understanding.intent_logits("i want a red jacket")
    assert labels.intents == tuple(understanding.intents)
    assert np.abs(served - wanted).max() < 0.05 * np.ptp(wanted)


def test_the_weights_are_a_hugging_face_folder(tiny_model: Path) -> None:
    folder = tiny_model / "weights"
    bert, report = BertModel.from_pretrained(folder, add_pooling_layer=False, output_loading_info=True)
    assert not report["missing_keys"]
    assert bert.config.num_hidden_layers == 2
    assert "find_product" in (folder / "README.md").read_text()


def test_the_same_inputs_are_not_trained_twice(tiny_base: Path, tmp_path: Path) -> None:
    few = rows()[::4]
    first = train_cached(few, tiny_base, SETTINGS, tmp_path)
    made = (first / "served" / "model.onnx").stat().st_mtime_ns
    assert train_cached(few, tiny_base, SETTINGS, tmp_path) == first
    assert (first / "served" / "model.onnx").stat().st_mtime_ns == made
    assert fingerprint(few[1:], tiny_base.name, SETTINGS) != first.name
    assert fingerprint(few, tiny_base.name, SETTINGS, few[:1]) != first.name
    assert newest_served(tmp_path) == first / "served"
    assert not list(first.parent.glob(".draft-*"))


def test_nothing_trained_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="rasa train"):
        newest_served(tmp_path)
    with pytest.raises(NotReady, match="rasa train"):
        Understanding.load(tmp_path)


def test_the_calibration_is_in_the_card(tiny_model: Path) -> None:
    card = json.loads((tiny_model / "served" / "understanding.json").read_text())
    assert card["calibration"]["energy_width"] > 0.0
    assert 0.0 < card["calibration"]["unsure_below"] < 0.65


ONCE = replace(SETTINGS, epochs=1)


def rows_trained_on(folder: Path) -> int:
    card = (folder / "weights" / "README.md").read_text()
    return int(next(line for line in card.splitlines() if line.startswith("- rows: ")).removeprefix("- rows: "))


def test_few_rows_are_all_trained_on(tiny_base: Path, tmp_path: Path) -> None:
    train(rows(), tiny_base, ONCE, tmp_path)
    assert rows_trained_on(tmp_path) == len(rows())
    assert Understanding.load(tmp_path / "served").calibration != Calibration()


def test_of_many_rows_a_tenth_is_kept_away(tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_REHEARSED_BELOW", 0)
    train(rows(), tiny_base, ONCE, tmp_path)
    assert rows_trained_on(tmp_path) == pytest.approx(0.9 * len(rows()), abs=4)


def test_validation_rows_calibrate_and_are_not_trained_on(tiny_base: Path, tmp_path: Path) -> None:
    seen: list[list[Row]] = []
    validation = [Row("where is my order", "track_order"), Row("poem of", "out_of_scope")]
    with pytest.MonkeyPatch.context() as patch:
        double = Calibration(temperature=2.0)
        patch.setattr(making, "calibrate", lambda model, held, before: seen.append(list(held)) or double)
        train(rows(), tiny_base, ONCE, tmp_path, validation)
    assert seen == [validation]
    assert rows_trained_on(tmp_path) == len(rows())
    assert Understanding.load(tmp_path / "served").calibration.temperature == 2.0
