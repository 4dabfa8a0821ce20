from __future__ import annotations

from pathlib import Path

import pytest

from language.text_input import TextInput
from shop.errors import BadInput
from tests.training.tiny_shop import rows
from training.dataset import (
    NO_LABEL,
    Labels,
    Row,
    encode,
    length_bucketed_batches,
    rows_from_rasa,
    rows_from_sentiment_csv,
    split,
)


class Message(dict[str, object]):
    """As Rasa's: attributes by ``get``."""


class FakeTrainingData:
    intent_examples = (
        Message(
            text="a red hat under 50",
            intent="find_product",
            entities=[
                {"start": 2, "end": 5, "entity": "colour"},
                {"start": 16, "end": 18, "entity": "max_price"},
            ],
        ),
    )


def test_entities_of_patterns_are_not_learned() -> None:
    assert rows_from_rasa(FakeTrainingData()) == [Row("a red hat under 50", "find_product", spans=((2, 5, "colour"),))]


def test_a_broken_sentiment_row_is_named(tmp_path: Path) -> None:
    table = tmp_path / "en.csv"
    table.write_text("text,sentiment\nfine,neutral\nhm,sideways\n")
    with pytest.raises(BadInput, match="line 3"):
        rows_from_sentiment_csv(table)
    table.write_text('text,sentiment\n"it, broke",negative\n')
    assert rows_from_sentiment_csv(table) == [Row("it, broke", sentiment="negative")]


def test_tags_follow_the_characters_behind_a_prefix(tiny_base: Path) -> None:
    row = Row("😀 我 want a red jacket", "find_product", spans=((11, 14, "colour"), (15, 21, "product")))
    labels = Labels.of([row])
    (example,) = encode([row], labels, TextInput.load(tiny_base, 64), "track: ")
    named = {
        row.text[start:end].strip(): labels.tags[tag]
        for (start, end), tag in zip(example.encoded.offsets, example.tags, strict=True)
        if tag > 0
    }
    assert named == {"red": "B-colour", "jacket": "B-product"}
    assert example.tags[0] == example.tags[-1] == NO_LABEL


def test_rows_without_intent_have_no_tags(tiny_base: Path) -> None:
    row = Row("great", sentiment="positive")
    (example,) = encode([row], Labels.of(rows()), TextInput.load(tiny_base, 64), "")
    assert example.intent == NO_LABEL
    assert example.sentiment == 2
    assert set(example.tags) == {NO_LABEL}


def test_batches_hold_every_row_once_and_rows_of_like_length() -> None:
    lengths = [5, 50] * 40
    batches = length_bucketed_batches(lengths, 8, seed=1)
    assert sorted(row for batch in batches for row in batch) == list(range(80))
    assert all(len({lengths[row] for row in batch}) == 1 for batch in batches)
    assert batches != length_bucketed_batches(lengths, 8, seed=2)


def test_the_split_takes_the_same_share_of_every_class_and_script() -> None:
    kept, held = split(rows(), 0.2, seed=3)
    assert len(kept) + len(held) == len(rows())
    assert not {row.text for row in kept} & {row.text for row in held}
    assert {row.intent for row in held} == {row.intent for row in rows()}
    assert split(rows(), 0.2, seed=3) == (kept, held)
