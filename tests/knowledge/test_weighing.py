"""What counts is learned from the articles' own questions, and only where they tell."""

from __future__ import annotations

import pytest

from knowledge.articles import ArticleText
from knowledge.building import build_search
from knowledge.index import Entry
from knowledge.manner import Weights
from knowledge.search import Search

TOPICS = ("alpha", "bravo", "carol", "delta", "ember", "frost", "giant", "hotel")


def search_of(texts: dict[str, tuple[str, tuple[str, ...]]], encoder: object) -> Search:
    """A search over articles by title: body and alternative questions."""
    shelf = [
        ArticleText(number, title, "x", "published", "en", 1, title, body, questions)
        for number, (title, (body, questions)) in enumerate(texts.items())
    ]
    search = build_search([Entry.of(article) for article in shelf], encoder, "en")
    assert search is not None
    return search


def test_where_the_texts_mislead_the_phrasings_decide(encoder: object) -> None:
    """Each text is about the next topic."""
    following = dict(zip(TOPICS, (*TOPICS[1:], TOPICS[0]), strict=True))
    misled = {
        topic: (f"{other} {other} {other}.", tuple(f"{topic} {word}" for word in ("one", "two", "three", "four")))
        for topic, other in following.items()
    }
    weights = search_of(misled, encoder).weights
    assert weights.phrasing > Weights().phrasing + 0.2
    assert sum(weights.as_array()) == pytest.approx(1.0)


def test_what_is_right_already_is_left_as_it_was(encoder: object) -> None:
    clear = {topic: (f"{topic} text.", (f"{topic} one", f"{topic} two")) for topic in TOPICS}
    assert search_of(clear, encoder).weights == Weights()


def test_without_alternative_questions_there_is_nothing_to_learn(encoder: object) -> None:
    assert search_of({topic: (f"{topic} text.", ()) for topic in TOPICS}, encoder).weights == Weights()
