"""Whatever is typed, the trained model gives an answer, and entities stand where they say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language.aspects import read_review
from language.explaining import explain
from language.understanding import OUT_OF_SCOPE, UNSURE, Understanding
from tests.language.served_model import open_served

ODD = {
    "empty": "",
    "blank": " \t\n　",
    "long": "where is my order " * 278,
    "long without spaces": "订单" * 2500,
    "one long word": "a" * 5000,
    "emoji only": "😀👍🏽👨‍👩‍👧‍👦🇫🇷",
    "mixed": "我的 order W1234567 还没 arrived, quand arrive-t-il? いつ着きますか",
    "html": '<b>where</b> is <a href="https://x.example">my order</a>&nbsp;<script>alert(1)</script>',
    "right to left": "أين طلبي رقم W1234567؟ \u202eשלום\u202c",
    "control characters": "where\x01is\x08my\x1border\x7f\x9d",
    "zero width": "w\u200bhere is\u200d my\ufeff order\u2060",
    "lone surrogates": "\ud800where is my order\udfff",
    "nul": "where\x00is my order\x00",
    "combining": "o\u0308\u0323" * 200 + "rder",
    "full width": "ｗｈｅｒｅ ｉｓ Ｗ１２３４５６７",
    "slashes": '/restart{"a": "b"}',
    "punctuation": "?!?!...、。！",
}


@pytest.fixture(scope="module")
def model() -> Understanding:
    return open_served()


def _check(model: Understanding, text: str) -> None:
    reading = model.read(text)
    assert reading.intent.label in {*model.intents, UNSURE, OUT_OF_SCOPE}
    assert sum(guess.confidence for guess in reading.ranking) == pytest.approx(1.0, abs=1e-3)
    for score in (reading.intent.confidence, reading.out_of_scope_score, reading.urgency.score, reading.anger.score):
        assert 0.0 <= score <= 1.0
    assert reading.sentiment.label in model.sentiments
    for entity in reading.entities:
        assert 0 <= entity.start < entity.end <= len(text)
        if entity.entity in {tag[2:] for tag in model.tags}:
            assert text[entity.start : entity.end] == entity.value


@pytest.mark.parametrize("name", ODD)
def test_odd_text_is_answered(model: Understanding, name: str) -> None:
    _check(model, ODD[name])


@pytest.mark.parametrize("name", ODD)
def test_odd_text_is_explained(model: Understanding, name: str) -> None:
    explanation = explain(model, ODD[name], None)
    for word in explanation.words:
        assert word.text == ODD[name][word.start : word.end] != ""


@pytest.mark.parametrize("name", ODD)
def test_an_odd_review_is_read(model: Understanding, name: str) -> None:
    for found in read_review(model, ODD[name]):
        for remark in found.remarks:
            assert remark.text == ODD[name][remark.start : remark.end]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_a_blank_text_is_unsure(model: Understanding, text: str) -> None:
    assert model.read(text).intent.label == UNSURE


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet=st.characters(), max_size=120))
def test_any_text_is_answered(model: Understanding, text: str) -> None:
    _check(model, text)


@settings(max_examples=60, deadline=None)
@given(before=st.text(alphabet="😀👨‍👩‍👧🇫🇷é中 \u200b", max_size=12))
def test_offsets_hold_behind_anything(model: Understanding, before: str) -> None:
    text = f"{before} W1234567 me@example.com"
    spans = {text[e.start : e.end] for e in model.read(text).entities if e.entity in ("order_number", "email")}
    assert spans == {"W1234567", "me@example.com"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I want a red jacket in size M", {"red", "jacket", "M"}),
        ("😀👨‍👩‍👧 I want a red jacket 🎉 in size M", {"red", "jacket", "M"}),
        ("想要一件红色的外套，L码", {"红色", "外套"}),
        ("😀🇫🇷想要一件红色的外套🎉", {"红色", "外套"}),
    ],
)
def test_entities_of_the_model_stand_where_they_were_written(model: Understanding, text: str, words: set[str]) -> None:
    found = {text[entity.start : entity.end].rstrip("的码") for entity in model.read(text).entities}
    assert words <= found
