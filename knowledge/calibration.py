"""When to answer, when to ask back and when to say that we do not know.

Calibrated when an index is built, on the articles' own alternative questions: each is asked once with itself hidden
(it has an answer) and once with its whole article hidden (it has none). The pair of limits that serves shoppers best
is kept; what serves them is written below as gains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

import numpy as np

from knowledge.search import Hit, Question, Search

Outcome = Literal["answered", "asked_back", "unanswered"]

_WITH_ANSWER = 0.75  # share of questions taken to have an answer; left-out articles' questions are the hard others
_RIGHT, _WRONG = 1.0, -1.0
_HELPFUL_PAIR, _USELESS_PAIR = 0.5, -0.5  # asking back with, and without, the right article among the two
_MOST_QUESTIONS = 500
_MARGINS = np.linspace(0.0, 0.2, 41)
_ALIKE = 0.01
"""Thresholds that gain so little less than the best count as good: the best alone jumps with the last digit of a
similarity, the middle of them all does not."""


class Scored(Protocol):
    """Anything found, with its scores; ``knowledge.search.Hit`` is one."""

    @property
    def score(self) -> float:
        """About 0 for an unrelated article and 1 for the very phrasing."""

    @property
    def rank_score(self) -> float:
        """What things found are sorted by."""


@dataclass(frozen=True)
class Calibration:
    """The two limits, and how they fared in the trial they were chosen by."""

    threshold: float  # below this score nothing is answered
    margin: float  # this close or closer, the two best articles are both offered
    questions: int = 0
    hit_at_1: float = 0.0
    answered_right: float = 0.0  # shares of the questions that have an answer
    answered_wrong: float = 0.0
    asked_back: float = 0.0
    left_out_unanswered: float = 0.0  # share of the questions whose article was hidden

    def outcome(self, hits: Sequence[Scored]) -> Outcome:
        """What to do with hits, best first."""
        if not hits or hits[0].score < self.threshold:
            return "unanswered"
        if len(hits) > 1 and hits[0].rank_score - hits[1].rank_score <= self.margin:
            return "asked_back"
        return "answered"

    def as_dict(self) -> dict[str, float]:
        """For the manifest."""
        return asdict(self)


# Where there is nothing to learn from: in the middle of what calibration gives with real articles.
UNCALIBRATED = Calibration(threshold=0.25, margin=0.05)


@dataclass(frozen=True)
class _Trial:
    """Arrays with one element a question."""

    top: np.ndarray
    gap: np.ndarray
    is_right: np.ndarray
    in_pair: np.ndarray

    @classmethod
    def of(cls, rankings: Sequence[Sequence[Hit]], articles: Sequence[int]) -> _Trial:
        pairs = [[(hit.article, hit.score) for hit in hits[:2]] + [(-1, -1.0)] * 2 for hits in rankings]
        return cls(
            top=np.array([pair[0][1] for pair in pairs]),
            gap=np.array([pair[0][1] - pair[1][1] for pair in pairs]),
            is_right=np.array([pair[0][0] == own for pair, own in zip(pairs, articles, strict=True)]),
            in_pair=np.array([own in (pair[0][0], pair[1][0]) for pair, own in zip(pairs, articles, strict=True)]),
        )

    def decide(self, threshold: float, margin: float) -> tuple[np.ndarray, np.ndarray]:
        """Which questions are answered, and which are asked back."""
        known, near = self.top >= threshold, self.gap <= margin
        return known & ~near, known & near

    def gain(self, threshold: float, margin: float) -> float:
        """What a question gains on average."""
        answered, asked = self.decide(threshold, margin)
        answers = np.where(self.is_right, _RIGHT, _WRONG) * answered
        pairs = np.where(self.in_pair, _HELPFUL_PAIR, _USELESS_PAIR) * asked
        return float((answers + pairs).mean())


def calibrate(search: Search) -> Calibration:
    """Choose the limits for a search by its own articles' questions."""
    rows, owners = own_questions(search)
    if len(search.index.entries) < 2 or not rows:
        return UNCALIBRATED
    present = [search.find(as_asked(search, row), hidden_row=row) for row in rows]
    left_out = [[hit for hit in hits if hit.article != own] for hits, own in zip(present, owners, strict=True)]
    return _choose(_Trial.of(present, owners), _Trial.of(left_out, [-2] * len(rows)))


def as_asked(search: Search, row: int) -> Question:
    """A phrasing as if somebody asked it."""
    vector = search.index.phrasing.vectors(np.array([row]))[0]
    return Question(search.index.phrasing_texts[row], vector)


def own_questions(search: Search) -> tuple[list[int], list[int]]:
    """Rows of alternative questions (not titles, the first row of each article) and their articles; evenly thinned."""
    starts = search.index.phrasing.starts
    pairs = [(row, own) for own in range(len(starts) - 1) for row in range(starts[own] + 1, starts[own + 1])]
    step = max(1, -(-len(pairs) // _MOST_QUESTIONS))
    return [row for row, _ in pairs[::step]], [own for _, own in pairs[::step]]


def _choose(present: _Trial, left_out: _Trial) -> Calibration:
    tops = np.unique(np.concatenate((present.top, left_out.top)).round(3))
    thresholds = (tops[1:] + tops[:-1]) / 2 if len(tops) > 1 else tops

    def gain(limits: tuple[float, float]) -> float:
        return _WITH_ANSWER * present.gain(*limits) + (1 - _WITH_ANSWER) * left_out.gain(*limits)

    gains = np.array([[gain((float(t), float(m))) for t in thresholds] for m in _MARGINS])
    row = int(gains.max(axis=1).argmax())  # of equally good margins the smallest: asking back costs a turn
    alike = gains[row] >= gains[row].max() - _ALIKE
    threshold, margin = float(thresholds[alike].mean()), float(_MARGINS[row])
    answered, asked = present.decide(threshold, margin)
    return Calibration(
        threshold=threshold,
        margin=margin,
        questions=len(present.top),
        hit_at_1=_share(present.is_right),
        answered_right=_share(answered & present.is_right),
        answered_wrong=_share(answered & ~present.is_right),
        asked_back=_share(asked),
        left_out_unanswered=_share(left_out.top < threshold),
    )


def _share(flags: np.ndarray) -> float:
    return round(float(flags.mean()), 4)
