"""BM25 over stems and pairs of characters."""

from __future__ import annotations

import math

import numpy as np
import pytest

from knowledge.lexical import WordIndex, tokens


def scores_of(index: WordIndex, query: str) -> np.ndarray:
    scores = np.zeros(index.size)
    numbers, found = index.matches(query)
    scores[numbers] = found
    return scores


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
    scores = scores_of(WordIndex(["red shoe shoe", "red hat", "blue hat coat sock"]), "shoe")
    rarity = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    bm25 = rarity * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 3))
    assert scores == pytest.approx([bm25 / (rarity * 2.2), 0, 0], rel=1e-5)


def test_words_that_no_text_holds_lower_the_score() -> None:
    index = WordIndex(["return shoes", "opening hours", "gift cards"])
    assert scores_of(index, "return shoes")[0] > scores_of(index, "return shoes by zeppelin")[0] > 0


def test_rare_words_count_for_more() -> None:
    index = WordIndex(["order gift", "order hat", "order sock", "order wallet"])
    assert int(scores_of(index, "order wallet").argmax()) == 3


def test_nothing_in_common_scores_zero() -> None:
    assert not np.any(scores_of(WordIndex(["return shoes"]), "weather"))
    assert not np.any(scores_of(WordIndex(["return shoes"]), ""))


def test_an_index_like_another_gives_the_same_scores_to_the_same_texts() -> None:
    texts = ["order gift", "order hat", "order sock", "order wallet"]
    whole = WordIndex(texts)
    small = WordIndex(texts[3:], like=whole)
    assert small.matches("wallet for an order")[1] == pytest.approx(whole.matches("wallet for an order")[1][-1:])
