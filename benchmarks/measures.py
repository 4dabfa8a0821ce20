"""What a list of answers is worth: accuracy, out of scope, correlation over thresholds, honesty of confidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import f1_score, matthews_corrcoef, roc_auc_score

from benchmarks.answers import Answer
from language.understanding import OUT_OF_SCOPE
from training.calibrate import expected_calibration_error
from training.dataset import Span

THRESHOLDS = tuple(round(0.01 * step, 2) for step in range(100))
_LOW_THRESHOLD = 0.1
"""The published in-scope accuracies of HINT3 stand at this threshold."""


def intent_figures(truth: Sequence[str], answers: Sequence[Answer]) -> dict[str, float | None]:
    """All intent figures of one contender; shares are between 0 and 1, None where the data has no such rows.

    ``in_scope_accuracy`` and ``out_of_scope_recall`` are of what is acted on at the chosen threshold, so that a
    rejected in-scope text counts as wrong. The correlation counts "rejected" as a class of its own, as HINT3 does.
    Source: Arora et al., "HINT3: Raising the bar for Intent Detection in the Wild", Insights 2020.
    """
    true = np.array(truth)
    ours = true != OUT_OF_SCOPE
    likeliest = np.array([a.likeliest for a in answers])
    acted = np.array([a.acted_on for a in answers])
    in_scope = np.array([a.in_scope for a in answers])
    right = likeliest == true
    correlations = [correlation_at(true, likeliest, in_scope, threshold) for threshold in THRESHOLDS]
    best = int(np.argmax(correlations))
    confidences = np.array([a.confidence for a in answers])
    kept = in_scope >= _LOW_THRESHOLD
    return {
        "accuracy": float(right[ours].mean()),
        "macro_f1": float(
            f1_score(true[ours], likeliest[ours], average="macro", labels=np.unique(true[ours]), zero_division=0)
        ),
        "in_scope_accuracy": float((acted == true)[ours].mean()),
        "in_scope_accuracy_at_0.1": float((right & kept)[ours].mean()),
        "in_scope_kept": float((acted != OUT_OF_SCOPE)[ours].mean()),
        "out_of_scope_recall": None if ours.all() else float((acted == OUT_OF_SCOPE)[~ours].mean()),
        "out_of_scope_auroc": None if ours.all() else float(roc_auc_score(ours, in_scope)),
        "mcc_best": correlations[best],
        "mcc_best_threshold": THRESHOLDS[best],
        "mcc_chosen": float(matthews_corrcoef(true, acted)),
        "calibration_error": expected_calibration_error(confidences[ours], right[ours]),
    }


def correlation_at(true: np.ndarray, likeliest: np.ndarray, in_scope: np.ndarray, threshold: float) -> float:
    """Matthews correlation when every text below the threshold is rejected."""
    return float(matthews_corrcoef(true, np.where(in_scope < threshold, OUT_OF_SCOPE, likeliest)))


def entity_f1(expected: Sequence[tuple[Span, ...]], answers: Sequence[Answer]) -> float | None:
    """Micro F1 over exact (start, end, name), of the names that the expected spans carry; None without any."""
    names = {name for spans in expected for _, _, name in spans}
    found = [{span for span in answer.spans if span[2] in names} for answer in answers]
    matches = sum(len(spans & set(true)) for spans, true in zip(found, expected, strict=True))
    total = sum(map(len, found)) + sum(map(len, expected))
    return 2 * matches / total if names else None


def speed_figures(answers: Sequence[Answer]) -> dict[str, float]:
    """Median and 95th percentile of the milliseconds of one answer, by the clock and of the processors' time."""
    figures = {}
    for name in ("milliseconds", "cpu_milliseconds"):
        taken = [getattr(answer, name) for answer in answers]
        figures[f"p50_{name}"] = round(float(np.quantile(taken, 0.5)), 2)
        figures[f"p95_{name}"] = round(float(np.quantile(taken, 0.95)), 2)
    return figures
