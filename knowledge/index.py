"""The search index of one language: vectors of phrasings, passages and whole articles, and the words of all.

Articles are numbered from 0 in the order given. Rows of a field belong to articles in that order, so that the rows
of one article lie side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import faiss
import numpy as np

from knowledge.articles import ArticleText
from knowledge.lexical import WordIndex
from knowledge.passages import Passage, passages, phrasings

Encode = Callable[[list[str], str], np.ndarray]
"""Texts and their kind ("query" or "passage") to float32 vectors of length 1, shape (n, dimension)."""


@dataclass(frozen=True)
class Entry:
    """One article as it is searched."""

    slug: str
    language: str
    category: str
    title: str
    phrasings: tuple[str, ...]
    passages: tuple[Passage, ...]

    @classmethod
    def of(cls, article: ArticleText) -> Entry:
        """Cut an article; one without any text of its own is found and answered by its title."""
        cut = passages(article.body) or (Passage("", article.title),)
        return cls(article.slug, article.language, article.category, article.title, phrasings(article), cut)

    @property
    def passage_texts(self) -> tuple[str, ...]:
        """The passages as they are encoded: without the title, which would make them all alike."""
        return tuple(passage.shown for passage in self.passages)

    @property
    def whole_text(self) -> str:
        """The article in one piece as it is encoded; encoders cut off what is too long for them."""
        return f"{self.title}. {' '.join(passage.shown for passage in self.passages)}"


class Field:
    """Vectors of one kind of text, several to an article."""

    def __init__(self, index: faiss.Index, counts: Sequence[int]) -> None:
        self.index = index
        self.starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        if self.starts[-1] != index.ntotal:
            raise ValueError(f"counts sum to {self.starts[-1]}, but the index holds {index.ntotal} vectors")

    @classmethod
    def of(cls, vectors: np.ndarray, counts: Sequence[int]) -> Field:
        """A field of float32 vectors of shape (sum of counts, dimension)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index, counts)

    def nearest(self, vector: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Similarities and articles of the ``count`` rows nearest to a vector of shape (dimension,)."""
        similarities, rows = self.index.search(vector[None], min(count, self.index.ntotal))
        return similarities[0], np.searchsorted(self.starts, rows[0], side="right") - 1

    def similarities(self, vector: np.ndarray, article: int) -> np.ndarray:
        """Of each row of one article, shape (rows of the article,)."""
        start, end = int(self.starts[article]), int(self.starts[article + 1])
        return _products(self.index.reconstruct_n(start, end - start), vector)

    def best(self, vector: np.ndarray, articles: np.ndarray, hidden_row: int | None = None) -> np.ndarray:
        """The greatest similarity within each of ``articles``; one row may be treated as if it were not there."""
        spans = [np.arange(self.starts[article], self.starts[article + 1]) for article in articles]
        rows = np.concatenate(spans)
        found = _products(self.index.reconstruct_batch(rows), vector)
        if hidden_row is not None:
            found[rows == hidden_row] = -1.0
        firsts = np.cumsum([0, *(len(span) for span in spans[:-1])])
        return np.asarray(np.maximum.reduceat(found, firsts))


class Index:
    """Everything searched in one language. Never changed once made; safe to read from several threads."""

    def __init__(self, entries: Sequence[Entry], phrasing: Field, passage: Field, whole: Field) -> None:
        self.entries = tuple(entries)
        self.phrasing, self.passage, self.whole = phrasing, passage, whole
        texts = [text for entry in entries for text in entry.phrasings]
        self.phrasing_texts = tuple(texts)
        self._words = WordIndex([*texts, *(text for entry in entries for text in entry.passage_texts)])
        self._exact: dict[str, list[int]] = defaultdict(list)
        for row, text in enumerate(texts):
            self._exact[_plain(text)].append(row)

    @classmethod
    def build(cls, entries: Sequence[Entry], encode: Encode) -> Index:
        """Encode all entries. Raises ValueError if there are none."""
        if not entries:
            raise ValueError("an index needs at least one article")
        phrasing = encode([text for entry in entries for text in entry.phrasings], "query")
        passage = encode([text for entry in entries for text in entry.passage_texts], "passage")
        whole = encode([entry.whole_text for entry in entries], "passage")
        return cls(
            entries,
            Field.of(phrasing, [len(entry.phrasings) for entry in entries]),
            Field.of(passage, [len(entry.passages) for entry in entries]),
            Field.of(whole, [1] * len(entries)),
        )

    def word_scores(self, text: str, hidden_row: int | None = None) -> np.ndarray:
        """How much of a text's words each article holds in its best row, 0..1, shape (articles,)."""
        scores = self._words.scores(text)
        if hidden_row is not None:
            scores[hidden_row] = 0.0
        split = len(self.phrasing_texts)
        by_phrasing = np.maximum.reduceat(scores[:split], self.phrasing.starts[:-1])
        by_passage = np.maximum.reduceat(scores[split:], self.passage.starts[:-1])
        return np.asarray(np.maximum(by_phrasing, by_passage))

    def exactly(self, text: str, hidden_row: int | None = None) -> frozenset[int]:
        """The articles that have this very phrasing, whatever its capitals and punctuation."""
        rows = [row for row in self._exact.get(_plain(text), ()) if row != hidden_row]
        return frozenset(int(np.searchsorted(self.phrasing.starts, row, side="right")) - 1 for row in rows)


def _products(rows: np.ndarray, vector: np.ndarray) -> np.ndarray:
    # Not rows @ vector: that wakes BLAS's threads, and waiting for them on a busy machine takes longer than the work.
    return np.asarray(np.einsum("ij,j->i", rows, vector))


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
