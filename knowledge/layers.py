"""Two searches as one: the stored index, and over it what has changed since it was built.

What lies on top hides the article of the same id below. Drafts that somebody only tries are one more such layer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.index import Entry, Index
from knowledge.manner import Manner
from knowledge.passages import Passage
from knowledge.search import Floors, Question, Search

Update = tuple[Entry, np.ndarray]
"""An article as it reads now with its vectors, float16 of shape (entry.rows, dimension)."""


@dataclass(frozen=True)
class Found:
    """An article found in one of the layers. Scores are those of ``knowledge.search.Hit``."""

    search: Search
    article: int
    score: float
    rank_score: float

    @property
    def entry(self) -> Entry:
        """The article."""
        return self.search.index.entries[self.article]

    def likeliest_passage(self, question: Question) -> Passage:
        """The passage that most likely answers."""
        return self.entry.passages[self.best_passages(question)[0]]

    def best_passages(self, question: Question) -> list[int]:
        """The numbers of its passages that may answer, the likeliest first."""
        return self.search.best_passages(question, self.article)


class Layers:
    """A stored search, and one over what has changed. Never changed once made."""

    def __init__(self, base: Search | None, top: Search | None = None, replaced: Collection[int] = ()) -> None:
        """``replaced`` are ids of articles that count no longer as they are in ``base``."""
        numbers = base.index.numbers if base else {}
        below = frozenset(numbers[article_id] for article_id in replaced if article_id in numbers)
        self.base, self.top = base, top
        self._layers = [(search, hidden) for search, hidden in ((base, below), (top, frozenset())) if search]

    def find(
        self, question: Question, category: str | None, audience: str, at_epoch: float, limit: int = 10
    ) -> list[Found]:
        """The best articles that somebody of an audience may read at a time, best first."""
        found = []
        for search, replaced in self._layers:
            hidden = replaced | search.index.hidden_from(audience, at_epoch)
            for hit in search.find(question, category, limit=limit, hidden=hidden):
                found.append(Found(search, hit.article, hit.score, hit.rank_score))
        return sorted(found, key=lambda hit: -hit.rank_score)[:limit]


def stack(
    base: Search | None,
    updates: Mapping[int, Update | None],
    floors: Floors | None = None,
    manner: Manner | None = None,
) -> Layers:
    """The stored search with updates by article id over it (None: the article answers no longer).

    ``floors`` and ``manner`` are needed where there is no stored search to take them from.
    """
    present: Sequence[Update] = [update for update in updates.values() if update is not None]
    if not present:
        return Layers(base, None, updates)
    entries, vectors = [entry for entry, _ in present], [rows for _, rows in present]
    index = Index.of(entries, vectors, manner, like=base.index if base else None)
    top = Search(index, base.floors, base.weights) if base else Search(index, floors or Floors())
    return Layers(base, top, updates)
