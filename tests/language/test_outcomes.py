"""The three outcomes: sure, ask back between the likeliest, not ours."""

from __future__ import annotations

import pytest

from language.understanding import OUT_OF_SCOPE, UNSURE, Calibration, Guess, decide

CALIBRATION = Calibration(unsure_below=0.4, out_of_scope_above=0.6)


def ranking(best: float, label: str = "thank") -> list[Guess]:
    return [Guess(label, best), Guess("greet", 1.0 - best)]


@pytest.mark.parametrize(
    ("ranked", "out_of_scope_score", "blank", "acted_on"),
    [
        (ranking(0.9), 0.1, False, "thank"),
        (ranking(0.39), 0.1, False, UNSURE),
        (ranking(0.9), 0.61, False, OUT_OF_SCOPE),
        (ranking(0.39), 0.61, False, OUT_OF_SCOPE),
        (ranking(0.7, OUT_OF_SCOPE), 0.5, False, OUT_OF_SCOPE),
        (ranking(0.9), 0.9, True, UNSURE),
    ],
)
def test_what_is_acted_on(ranked: list[Guess], out_of_scope_score: float, blank: bool, acted_on: str) -> None:
    assert decide(ranked, out_of_scope_score, CALIBRATION, blank).label == acted_on
