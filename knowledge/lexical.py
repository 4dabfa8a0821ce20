"""Search by words: BM25 over stems in English and pairs of characters in Chinese.

The formula is Lucene's (Robertson and Zaragoza 2009, with an inverse document frequency that is never negative),
kept as lists of postings so that a query reads only the entries that hold its words.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import snowballstemmer

_K1, _B = 1.2, 0.75
_CHINESE_RUN = re.compile(r"[\u3400-\u9fff]+")
_LATIN_WORD = re.compile(r"[a-z0-9]+(?:[.'][a-z0-9]+)*")
_STOP_WORDS = frozenset(
    "a about am an and any are as at be been but by can could did do does for from get got had has have how i i'd "
    "i'll i'm i've if in is it it's its me my no not of on or our please so that the their them there they this to "
    "was we were what what's when where which who will with would you your".split()
)


def tokens(text: str) -> list[str]:
    """The words of a text as BM25 counts them; English stop words are left out unless nothing else is there."""
    lowered = text.lower().replace("’", "'")
    words = _LATIN_WORD.findall(lowered)
    kept = [word for word in words if word not in _STOP_WORDS]
    pairs = [pair for run in _CHINESE_RUN.findall(lowered) for pair in _pairs(run)]
    return [_stem(word) for word in (kept or ([] if pairs else words))] + pairs


class WordIndex:
    """BM25 over texts, their places in the list being their numbers."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(tokens(text)) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
        self._size = len(texts)
        self._norms = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0)) if counts else lengths
        self._rarity_of_unknown = self._rarity(0)
        postings: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for number, count in enumerate(counts):
            for token, times in count.items():
                postings[token][0].append(number)
                postings[token][1].append(times)
        self._postings = {token: self._weighed(*lists) for token, lists in postings.items()}

    def scores(self, query: str) -> np.ndarray:
        """How much of the query each text holds, in 0..1; float32 of shape (number of texts,).

        BM25 divided by the most it could be for this query, words that no text holds included: a query that is
        mostly about something else scores low everywhere.
        """
        found = np.zeros(self._size, dtype=np.float32)
        most = 0.0
        for token in set(tokens(query)):
            numbers, weights, rarity = self._postings.get(token, (None, None, self._rarity_of_unknown))
            most += rarity * (_K1 + 1)
            if numbers is not None:
                found[numbers] += weights
        return found / most if most else found

    def _weighed(self, numbers: list[int], times: list[int]) -> tuple[np.ndarray, np.ndarray, float]:
        rows, often = np.array(numbers), np.array(times, dtype=np.float32)
        rarity = self._rarity(len(numbers))
        return rows, rarity * often * (_K1 + 1) / (often + self._norms[rows]), rarity

    def _rarity(self, holders: int) -> float:
        return math.log(1 + (self._size - holders + 0.5) / (holders + 0.5))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))
