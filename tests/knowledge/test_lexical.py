"""BM25 over stems and pairs of characters."""

from __future__ import annotations

import math

import numpy as np
import pytest

from knowledge.lexical import WordIndex, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Returning the SHOES", ["return", "shoe"]),
        ("Can you do it?", ["can", "you", "do", "it"]),  # nothing but stop words: better than nothing
        ("怎么退货", ["怎么", "么退", "退货"]),
        ("买", ["买"]),
        ("用PayPal付款", ["paypal", "付款", "用"]),
        ("", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert sorted(tokens(text)) == sorted(expected)


def test_scores_are_those_of_the_formula() -> None:
    scores = WordIndex(["red shoe shoe", "red hat", "blue hat coat sock"]).scores("shoe")
    rarity = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    bm25 = rarity * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 3))
    assert scores == pytest.approx([bm25 / (rarity * 2.2), 0, 0], rel=1e-5)


def test_words_that_no_text_holds_lower_the_score() -> None:
    index = WordIndex(["return shoes", "opening hours", "gift cards"])
    assert index.scores("return shoes")[0] > index.scores("return shoes by zeppelin")[0] > 0


def test_rare_words_count_for_more() -> None:
    index = WordIndex(["order gift", "order hat", "order sock", "order wallet"])
    assert int(index.scores("order wallet").argmax()) == 3


def test_nothing_in_common_scores_zero() -> None:
    assert not np.any(WordIndex(["return shoes"]).scores("weather"))
    assert not np.any(WordIndex(["return shoes"]).scores(""))
