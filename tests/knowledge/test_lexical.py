"""BM25 over stems, characters and pairs of them."""

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
        ("怎么退货", ["退", "货", "么退", "退货"]),  # characters and pairs, but not those that only build the sentence
        ("你们有吗", ["你", "们", "有", "吗", "你们", "们有", "有吗"]),
        ("买", ["买"]),
        ("怎么用PayPal付款", ["paypal", "用", "么用", "付", "款", "付款"]),
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


def test_an_owner_holds_what_any_of_its_texts_holds() -> None:
    texts = ["order gift", "order hat hat", "order sock", "order wallet wallet"]
    apart, owned = WordIndex(texts), WordIndex(texts, owners=[1, 0, 0, 1])
    gift, hat, sock, wallet = (apart.matches(word)[1][0] for word in ("gift", "hat", "sock", "wallet"))
    assert wallet > gift  # said twice
    for query, expected in (("gift wallet", {1: (gift + wallet) / 2}), ("hat sock", {0: (hat + sock) / 2})):
        assert dict(zip(*owned.matches(query), strict=True)) == pytest.approx(expected)
    assert dict(zip(*owned.matches("order"), strict=True)) == pytest.approx(dict.fromkeys((0, 1), max_of(apart)))


def max_of(index: WordIndex) -> float:
    return float(index.matches("order")[1].max())


def test_texts_by_themselves_score_as_if_they_were_in_the_index() -> None:
    texts = ["order gift gift", "order a hat", "order sock", "order wallet"]
    index = WordIndex(texts, owners=[0, 0, 1, 1])
    for query in ("gift for an order", "退货", "wallet", "gift and a hat"):
        expected = dict(zip(*index.matches(query), strict=True))
        held = {owner: index.score(query, texts[2 * owner : 2 * owner + 2]) for owner in (0, 1)}
        assert held == pytest.approx({owner: expected.get(owner, 0.0) for owner in (0, 1)})
    assert index.score("", ["order"]) == 0


def test_an_index_like_another_gives_the_same_scores_to_the_same_texts() -> None:
    texts = ["order gift", "order hat", "order sock", "order wallet"]
    whole = WordIndex(texts)
    small = WordIndex(texts[3:], like=whole)
    assert small.matches("wallet for an order")[1] == pytest.approx(whole.matches("wallet for an order")[1][-1:])
