"""Texts that are nearly the same: they must not stand on both sides of a split.

Works on letters alone, so that what is a near-duplicate does not change with the model.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import HashingVectorizer

NEAR = 0.8
"""Cosine of the counts of two and three letters in a row, from which two texts are near-duplicates."""

_DIGITS = re.compile(r"\d+")
_NO_LETTERS = re.compile(r"[^\w\s]|_")
_CELLS_AT_ONCE = 4_000_000
_FEATURES = 2**20


def normalise(text: str) -> str:
    """The text without case, marks and the value of its numbers."""
    plain = _NO_LETTERS.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    if any(character.isalpha() for character in plain):  # else the number is all that the text says
        plain = _DIGITS.sub("0", plain)
    return " ".join(plain.split())


def pairs(texts: Sequence[str], others: Sequence[str] | None = None) -> list[tuple[int, int, float]]:
    """(place, place, similarity) of all near-duplicates: among ``texts``, the first place below the second; or
    between ``texts`` and ``others``."""
    rows = _counts(texts)
    columns = rows if others is None else _counts(others)
    found = []
    step = max(1, _CELLS_AT_ONCE // max(1, columns.shape[0]))
    for start in range(0, len(texts), step):
        similar = (rows[start : start + step] @ columns.T).tocoo()
        near = similar.data >= NEAR - 1e-9
        for row, column, value in zip(similar.row[near] + start, similar.col[near], similar.data[near], strict=True):
            if others is not None or row < column:
                found.append((int(row), int(column), float(value)))
    return sorted(found)


def components(count: int, joined: Sequence[tuple[int, int]]) -> np.ndarray:
    """The number of the component of each of ``count`` places, joined by pairs."""
    if not joined:
        return np.arange(count)
    first, second = np.array(joined).T
    links = csr_matrix((np.ones(len(joined), dtype=bool), (first, second)), shape=(count, count))
    numbers: np.ndarray = connected_components(links, directed=False)[1]
    return numbers


def _counts(texts: Sequence[str]) -> csr_matrix:
    vectoriser = HashingVectorizer(
        analyzer="char", ngram_range=(2, 3), n_features=_FEATURES, alternate_sign=False, norm="l2", dtype=np.float32
    )
    # Marks at the ends, so that the shortest text has letters in a row, too.
    marked = [f"^{normalise(text)}$" for text in texts]
    counts: csr_matrix = vectoriser.transform(marked) if marked else csr_matrix((0, _FEATURES), dtype=np.float32)
    return counts
