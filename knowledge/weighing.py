"""How much each part of the score counts, learned from the articles' own questions.

Where leads wrote down how shoppers ask, a question is best told by the other questions of its article; where there is
little but titles and texts, by the texts. Each alternative question is asked with itself hidden, and the weights are
those that lose least in NDCG@10. Moving away from the weights everybody starts from costs something, so that only a
clear gain moves them: an article's own questions are not all like those of shoppers.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from knowledge.calibration import as_asked, own_questions
from knowledge.manner import Weights
from knowledge.search import Parts, Search

RANKED = 10  # of NDCG@10
_STEPS = 10  # weights are tenths
_MOST_WORDS = 0.4
_REACH = 1.0
"""What moving all of the weight costs, as a logarithm: it has to bring the loss down to 1/e."""


def weigh(search: Search) -> Search:
    """The same search with weights of its own; where there is nothing to learn from, as it was."""
    rows, owners = own_questions(search)
    if len(search.index.entries) < 2 or not rows:
        return search
    ranks = np.stack(
        [_ranks(search.parts(as_asked(search, row), row), own) for row, own in zip(rows, owners, strict=True)]
    )
    gains = np.where(ranks <= RANKED, 1 / np.log2(1 + ranks), 0.0)
    losses = (len(rows) - gains.sum(axis=0) + 1) / (len(rows) + 1)
    moved = np.abs(_grid() - search.weights.as_array()).sum(axis=1) / 2
    best = _grid()[int(np.argmin(np.log(losses) + _REACH * moved))]
    return Search(search.index, search.floors, Weights(*(round(float(part), 1) for part in best)))


def _ranks(parts: Parts, own: int) -> np.ndarray:
    """The rank of the right article by each row of the grid, from 1; very far where it did not come into question."""
    place = int(np.searchsorted(parts.articles, own))
    if place == len(parts.articles) or parts.articles[place] != own:
        return np.full(len(_grid()), np.inf)
    scores = np.where(parts.is_exact[:, None], np.float32(1.0), parts.scores @ _grid().T)
    return np.asarray((scores >= scores[place]).sum(axis=0), dtype=np.float64)


@lru_cache(maxsize=1)
def _grid() -> np.ndarray:
    """All weights in tenths, float32 of shape (m, 4)."""
    tenths = [
        (a, b, c, _STEPS - a - b - c)
        for a in range(_STEPS + 1)
        for b in range(_STEPS + 1 - a)
        for c in range(_STEPS + 1 - a - b)
    ]
    return np.array([parts for parts in tenths if parts[3] <= _MOST_WORDS * _STEPS], dtype=np.float32) / _STEPS
