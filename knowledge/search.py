"""Which articles a question is about: three kinds of vectors and the words, weighed into one score.

How much each counts is learned from the articles' own questions (``knowledge.weighing``), starting from weights that
were chosen on the demo shop (``knowledge.manner``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge.index import Field, Index
from knowledge.manner import Weights

CATEGORY_BONUS = 0.08
"""What an article gains over others when it is of the category the intent speaks for. It reorders near neighbours
(hit@1 on the same questions +.05 / +.06 when one hint in seven is wrong) but never makes an answer sure."""

# Chosen on 66 questions with a known passage (tests/knowledge/passages.csv): the likeliest alone is right for .72
# (English) and .80 (Chinese); it is among those within the tolerance for .83 and 1.00, at 285 and 135 characters.
_FIRST_PASSAGE_BONUS = 0.1  # the first paragraph of an article is its main answer
_PASSAGE_TOLERANCE = 0.12

_CANDIDATES = 40  # rows or articles taken from each part before the exact scores are worked out


@dataclass(frozen=True)
class Floors:
    """The similarity that questions about something else reach at best, by field: the zero of the score.

    Encoders differ much in it (about .2 to .9), and the weights could not be shared without it.
    """

    phrasing: float = 0.0
    passage: float = 0.0
    whole: float = 0.0

    @classmethod
    def measured(cls, index: Index, unrelated: np.ndarray) -> Floors:
        """From vectors of questions that are no shop's business, shape (n, dimension)."""

        def floor(field: Field) -> float:
            tops = [float(field.nearest(vector, 1)[0][0]) for vector in unrelated]
            return min(float(np.mean(tops)), 0.95)

        return cls(floor(index.phrasing), floor(index.passage), floor(index.whole))


@dataclass(frozen=True)
class Question:
    """A question in text and as a vector of shape (dimension,)."""

    text: str
    vector: np.ndarray


@dataclass(frozen=True)
class Hit:
    """An article found. ``score`` is about 0 for an unrelated article and 1 for the very phrasing."""

    article: int
    score: float
    rank_score: float  # with the bonus of the category; what hits are sorted by


@dataclass(frozen=True)
class Parts:
    """What came into question, before it is weighed."""

    articles: np.ndarray  # (n,), ascending
    scores: np.ndarray  # float32 (n, 4): phrasing, passage, whole, words; each about 0 for an unrelated article
    is_exact: np.ndarray  # (n,): whether the question is one of its phrasings

    def weighed(self, weights: Weights) -> np.ndarray:
        """One score an article, shape (n,)."""
        scores = np.einsum("ij,j->i", self.scores, weights.as_array())
        return np.where(self.is_exact, np.float32(1.0), scores)


class Search:
    """An index with all that turns it into scores."""

    def __init__(self, index: Index, floors: Floors, weights: Weights | None = None) -> None:
        self.index = index
        self.floors = floors
        self.weights = weights or index.manner.weights

    def find(
        self,
        question: Question,
        category: str | None = None,
        hidden_row: int | None = None,
        limit: int = 10,
        hidden: frozenset[int] = frozenset(),
    ) -> list[Hit]:
        """The best articles, best first, without the hidden ones.

        ``hidden_row`` is a phrasing to leave out, for leave-one-out trials.
        """
        parts = self.parts(question, hidden_row, hidden)
        scores = parts.weighed(self.weights)
        hits = []
        for article, score in zip(parts.articles.tolist(), scores.tolist(), strict=True):
            bonus = CATEGORY_BONUS if category and self.index.entries[article].category == category else 0.0
            hits.append(Hit(article, score, score + bonus))
        return sorted(hits, key=lambda hit: (-hit.rank_score, hit.article))[:limit]

    def parts(self, question: Question, hidden_row: int | None = None, hidden: frozenset[int] = frozenset()) -> Parts:
        """The articles that may be meant, with the parts of their scores."""
        holders, held = self.index.word_scores(question.text, hidden_row)
        exact = self.index.exactly(question.text, hidden_row)
        articles = self._candidates(question.vector, holders, held, exact, hidden)
        scores = np.zeros((len(articles), 4), dtype=np.float32)
        if len(articles):
            scores[:, :3] = self._similarities(question.vector, articles, hidden_row)
            known, places, _ = np.intersect1d(articles, holders, assume_unique=True, return_indices=True)
            scores[places, 3] = held[np.searchsorted(holders, known)]
        return Parts(articles, scores, np.isin(articles, list(exact)))

    def best_passages(self, question: Question, article: int) -> list[int]:
        """The numbers of the passages that may answer, the likeliest first."""
        similarities = self.index.passage.similarities(question.vector, article)
        scores = _above(similarities, self.floors.passage)
        scores[0] += _FIRST_PASSAGE_BONUS
        likely = np.flatnonzero(scores >= scores.max() - _PASSAGE_TOLERANCE)
        return sorted(likely.tolist(), key=lambda passage: -float(scores[passage]))

    def _candidates(
        self,
        vector: np.ndarray,
        holders: np.ndarray,
        held: np.ndarray,
        exact: frozenset[int],
        hidden: frozenset[int],
    ) -> np.ndarray:
        fields = (self.index.phrasing, self.index.passage, self.index.whole)
        near = [field.nearest(vector, _CANDIDATES, hidden)[1] for field in fields]
        shown = ~np.isin(holders, list(hidden)) if hidden else slice(None)
        by_words = holders[shown][np.argsort(-held[shown], kind="stable")[:_CANDIDATES]]
        return np.unique(np.concatenate([*near, by_words, np.fromiter(exact - hidden, dtype=np.int64)]))

    def _similarities(self, vector: np.ndarray, articles: np.ndarray, hidden_row: int | None) -> np.ndarray:
        index, floors = self.index, self.floors
        phrasing = _above(self._phrasing(vector, articles, hidden_row), floors.phrasing)
        passage = _above(index.passage.best(vector, articles), floors.passage)
        whole = _above(index.whole.best(vector, articles), floors.whole)
        return np.stack((phrasing, passage, whole), axis=1)

    def _phrasing(self, vector: np.ndarray, articles: np.ndarray, hidden_row: int | None) -> np.ndarray:
        """How near the phrasings of articles are, as similarities."""
        sharpness = self.index.manner.sharpness
        if sharpness is None:
            return self.index.phrasing.best(vector, articles, hidden_row)
        return self.index.phrasing.near(vector, articles, sharpness / (1 - self.floors.phrasing), hidden_row)


def _above(similarities: np.ndarray, floor: float) -> np.ndarray:
    return np.asarray((similarities - floor) / (1 - floor))
