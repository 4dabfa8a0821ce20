"""Which labels are probably wrong, by confident learning on what a light classifier says without having seen them.

Source: Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 2021.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

FOLDS = 4
_SEED = 0
_ITERATIONS = 30
"""Twice as many find the same labels and take twice as long: two seconds more for 5,000 examples."""
_ENOUGH_TO_JUDGE = 3
"""Examples of a label below which a classifier that has not seen one of them knows too little of it."""


@dataclass(frozen=True)
class Suspect:
    """A label that is probably wrong."""

    place: int
    label: str
    likelier: str
    probability: float
    """Of the given label."""
    margin: float
    """How much likelier the other one is."""


def suspects(vectors: np.ndarray, labels: Sequence[str]) -> list[Suspect]:
    """The labels that are probably wrong, the surest first.

    ``vectors`` is (n, features), best of a model that was not trained on the labels in doubt.
    An example counts as another label's when that one's probability reaches the mean
    that its own examples get, and it is the likeliest of those that do (the confident joint).
    """
    names, numbers = np.unique(np.array(labels), return_inverse=True)
    probabilities = out_of_fold(vectors, numbers, len(names))
    counts = np.bincount(numbers, minlength=len(names))
    thresholds = np.array(
        [probabilities[numbers == k, k].mean() if counts[k] >= _ENOUGH_TO_JUDGE else np.inf for k in range(len(names))]
    )
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    taken_for = confident.argmax(axis=1)
    found = []
    for place, (given, other) in enumerate(zip(numbers, taken_for, strict=True)):
        if confident[place, other] < 0 or other == given or counts[given] < _ENOUGH_TO_JUDGE:
            continue
        of_given, of_other = float(probabilities[place, given]), float(probabilities[place, other])
        if of_other > of_given:
            found.append(Suspect(place, str(names[given]), str(names[other]), of_given, of_other - of_given))
    return sorted(found, key=lambda suspect: -suspect.margin)


def out_of_fold(vectors: np.ndarray, numbers: np.ndarray, classes: int) -> np.ndarray:
    """Probabilities (n, classes) of each row by a classifier fitted without it."""
    probabilities = np.zeros((len(numbers), classes))
    counts = np.bincount(numbers)
    # Too few for each fold to have one: spread by chance among the most frequent label's.
    strata = np.where(counts[numbers] < FOLDS, counts.argmax(), numbers)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED)
    for kept, held in folds.split(np.zeros(len(numbers)), strata):
        classifier = LogisticRegression(C=10.0, max_iter=_ITERATIONS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier.fit(vectors[kept], numbers[kept])
        probabilities[np.ix_(held, classifier.classes_)] = classifier.predict_proba(vectors[held])
    return probabilities
