"""How well each part of the search finds the articles' own questions, each asked with itself hidden."""

from __future__ import annotations

from knowledge.calibration import Calibration, calibrate
from knowledge.search import Search, Weights

VARIANTS: dict[str, Weights] = {
    "phrasings alone": Weights(1, 0, 0, 0),
    "passages alone": Weights(0, 1, 0, 0),
    "whole articles alone": Weights(0, 0, 1, 0),
    "words alone": Weights(0, 0, 0, 1),
    "as served": Weights(),
}


def measure(search: Search) -> dict[str, Calibration]:
    """The trial of calibration repeated with other weights."""
    return {name: calibrate(Search(search.index, search.floors, weights)) for name, weights in VARIANTS.items()}
