"""Scores and rankings on a small shelf."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.articles import ArticleText
from knowledge.building import build_search
from knowledge.index import Entry, Field
from knowledge.search import CATEGORY_BONUS, Floors, Question, Search


@pytest.fixture
def search(shelf: list[ArticleText], encoder: object) -> Search:
    built = build_search([Entry.of(article) for article in shelf], encoder, "en")
    assert built is not None
    return built


def asked(encoder: object, text: str) -> Question:
    return Question(text, encoder.encode([text])[0])


def test_a_field_finds_the_best_row_of_each_article() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1], [0.8, 0.6]], dtype=np.float32)
    field = Field.of(vectors, [2, 1, 1])
    across = np.array([1, 0], dtype=np.float32)
    assert field.best(across, np.array([0, 1, 2])) == pytest.approx([1, 0, 0.8])
    assert field.best(across, np.array([2, 0]), hidden_row=0) == pytest.approx([0.8, 0.6])
    assert field.similarities(across, 0) == pytest.approx([1, 0.6])
    similarities, articles = field.nearest(across, 10)
    assert similarities == pytest.approx([1, 0.8, 0.6, 0])
    assert articles.tolist() == [0, 2, 0, 1]


def test_a_field_refuses_counts_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="counts sum to 3"):
        Field.of(np.eye(2, dtype=np.float32), [2, 1])


def test_the_right_article_comes_first(search: Search, encoder: object) -> None:
    for text, slug in (("what is the shipping price", "shipping-cost"), ("stores on Sunday", "opening-hours")):
        hits = search.find(asked(encoder, text))
        assert search.index.entries[hits[0].article].slug == slug
        assert hits[0].score > hits[1].score + 0.1


def test_a_stored_phrasing_is_certain_unless_it_is_hidden(search: Search, encoder: object) -> None:
    question = asked(encoder, "Is shipping FREE?!")
    assert search.find(question)[0].score == 1.0
    row = search.index.phrasing_texts.index("is shipping free")
    assert search.find(question, hidden_row=row)[0].score < 1.0


def test_something_unrelated_scores_near_zero(search: Search, encoder: object) -> None:
    assert search.find(asked(encoder, "zebra quantum violin"))[0].score < 0.15


def test_the_category_reorders_but_leaves_the_score(search: Search, encoder: object) -> None:
    question = asked(encoder, "shipping password")
    plain = {hit.article: hit.score for hit in search.find(question)}
    for hit in search.find(question, category="account"):
        is_account = search.index.entries[hit.article].category == "account"
        assert hit.score == plain[hit.article]
        assert hit.rank_score == pytest.approx(hit.score + CATEGORY_BONUS * is_account)


def test_floors_are_what_unrelated_questions_reach(search: Search, encoder: object) -> None:
    vectors = encoder.encode(["zebra quantum violin", "when do you open"])
    floors = Floors.measured(search.index, vectors)
    own = [float(search.index.phrasing.nearest(vector, 1)[0][0]) for vector in vectors]
    assert own[1] == pytest.approx(1.0, abs=1e-4)  # kept in float16
    assert floors.phrasing == pytest.approx(np.mean(own))


def test_the_passage_that_answers_is_named_first(search: Search, encoder: object) -> None:
    hours = [entry.slug for entry in search.index.entries].index("opening-hours")
    assert search.best_passages(asked(encoder, "every store closed on Sunday"), hours)[0] == 1
    assert search.best_passages(asked(encoder, "open at nine"), hours)[0] == 0
