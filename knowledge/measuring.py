"""How well each part of the search finds the articles' own questions, each asked with itself hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge.calibration import Calibration, as_asked, calibrate, own_questions
from knowledge.manner import Weights
from knowledge.search import Search
from knowledge.weighing import RANKED

_ALONE: dict[str, Weights] = {
    "phrasings": Weights(1, 0, 0, 0),
    "passages": Weights(0, 1, 0, 0),
    "wholes": Weights(0, 0, 1, 0),
    "words": Weights(0, 0, 0, 1),
}


@dataclass(frozen=True)
class Measured:
    """How one weighing of the parts fared."""

    trial: Calibration
    ndcg_at_10: float


def measure(search: Search) -> dict[str, Measured]:
    """The trial of calibration repeated with each part alone, and as it serves."""
    variants = {name: Search(search.index, search.floors, weights) for name, weights in _ALONE.items()}
    variants["as served"] = search
    return {name: Measured(calibrate(variant), _ndcg(variant)) for name, variant in variants.items()}


def _ndcg(search: Search) -> float:
    """NDCG@10 of the own questions, 0 where there are none; one article is right, hence 1 / log2(1 + rank)."""
    gains = []
    for row, own in zip(*own_questions(search), strict=True):
        found = [hit.article for hit in search.find(as_asked(search, row), hidden_row=row, limit=RANKED)]
        gains.append(float(1 / np.log2(2 + found.index(own))) if own in found else 0.0)
    return float(np.mean(gains)) if gains else 0.0
