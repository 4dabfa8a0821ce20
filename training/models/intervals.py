"""Intervals of a difference between two models on the same rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import beta

Interval = tuple[float, float]

_RESAMPLES = 1000
_SEED = 0


def paired_shares(champion: np.ndarray, challenger: np.ndarray, confidence: float) -> Interval:
    """Of the difference of two shares, from which rows (n,) bool each model had right.

    Only the rows on which they differ tell anything (McNemar, Psychometrika 1947): given how many those are, the
    number that the challenger won is binomial, and its exact interval (Clopper and Pearson, Biometrika 1934) gives
    that of the difference.
    """
    won = int((challenger & ~champion).sum())
    lost = int((champion & ~challenger).sum())
    differing = won + lost
    if not differing:
        return 0.0, 0.0
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, won, lost + 1)) if won else 0.0
    high = float(beta.ppf(1 - tail, won + 1, lost)) if lost else 1.0
    scale = differing / len(champion)
    return scale * (2 * low - 1), scale * (2 * high - 1)


def wilson(share: float, rows: int, z: float = 1.96) -> Interval:
    """Of one share (Wilson, JASA 1927)."""
    if not rows:
        return 0.0, 1.0
    centre = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * float(np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))) / (1 + z * z / rows)
    return max(0.0, centre - half), min(1.0, centre + half)


def bootstrap(figure: Callable[[np.ndarray], float], rows: int, confidence: float) -> Interval:
    """Of any figure of rows: ``figure`` is given the numbers of drawn rows (rows,), and the ends of the middle of what
    it says are the interval (percentile bootstrap: Efron, Annals of Statistics 1979). Draws without a figure are left
    out."""
    generator = np.random.default_rng(_SEED)
    found = np.array([figure(generator.integers(0, rows, rows)) for _ in range(_RESAMPLES)])
    found = found[~np.isnan(found)]
    if not len(found):
        return float("-inf"), float("inf")
    tail = (1 - confidence) / 2
    return float(np.quantile(found, tail)), float(np.quantile(found, 1 - tail))
