"""The limits between answering, asking back and staying silent."""

from __future__ import annotations

import pytest

from knowledge.articles import ArticleText
from knowledge.building import build_search
from knowledge.calibration import UNCALIBRATED, Calibration, calibrate
from knowledge.index import Entry
from knowledge.search import Hit


def hits(*scores: float, bonus: float = 0.0) -> list[Hit]:
    return [Hit(n, score, score + (bonus if n == 0 else 0)) for n, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (hits(0.5, 0.1), "answered"),
        (hits(0.5, 0.45), "asked_back"),
        (hits(0.5, 0.45, bonus=0.08), "answered"),  # the category decides between near ones
        (hits(0.29, 0.1), "unanswered"),
        (hits(0.29, 0.1, bonus=0.08), "unanswered"),  # but makes nothing sure
        (hits(0.5), "answered"),
        (hits(0.5, 0.4), "asked_back"),  # just as near as the margin
        ([], "unanswered"),
    ],
)
def test_outcomes(found: list[Hit], outcome: str) -> None:
    assert Calibration(threshold=0.3, margin=0.1).outcome(found) == outcome


def test_clearly_separate_articles_are_told_from_left_out_ones(encoder: object) -> None:
    words = ("alpha", "bravo", "carol", "delta", "ember", "frost")
    shelf = [
        ArticleText(n, w, "x", "published", "en", 1, w, f"{w} text", (f"{w} one", f"{w} two", f"{w} three"))
        for n, w in enumerate(words)
    ]
    search = build_search([Entry.of(article) for article in shelf], encoder, "en")
    assert search is not None
    found = calibrate(search)
    assert found.questions == 18
    assert found.hit_at_1 == 1.0
    assert found.answered_right == 1.0
    assert found.left_out_unanswered == 1.0


def test_one_article_alone_gives_nothing_to_calibrate_on(shelf: list[ArticleText], encoder: object) -> None:
    search = build_search([Entry.of(shelf[0])], encoder, "en")
    assert search is not None
    assert calibrate(search) == UNCALIBRATED
