"""Scores and rankings on a small shelf."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.articles import ArticleText
from knowledge.building import build_search
from knowledge.index import Entry, Field
from knowledge.search import CATEGORY_BONUS, Floors, Question, Search


def built(shelf: list[ArticleText], encoder: object, language: str) -> Search:
    search = build_search([Entry.of(article) for article in shelf], encoder, language)
    assert search is not None
    return search


@pytest.fixture
def search(shelf: list[ArticleText], encoder: object) -> Search:
    return built(shelf, encoder, "en")


@pytest.fixture
def together(shelf: list[ArticleText], encoder: object) -> Search:
    """The shelf searched in the manner of Chinese."""
    return built(shelf, encoder, "zh")


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


def test_softly_the_best_row_counts_most_but_the_others_too() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1], [0.8, 0.6]], dtype=np.float32)
    field = Field.of(vectors, [2, 1, 1])
    across, articles = np.array([1, 0], dtype=np.float32), np.array([2, 0])
    soft = np.log((np.exp(5 * 1.0) + np.exp(5 * 0.6)) / 2) / 5
    assert field.near(across, articles, 5) == pytest.approx([0.8, soft])
    assert field.near(across, articles, 1e-4) == pytest.approx([0.8, 0.8], abs=1e-3)  # the mean
    assert field.near(across, articles, 1e4) == pytest.approx([0.8, 1.0], abs=1e-3)  # the greatest
    assert field.near(across, articles, 5, hidden_row=0) == pytest.approx([0.8, 0.6])


def test_words_are_found_across_the_texts_of_an_article(search: Search, together: Search) -> None:
    text = "price above $50"  # "price" is in a question, the sum in a passage
    shipping = [entry.slug for entry in search.index.entries].index("shipping-cost")
    by_text, at_once = (dict(zip(*s.index.word_scores(text), strict=True)) for s in (search, together))
    assert at_once[shipping] > by_text[shipping] + 0.1


def test_a_phrasing_counts_with_the_others_of_its_article(together: Search, encoder: object) -> None:
    question = asked(encoder, "when do you open")
    hours = [entry.slug for entry in together.index.entries].index("opening-hours")
    parts = together.parts(question)
    place = parts.articles.tolist().index(hours)
    nearest = together.index.phrasing.best(question.vector, np.array([hours]))[0]
    assert 0 < parts.scores[place, 0] < (nearest - together.floors.phrasing) / (1 - together.floors.phrasing) - 0.05


def test_a_hidden_phrasing_leaves_no_words_behind(together: Search) -> None:
    search, text = together, "shipping price"
    row = search.index.phrasing_texts.index(text)
    shipping = [entry.slug for entry in search.index.entries].index("shipping-cost")
    articles, scores = search.index.word_scores(text)
    hidden_articles, hidden_scores = search.index.word_scores(text, hidden_row=row)
    assert articles.tolist() == hidden_articles.tolist()
    place = articles.tolist().index(shipping)
    others = np.arange(len(articles)) != place
    assert hidden_scores[others] == pytest.approx(scores[others])
    kept = [phrasing for phrasing in search.index.entries[shipping].phrasings if phrasing != text]
    left = [*kept, *search.index.entries[shipping].passage_texts]
    assert hidden_scores[place] == pytest.approx(search.index.words.score(text, left))
    assert hidden_scores[place] < scores[place]


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
