"""The search index of one language: vectors of phrasings, passages and whole articles, and the words of all.

Articles are numbered from 0 in the order given. Rows of a field belong to articles in that order, so that the rows
of one article lie side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import faiss
import numpy as np

from knowledge import neighbours
from knowledge.articles import AUDIENCES, ArticleText
from knowledge.lexical import WordIndex
from knowledge.manner import Manner
from knowledge.passages import Passage, passages, phrasings


@dataclass(frozen=True)
class Entry:
    """One article as it is searched. Times are seconds since 1970."""

    slug: str
    language: str
    category: str
    title: str
    phrasings: tuple[str, ...]
    passages: tuple[Passage, ...]
    article_id: int = 0
    audience: str = AUDIENCES[0]
    valid_from_epoch: float | None = None
    valid_until_epoch: float | None = None

    @classmethod
    def of(cls, article: ArticleText) -> Entry:
        """Cut an article; one without any text of its own is found and answered by its title."""
        return cls(
            slug=article.slug,
            language=article.language,
            category=article.category,
            title=article.title,
            phrasings=phrasings(article),
            passages=passages(article.body) or (Passage("", article.title),),
            article_id=article.id,
            audience=article.audience,
            valid_from_epoch=_epoch(article.valid_from),
            valid_until_epoch=_epoch(article.valid_until),
        )

    @property
    def passage_texts(self) -> tuple[str, ...]:
        """The passages as they are encoded: without the title, which would make them all alike."""
        return tuple(passage.shown for passage in self.passages)

    @property
    def titled_texts(self) -> tuple[str, ...]:
        """The passages as the article's own vector is made of them: each says what it is about."""
        return tuple(f"{self.title}. {passage.shown}" for passage in self.passages)

    @property
    def rows(self) -> int:
        """How many vectors it has: one a phrasing, one a passage, one for the whole."""
        return len(self.phrasings) + len(self.passages) + 1

    @property
    def is_restricted(self) -> bool:
        """Whether there is somebody, or a time, it is hidden from."""
        return self.audience != AUDIENCES[0] or (self.valid_from_epoch, self.valid_until_epoch) != (None, None)

    def is_shown(self, audience: str, at_epoch: float) -> bool:
        """Whether somebody of an audience may read it at a time."""
        return (
            AUDIENCES.index(self.audience) <= AUDIENCES.index(audience)
            and (self.valid_from_epoch is None or self.valid_from_epoch <= at_epoch)
            and (self.valid_until_epoch is None or at_epoch < self.valid_until_epoch)
        )


class Field:
    """Vectors of one kind of text, several to an article."""

    def __init__(self, index: faiss.Index, counts: Sequence[int], exact: np.ndarray | None = None) -> None:
        """``exact`` are the true vectors, shape (n, dimension), where the index holds only codes of them."""
        self.index = index
        self.exact = exact
        self.starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self._hidden: tuple[frozenset[int], faiss.IDSelector | None] = (frozenset(), None)
        if self.starts[-1] != index.ntotal:
            raise ValueError(f"counts sum to {self.starts[-1]}, but the index holds {index.ntotal} vectors")

    @classmethod
    def of(cls, vectors: np.ndarray, counts: Sequence[int], kind: neighbours.Kind | None = None) -> Field:
        """A field of vectors of shape (sum of counts, dimension)."""
        index = neighbours.make_index(vectors, kind)
        needs_exact = neighbours.kind_of(index) == "ivf"
        return cls(index, counts, vectors.astype(np.float16, copy=False) if needs_exact else None)

    def nearest(
        self, vector: np.ndarray, count: int, hidden: frozenset[int] = frozenset()
    ) -> tuple[np.ndarray, np.ndarray]:
        """Similarities and articles of the ``count`` rows nearest to a vector of shape (dimension,)."""
        similarities, rows = neighbours.nearest(self.index, vector, count, self._without(hidden))
        if self.exact is not None and len(rows):
            similarities = _products(self.vectors(rows), vector)
            best = np.argsort(-similarities, kind="stable")[:count]
            similarities, rows = similarities[best], rows[best]
        return similarities, self.articles(rows)

    def articles(self, rows: np.ndarray) -> np.ndarray:
        """The article of each row."""
        return np.searchsorted(self.starts, rows, side="right") - 1

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The true vectors of rows, float32 of shape (rows, dimension)."""
        if self.exact is not None:
            return np.asarray(self.exact[rows], dtype=np.float32)
        return np.asarray(self.index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64)))

    def similarities(self, vector: np.ndarray, article: int) -> np.ndarray:
        """Of each row of one article, shape (rows of the article,)."""
        return _products(self.vectors(np.arange(self.starts[article], self.starts[article + 1])), vector)

    def best(self, vector: np.ndarray, articles: np.ndarray, hidden_row: int | None = None) -> np.ndarray:
        """The greatest similarity within each of ``articles``; one row may be treated as if it were not there."""
        rows, firsts = self._rows_of(articles)
        found = _products(self.vectors(rows), vector)
        if hidden_row is not None:
            found[rows == hidden_row] = -1.0
        return np.asarray(np.maximum.reduceat(found, firsts))

    def near(
        self, vector: np.ndarray, articles: np.ndarray, sharpness: float, hidden_row: int | None = None
    ) -> np.ndarray:
        """The soft maximum of the similarities within each of ``articles``: log(mean(exp(sharpness * s))) / sharpness.

        It lies between their mean (sharpness near 0) and the greatest (infinite). One row may be left out, if it is
        not its article's only one.
        """
        rows, firsts = self._rows_of(articles)
        found = _products(self.vectors(rows), vector)
        counted = np.ones(len(rows)) if hidden_row is None else (rows != hidden_row).astype(np.float64)
        greatest = np.maximum.reduceat(found, firsts)
        sizes = np.diff(np.append(firsts, len(rows)))
        spread = np.exp(sharpness * (found - np.repeat(greatest, sizes))) * counted
        means = np.add.reduceat(spread, firsts) / np.add.reduceat(counted, firsts)
        return np.asarray(greatest + np.log(means) / sharpness)

    def _rows_of(self, articles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows of some articles, and where each article's begin among them."""
        spans = [np.arange(self.starts[article], self.starts[article + 1]) for article in articles]
        return np.concatenate(spans), np.cumsum([0, *(len(span) for span in spans[:-1])])

    def _without(self, hidden: frozenset[int]) -> faiss.IDSelector | None:
        if not hidden:
            return None
        kept, selector = self._hidden
        if kept != hidden or selector is None:
            rows = np.concatenate([np.arange(self.starts[n], self.starts[n + 1]) for n in sorted(hidden)])
            selector = neighbours.all_but(rows)
            self._hidden = (hidden, selector)
        return selector


class Index:
    """Everything searched in one language. Never changed once made; safe to read from several threads."""

    def __init__(
        self,
        entries: Sequence[Entry],
        fields: tuple[Field, Field, Field],
        manner: Manner | None = None,
        *,
        like: Index | None = None,
    ) -> None:
        """``fields`` hold phrasings, passages and wholes. With ``like`` words weigh as in that index, in its manner."""
        phrasing, passage, whole = fields
        self.manner: Manner = like.manner if like else manner or Manner()
        self.entries = tuple(entries)
        self.phrasing, self.passage, self.whole = phrasing, passage, whole
        self.numbers = {entry.article_id: number for number, entry in enumerate(self.entries)}
        texts = [text for entry in entries for text in entry.phrasings]
        self.phrasing_texts = tuple(texts)
        words: WordIndex | None = like.words if like else None
        told = [text for entry in entries for text in entry.passage_texts]
        owners = np.concatenate([field.articles(np.arange(field.starts[-1])) for field in (phrasing, passage)])
        self.words: WordIndex = WordIndex([*texts, *told], words, owners if self.manner.words_together else None)
        self._restricted = [number for number, entry in enumerate(self.entries) if entry.is_restricted]
        self._exact: dict[str, list[int]] = defaultdict(list)
        for row, text in enumerate(texts):
            self._exact[_plain(text)].append(row)

    @classmethod
    def of(
        cls,
        entries: Sequence[Entry],
        vectors: Sequence[np.ndarray],
        manner: Manner | None = None,
        *,
        like: Index | None = None,
    ) -> Index:
        """From each entry's vectors, phrasings first, then passages, then the whole. ValueError if there are none."""
        if not entries:
            raise ValueError("an index needs at least one article")
        counts = np.array([[len(entry.phrasings), len(entry.passages), 1] for entry in entries])
        ends = counts.cumsum(axis=1)
        parts = [
            np.concatenate([rows[end - count : end] for rows, end, count in zip(vectors, column, size, strict=True)])
            for column, size in zip(ends.T, counts.T, strict=True)
        ]
        phrasing, passage, whole = (Field.of(part, size.tolist()) for part, size in zip(parts, counts.T, strict=True))
        return cls(entries, (phrasing, passage, whole), manner, like=like)

    def hidden_from(self, audience: str, at_epoch: float) -> frozenset[int]:
        """The articles that somebody of an audience may not read at a time."""
        return frozenset(n for n in self._restricted if not self.entries[n].is_shown(audience, at_epoch))

    def word_scores(self, text: str, hidden_row: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The articles that hold words of a text, ascending, and how much of it they (or their best row) hold, 0..1."""
        numbers, scores = self.words.matches(text)
        if self.manner.words_together:
            return numbers, scores if hidden_row is None else self._without_row(text, numbers, scores, hidden_row)
        if hidden_row is not None:
            numbers, scores = numbers[numbers != hidden_row], scores[numbers != hidden_row]
        if not len(numbers):
            return numbers, scores
        split = len(self.phrasing_texts)
        is_passage = numbers >= split
        articles = np.where(is_passage, self.passage.articles(numbers - split), self.phrasing.articles(numbers))
        order = np.argsort(articles, kind="stable")
        found, firsts = np.unique(articles[order], return_index=True)
        return found, np.maximum.reduceat(scores[order], firsts)

    def _without_row(self, text: str, articles: np.ndarray, scores: np.ndarray, hidden_row: int) -> np.ndarray:
        """The scores of articles as if one phrasing were not there."""
        owner = int(self.phrasing.articles(np.array([hidden_row]))[0])
        entry, hidden = self.entries[owner], self.phrasing_texts[hidden_row]
        left = [*(phrasing for phrasing in entry.phrasings if phrasing != hidden), *entry.passage_texts]
        scores[articles == owner] = self.words.score(text, left)
        return scores

    def exactly(self, text: str, hidden_row: int | None = None) -> frozenset[int]:
        """The articles that have this very phrasing, whatever its capitals and punctuation."""
        rows = [row for row in self._exact.get(_plain(text), ()) if row != hidden_row]
        return frozenset(self.phrasing.articles(np.array(rows, dtype=np.int64)).tolist())


def _products(rows: np.ndarray, vector: np.ndarray) -> np.ndarray:
    # Not rows @ vector: that wakes BLAS's threads, and waiting for them on a busy machine takes longer than the work.
    return np.asarray(np.einsum("ij,j->i", rows, vector))


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _epoch(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
