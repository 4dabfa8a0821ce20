"""The figures against examples small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.answers import Answer
from benchmarks.measures import THRESHOLDS, correlation_at, entity_f1, intent_figures, speed_figures
from language.understanding import OUT_OF_SCOPE

TRUTH = ["a", "a", "b", "b", OUT_OF_SCOPE, OUT_OF_SCOPE]


def answer(likeliest: str, in_scope: float, acted_on: str = "") -> Answer:
    return Answer(likeliest, 0.95, in_scope, acted_on or likeliest, 2.0, 1.0)


ANSWERS = [
    answer("a", 0.9),
    answer("b", 0.8),
    answer("b", 0.9),
    answer("b", 0.05, OUT_OF_SCOPE),
    answer("a", 0.3, OUT_OF_SCOPE),
    answer("a", 0.85),
]


def test_shares() -> None:
    figures = intent_figures(TRUTH, ANSWERS)
    assert figures["accuracy"] == pytest.approx(3 / 4)
    assert figures["in_scope_accuracy"] == pytest.approx(2 / 4)
    assert figures["in_scope_accuracy_at_0.1"] == pytest.approx(2 / 4)
    assert figures["in_scope_kept"] == pytest.approx(3 / 4)
    assert figures["out_of_scope_recall"] == pytest.approx(1 / 2)
    # Of the 4 x 2 pairs of ours and theirs, ours scores higher in .9>.3,.85  .8>.3  .9>.3,.85: five of eight.
    assert figures["out_of_scope_auroc"] == pytest.approx(5 / 8)
    # a: precision 1/1, recall 1/2; b: precision 2/3, recall 2/2.
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert figures["calibration_error"] == pytest.approx(0.95 - 3 / 4)


def test_correlation_of_two_classes_is_the_textbook_one() -> None:
    true = np.array(["a", "a", "a", OUT_OF_SCOPE, OUT_OF_SCOPE])
    likeliest, scores = np.array(["a"] * 5), np.array([0.9, 0.9, 0.1, 0.1, 0.9])
    # tp 2, fn 1, fp 1, tn 1: (2*1 - 1*1) / sqrt(3 * 3 * 2 * 2)
    assert correlation_at(true, likeliest, scores, 0.5) == pytest.approx(1 / 6)


def test_the_best_threshold_is_one_of_those_tried_and_no_worse_than_the_chosen() -> None:
    figures = intent_figures(TRUTH, ANSWERS)
    assert figures["mcc_best_threshold"] in THRESHOLDS
    assert figures["mcc_best"] == max(
        correlation_at(
            np.array(TRUTH),
            np.array([a.likeliest for a in ANSWERS]),
            np.array([a.in_scope for a in ANSWERS]),
            threshold,
        )
        for threshold in THRESHOLDS
    )


def test_without_out_of_scope_rows_there_is_no_recall() -> None:
    figures = intent_figures(TRUTH[:4], ANSWERS[:4])
    assert figures["out_of_scope_recall"] is None
    assert figures["out_of_scope_auroc"] is None


def test_entities_count_only_where_all_three_agree() -> None:
    expected = [((0, 3, "date"),), ((4, 6, "time"), (7, 9, "date"))]
    found = [
        Answer("a", 1.0, 1.0, "a", 1.0, 1.0, ((0, 3, "date"), (0, 3, "email"))),
        Answer("a", 1.0, 1.0, "a", 1.0, 1.0, ((4, 6, "date"),)),
    ]
    assert entity_f1(expected, found) == pytest.approx(2 * 1 / (2 + 3))
    assert entity_f1([(), ()], found) is None


def test_speed() -> None:
    answers = [Answer("a", 1.0, 1.0, "a", float(milliseconds), milliseconds / 2) for milliseconds in range(101)]
    assert speed_figures(answers) == {
        "p50_milliseconds": 50.0,
        "p95_milliseconds": 95.0,
        "p50_cpu_milliseconds": 25.0,
        "p95_cpu_milliseconds": 47.5,
    }
