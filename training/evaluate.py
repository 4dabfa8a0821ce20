"""Scores an exported model the way it serves: every text goes through ``language.understanding``."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from language.understanding import OUT_OF_SCOPE, UNSURE, Reading, Understanding
from training.augment import with_slip
from training.calibrate import expected_calibration_error
from training.dataset import Row, rows_from_rasa, rows_from_sentiment_csv


@dataclass(frozen=True)
class Mistake:
    """A text whose likeliest intent is not the true one."""

    text: str
    truth: str
    likeliest: str
    acted_on: str
    confidence: float


@dataclass(frozen=True)
class Evaluation:
    """Figures of one model on one set of rows; shares are between 0 and 1, NaN where nothing was labelled."""

    rows: int
    accuracy: float
    """Share of intents whose likeliest class is right, unsure or not."""
    macro_f1: float
    acted_right: float
    """Share where the bot acts on the right intent: unsure and out of scope taken into account."""
    unsure_share: float
    refused_ours_share: float
    """Our own messages taken for out of scope."""
    out_of_scope_recall: float
    out_of_scope_auroc: float
    calibration_error: float
    entity_f1: float
    """Exact spans with the right name, of the entities that the model learns."""
    sentiment_accuracy: float
    sentiment_macro_f1: float
    mistakes: list[Mistake] = field(default_factory=list)


def rows_of_file(path: Path, slips: int | None = None) -> list[Row]:
    """Rows of a Rasa NLU file or folder, or of a sentiment table.

    With ``slips``, a seed, each has one slip of the finger more.
    """
    if path.suffix == ".csv":
        rows = rows_from_sentiment_csv(path)
    else:
        from rasa.shared.nlu.training_data.loading import load_data

        rows = rows_from_rasa(load_data(str(path)))
    if slips is None:
        return rows
    generator = random.Random(slips)
    return [with_slip(row, generator) for row in rows]


def evaluate(model: Understanding, rows: Sequence[Row]) -> Evaluation:
    """Read every row and compare."""
    readings = [model.read(row.text) for row in rows]
    pairs = [(row, reading) for row, reading in zip(rows, readings, strict=True) if row.intent]
    truth = [str(row.intent) for row, _ in pairs]
    best = [reading.ranking[0] for _, reading in pairs]
    acted = [reading.intent.label for _, reading in pairs]
    right = np.array([b.label == t for b, t in zip(best, truth, strict=True)])
    ours = np.array([t != OUT_OF_SCOPE for t in truth])
    refused = np.array([label == OUT_OF_SCOPE for label in acted])
    sentiment = [(row.sentiment, r.sentiment.label) for row, r in zip(rows, readings, strict=True) if row.sentiment]
    return Evaluation(
        rows=len(rows),
        accuracy=_mean(right),
        macro_f1=_macro_f1(list(zip(truth, (b.label for b in best), strict=True))),
        acted_right=_mean(np.array([a == t for a, t in zip(acted, truth, strict=True)])),
        unsure_share=_mean(np.array([label == UNSURE for label in acted])),
        refused_ours_share=_mean(refused[ours]) if pairs else float("nan"),
        out_of_scope_recall=_mean(refused[~ours]) if pairs else float("nan"),
        out_of_scope_auroc=_auroc(ours, [reading.out_of_scope_score for _, reading in pairs]),
        calibration_error=expected_calibration_error(np.array([b.confidence for b in best]), right)
        if pairs
        else float("nan"),
        entity_f1=entity_f1(pairs, {tag[2:] for tag in model.tags if tag != "O"}),
        sentiment_accuracy=_mean(np.array([t == p for t, p in sentiment])),
        sentiment_macro_f1=_macro_f1(sentiment),
        mistakes=_mistakes(pairs),
    )


def entity_f1(pairs: Sequence[tuple[Row, Reading]], learned: set[str]) -> float:
    """Micro F1 over exact (start, end, name)."""
    matches = predicted = expected = 0
    for row, reading in pairs:
        found = {(e.start, e.end, e.entity) for e in reading.entities if e.entity in learned}
        matches += len(found & set(row.spans))
        predicted += len(found)
        expected += len(row.spans)
    return 2 * matches / (predicted + expected) if predicted + expected else float("nan")


def confusions(evaluation: Evaluation) -> list[tuple[str, str, int]]:
    """(truth, taken for, times), most frequent first."""
    counts = Counter((m.truth, m.likeliest) for m in evaluation.mistakes)
    return [(truth, likeliest, times) for (truth, likeliest), times in counts.most_common()]


def _mistakes(pairs: Sequence[tuple[Row, Reading]]) -> list[Mistake]:
    return [
        Mistake(row.text, str(row.intent), r.ranking[0].label, r.intent.label, r.ranking[0].confidence)
        for row, r in pairs
        if r.ranking[0].label != row.intent
    ]


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _macro_f1(pairs: Sequence[tuple[str | None, str]]) -> float:
    if not pairs:
        return float("nan")
    truth, predicted = zip(*pairs, strict=True)
    return float(f1_score(truth, predicted, average="macro", labels=sorted(set(truth)), zero_division=0))


def _auroc(ours: np.ndarray, scores: list[float]) -> float:
    if not len(ours) or ours.all() or not ours.any():
        return float("nan")
    return float(roc_auc_score(~ours, scores))
