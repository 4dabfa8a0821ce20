"""Makes probabilities honest and sets the two thresholds, on rows that were not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from language.understanding import OUT_OF_SCOPE, Calibration, Understanding, energy, score, softmax
from training.dataset import Row

_TEMPERATURES = np.geomspace(0.2, 5.0, 97)
_THRESHOLDS = np.arange(0.40, 0.65, 0.01)
"""Below the first, an honest probability says that the likeliest intent is rather wrong than right: then we ask."""
_WRONGLY_REFUSED = 0.02
"""Share of our own messages that may be taken for out of scope."""
_AS_GOOD = 0.01
"""Share of the rows by which thresholds may differ in mistakes and still count as equally good."""
_BEYOND_CHANCE = 1.96
"""Standard errors that 95 of 100 differences by chance stay below."""
_MORE_LIKELY_THAN_NOT = 0.5
_ENOUGH_FOR_A_TAIL = 100
_WIDTHS_BELOW = 3.0


def calibrate(model: Understanding, rows: Sequence[Row], before: Calibration | None = None) -> Calibration:
    """Fit a calibration to the served model's logits on held-out rows with intents.

    ``before``: that of the model this one went on from; see ``fit``.
    """
    labelled = [row for row in rows if row.intent in model.intents]
    if not labelled:
        return Calibration()
    logits = np.stack([model.intent_logits(row.text) for row in labelled])
    return fit(logits, [str(row.intent) for row in labelled], model.intents, before)


def fit(logits: np.ndarray, truth: Sequence[str], intents: list[str], before: Calibration | None = None) -> Calibration:
    """The same from logits (n, intents) and the true intents.

    Temperature: least negative log-likelihood. Out of scope: an energy below that of all but two in a hundred of our
    own messages; the threshold refuses at most two in a hundred of them, and nothing that is more likely ours.
    Unsure: the threshold that makes fewest mistakes, a wrong intent taken and a right one refused counting the same;
    but the one ``before`` stays while what it would make more is within the chance of the rows that it moves.
    """
    labels = np.array([intents.index(name) for name in truth])
    ours = np.array([name != OUT_OF_SCOPE for name in truth])
    temperature = min(_TEMPERATURES, key=lambda t: _negative_log_likelihood(logits / t, labels))
    columns = np.array([name != OUT_OF_SCOPE for name in intents])
    energies = energy(logits[ours][:, columns])
    width = max(float(energies.std()), 1e-3)
    centre = _lowest_of_ours(energies)
    draft = Calibration(float(temperature), 0.0, 1.0, centre, width / 2)
    scores = [score(row, intents, draft) for row in logits]
    refusal = np.array([s.out_of_scope for s in scores])
    probabilities = np.stack([s.probabilities for s in scores])
    return Calibration(
        draft.temperature,
        _unsure_threshold(probabilities, labels, before),
        max(_MORE_LIKELY_THAN_NOT, float(np.quantile(refusal[ours], 1.0 - _WRONGLY_REFUSED, method="higher"))),
        centre,
        draft.energy_width,
    )


def _lowest_of_ours(energies: np.ndarray) -> float:
    """The energy that all but ``_WRONGLY_REFUSED`` of our own texts lie above; a cautious guess from few rows."""
    if len(energies) >= _ENOUGH_FOR_A_TAIL:
        return float(np.quantile(energies, _WRONGLY_REFUSED))
    return float(energies.mean() - _WIDTHS_BELOW * energies.std())


def _negative_log_likelihood(logits: np.ndarray, labels: np.ndarray) -> float:
    probabilities = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.clip(probabilities, 1e-9, None)).mean())


def _unsure_threshold(probabilities: np.ndarray, labels: np.ndarray, before: Calibration | None) -> float:
    best = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    mistakes = [_mistakes(best, right, t) for t in _THRESHOLDS]
    as_good = _AS_GOOD * len(labels)
    if before is not None and before.unsure_below >= _THRESHOLDS[0]:
        least = _THRESHOLDS[int(np.argmin(mistakes))]
        low, high = sorted((before.unsure_below, least))
        moved = int(((best >= low) & (best < high)).sum())
        # Each moved row is a mistake under one threshold or the other: the difference is a walk of so many steps.
        if _mistakes(best, right, before.unsure_below) - min(mistakes) <= max(as_good, _BEYOND_CHANCE * moved**0.5):
            return before.unsure_below
    # The count is flat around its least and jumps with single rows: of all that are as good, the one that asks least.
    return float(next(t for t, made in zip(_THRESHOLDS, mistakes, strict=True) if made <= min(mistakes) + as_good))


def _mistakes(best: np.ndarray, right: np.ndarray, threshold: float) -> int:
    return int((~right & (best >= threshold)).sum() + (right & (best < threshold)).sum())


def expected_calibration_error(confidences: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by their rows.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    places = np.clip((confidences * bins).astype(int), 0, bins - 1)
    gaps = [
        abs(confidences[places == b].mean() - right[places == b].mean()) * (places == b).sum()
        for b in range(bins)
        if (places == b).any()
    ]
    return float(sum(gaps) / len(confidences))
