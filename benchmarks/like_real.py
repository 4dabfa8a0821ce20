"""As many vectors as wanted, lying as those of real texts do.

Encoding a million texts takes an hour, so some tens of thousands of real ones are encoded and varied: to a text's
vector a part of the difference between two other texts of one label is added. What is added is thus what sets texts
of one meaning apart for this encoder, in the directions in which it really does so; pure noise would spread over all
directions and make nearest neighbours a matter of chance. How much is added was chosen so that two variants of one
text are as near as two paraphrases of StackFAQ (cosine .75 by all-MiniLM-L6-v2).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.data_sets import rows_of
from knowledge.vectors import TextEncoder

_SHARE = 0.6  # of a difference that is added
_AT_ONCE = 50_000


class Variants:
    """Makes vectors from those of labelled texts, shape (n, dimension)."""

    def __init__(self, vectors: np.ndarray, labels: Sequence[str], seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        numbers = np.unique(np.asarray(labels), return_inverse=True)[1]
        order = np.argsort(numbers, kind="stable")
        self._vectors = vectors[order]  # texts of one label side by side
        self._label = numbers[order]
        self._starts = np.searchsorted(self._label, np.arange(self._label[-1] + 2))

    @classmethod
    def of_texts(cls, sources: Sequence[Path | str], encoder: TextEncoder, seed: int) -> Variants:
        """From labelled files (see ``benchmarks.data_sets``). Raises BadInput for one that cannot be read."""
        rows = {row.text: f"{source}/{row.intent}" for source in sources for row in rows_of(source) if row.intent}
        return cls(encoder.encode(list(rows)), list(rows.values()), seed)

    @property
    def texts(self) -> int:
        """How many real texts there are."""
        return len(self._vectors)

    @property
    def dimension(self) -> int:
        """Of a vector."""
        return int(self._vectors.shape[1])

    def many(self, count: int) -> np.ndarray:
        """``count`` float16 vectors of length 1: every text is varied as often as any other, give or take one."""
        made = np.empty((count, self.dimension), dtype=np.float16)
        for start in range(0, count, _AT_ONCE):
            rows = np.arange(start, min(start + _AT_ONCE, count)) % self.texts
            made[start : start + len(rows)] = self._varied(rows)
        return made

    def queries(self, count: int) -> np.ndarray:
        """``count`` float32 vectors of length 1: further variants of texts taken by chance."""
        return self._varied(self._chance.integers(0, self.texts, count))

    def _varied(self, rows: np.ndarray) -> np.ndarray:
        one = self._chance.integers(0, self.texts, len(rows))
        first, end = self._starts[self._label[one]], self._starts[self._label[one] + 1]
        other = first + (self._chance.random(len(rows)) * (end - first)).astype(np.int64)
        varied = self._vectors[rows] + _SHARE * (self._vectors[one] - self._vectors[other])
        return np.asarray(varied / np.linalg.norm(varied, axis=1, keepdims=True), dtype=np.float32)
