"""Fits how much each sign of a hurry or of anger weighs, on messages labelled for both, for one served model."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegressionCV

from language.understanding import Understanding, softmax
from language.urgency import COMPUTED_SIGNS, MOODS, Weights, find_signs, signs_of
from shop.errors import BadInput
from training.dataset import Row
from training.served_card import add_to_card

_COMPLAINT = "complain"
"""The intent whose examples may be angry."""
EXAMPLES = Path(__file__).with_suffix(".csv")
_MEANING_SCALE = 3.0
"""The embedding is of length 1; scaled so, its directions are held down no more than the signs, which are 0 or 1."""
_PENALTIES = (0.1, 1.0, 10.0)
_FOLDS = 5
_ORDINARY_ROWS = 600
"""Enough to show what shoppers talk about; more take long and change little."""


@dataclass(frozen=True)
class MoodRow:
    """A message, and whether it is urgent and angry."""

    text: str
    urgency: bool
    anger: bool


def read_rows(path: Path) -> list[MoodRow]:
    """Rows of a table with the columns urgency, anger (0 or 1) and text. Raises BadInput, naming the line."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = []
        for line in reader:
            if not line.get("text") or {line.get(mood) for mood in MOODS} - {"0", "1"}:
                raise BadInput(f"{path}, line {reader.line_num}: expected urgency and anger (0 or 1) and a text")
            rows.append(MoodRow(line["text"], line["urgency"] == "1", line["anger"] == "1"))
    return rows


def fit(model: Understanding, rows: Sequence[MoodRow], ordinary: Sequence[str] = ()) -> dict[str, Weights]:
    """A logistic regression for each mood over its signs and the embedding; cross-validation chooses the penalty.

    ``ordinary`` are messages nobody labelled, such as the intents' examples: those without a word that would be a
    sign count as calm, all of them together as much as the labelled rows. They show what else shoppers talk about.
    """
    ordinary = random.Random(0).sample(list(ordinary), min(_ORDINARY_ROWS, len(ordinary)))
    texts = [*(row.text for row in rows), *ordinary]
    outputs = model.outputs(texts)
    chances = softmax(outputs.sentiment)
    found = [
        find_signs(text, dict(zip(model.sentiments, likely.tolist(), strict=True)))
        for text, likely in zip(texts, chances, strict=True)
    ]
    weights = {}
    for mood in MOODS:
        names = signs_of(mood)
        strengths = np.array([[signs.get(name, (0.0, ""))[0] for name in names] for signs in found])
        features = np.hstack([strengths, outputs.embedding * _MEANING_SCALE])
        truth = np.array([getattr(row, mood) for row in rows] + [False] * len(ordinary))
        share = np.array([1.0] * len(rows) + [len(rows) / max(1, len(ordinary))] * len(ordinary))
        words = [column for column, name in enumerate(names) if name not in COMPUTED_SIGNS]
        share[len(rows) :] *= strengths[len(rows) :, words].sum(axis=1) == 0
        regression = LogisticRegressionCV(Cs=_PENALTIES, cv=_FOLDS, scoring="neg_log_loss", max_iter=2000)
        regression.fit(features, truth, sample_weight=share)
        slopes = regression.coef_[0]
        signs = {name: round(float(slope), 3) for name, slope in zip(names, slopes, strict=False)}
        meaning = (slopes[len(names) :] * _MEANING_SCALE).round(4)
        usual = float((outputs.embedding @ meaning).mean())
        weights[mood] = Weights(float(regression.intercept_[0]) + usual, signs, meaning.tolist(), usual)
    return weights


def write_moods(folder: Path, rows: Sequence[Row]) -> None:
    """Fit the served model of a folder, trained on ``rows``, on the examples; put the weights into its card."""
    ordinary = [row.text for row in rows if row.intent not in (None, _COMPLAINT)]
    moods = fit(Understanding.load(folder), read_rows(EXAMPLES), ordinary)
    add_to_card(folder, moods={name: asdict(weights) for name, weights in moods.items()})
