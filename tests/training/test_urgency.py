from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from language.understanding import Outputs
from language.urgency import read_moods
from shop.errors import BadInput
from training.urgency import EXAMPLES, fit, read_rows


class Indifferent(SimpleNamespace):
    """A model to which every text is neutral and means something else."""

    sentiments = ("negative", "neutral", "positive")

    def outputs(self, texts: list[str]) -> Outputs:
        vectors = np.random.default_rng(0).normal(size=(len(texts), 16))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return Outputs(np.zeros((len(texts), 2)), np.zeros((len(texts), 3)), vectors)


def test_words_that_only_urgent_messages_hold_weigh_most() -> None:
    model: Any = Indifferent()
    moods = fit(model, read_rows(EXAMPLES), ["where is my order", "red dress"] * 40)
    assert moods["urgency"].signs["hurry"] > 1.0
    neutral = {"negative": 0.3, "neutral": 0.4, "positive": 0.3}
    urgent, calm = (read_moods(text, neutral, np.zeros(16), moods)[0].score for text in ("asap please", "red dress"))
    assert urgent > 0.5 > calm


@pytest.mark.parametrize("line", ["1,0,", "2,0,hello", "1,yes,hello"])
def test_a_broken_row_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "rows.csv").write_text(f"urgency,anger,text\n{line}\n")
    with pytest.raises(BadInput, match="line 2"):
        read_rows(tmp_path / "rows.csv")


def test_the_examples_are_in_both_languages_and_moods() -> None:
    rows = read_rows(EXAMPLES)
    for chinese in (False, True):
        kinds = {(row.urgency, row.anger) for row in rows if row.text.isascii() != chinese}
        assert kinds == {(False, False), (False, True), (True, False), (True, True)}
