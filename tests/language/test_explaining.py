from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from language.explaining import Neighbour, TrainingExamples, explain, split_into_parts
from language.understanding import Understanding
from tests.language.served_model import open_served

EXAMPLES = TrainingExamples(
    ["where is it", "thanks"], ["track_order", "thank"], np.array([[1.0, 0.0], [0.6, 0.8]], dtype=np.float32), "made"
)


def test_pieces_of_a_latin_word_belong_together() -> None:
    text = "un-track my 订单到了😀"
    pieces = [(0, 2), (2, 3), (3, 6), (6, 8), (8, 11), (11, 14), (14, 16), (16, 17), (16, 17)]
    parts = [text[start:end] for start, end in split_into_parts(text, pieces)]
    assert parts == ["un", "-", "track", "my", "订单", "到了", "😀"]


def test_a_long_text_has_few_parts() -> None:
    pieces = [(at, at + 1) for at in range(0, 1000, 2)]
    parts = split_into_parts("a " * 500, pieces)
    assert len(parts) <= 48
    assert (parts[0][0], parts[-1][1]) == (0, 999)


def test_the_nearest_example_comes_first() -> None:
    nearest = EXAMPLES.nearest(np.array([0.6, 0.8], dtype=np.float32), 2)
    assert nearest == [
        Neighbour("thanks", "thank", pytest.approx(1.0)),
        Neighbour("where is it", "track_order", pytest.approx(0.6)),
    ]


def test_examples_are_kept(tmp_path: Path) -> None:
    EXAMPLES.save(tmp_path / "examples.npz")
    kept = TrainingExamples.load(tmp_path / "examples.npz")
    assert (kept.texts, kept.intents, kept.fingerprint) == (EXAMPLES.texts, EXAMPLES.intents, "made")
    np.testing.assert_array_equal(kept.vectors, EXAMPLES.vectors)


@pytest.fixture(scope="module")
def model() -> Understanding:
    return open_served()


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("my favourite colour is green, please cancel my order", "cancel"),
        ("😀👨‍👩‍👧 hello, can I get a refund for it", "refund"),
        ("有没有耳机推荐，送女朋友", "推荐"),
        ("😀🇫🇷你好，发票怎么开", "发票"),
    ],
)
def test_the_telling_word_speaks_loudest(model: Understanding, text: str, telling: str) -> None:
    explanation = explain(model, text, None)
    loudest = max(explanation.words, key=lambda word: word.weight)
    assert text[loudest.start : loudest.end] == loudest.text
    assert set(loudest.text) <= set(telling)


def test_another_intent_can_be_asked_for(model: Understanding) -> None:
    explanation = explain(model, "please cancel my order", None, intent="track_order")
    assert explanation.explained.label == "track_order"
    assert next(word for word in explanation.words if word.text == "cancel").weight < 0


def test_an_unknown_intent_is_refused(model: Understanding) -> None:
    with pytest.raises(ValueError, match="no_such"):
        explain(model, "hello", None, intent="no_such")


def test_a_blank_text_has_no_words(model: Understanding) -> None:
    assert explain(model, "", None).words == []
