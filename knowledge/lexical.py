"""Search by words: BM25 over stems in English and, in Chinese, over characters and pairs of them.

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
_TOO_COMMON = 20_000  # texts; adding so many up takes about a millisecond
_CHINESE_RUN = re.compile(r"[\u3400-\u9fff]+")
_LATIN_WORD = re.compile(r"[a-z0-9]+(?:[.'][a-z0-9]+)*")
_STOP_WORDS = frozenset(
    "a about am an and any are as at be been but by can could did do does for from get got had has have how i i'd "
    "i'll i'm i've if in is it it's its me my no not of on or our please so that the their them there they this to "
    "was we were what what's when where which who will with would you your".split()
)
# Characters that build the sentence and say nothing of its subject; of pairs only those of two such are left out.
_STOP_CHARACTERS = frozenset("的了吗呢吧啊么我你您们是在有能可以怎样什这那个就要会和与不都也还给把被到")


def tokens(text: str) -> list[str]:
    """The words of a text as BM25 counts them; stop words and characters are left out unless nothing else is there."""
    lowered = text.lower().replace("’", "'")
    words = _LATIN_WORD.findall(lowered)
    chinese = [token for run in _CHINESE_RUN.findall(lowered) for token in _characters_and_pairs(run)]
    kept = [_stem(word) for word in words if word not in _STOP_WORDS]
    kept += [token for token in chinese if not _STOP_CHARACTERS.issuperset(token)]
    return kept or [_stem(word) for word in words] + chinese


class WordIndex:
    """BM25 over texts, their places in the list being their numbers; or over what owns them."""

    def __init__(
        self, texts: Sequence[str], like: WordIndex | None = None, owners: Sequence[int] | np.ndarray | None = None
    ) -> None:
        """With ``like`` words are as rare as in that index, so that scores of both may be compared.

        With ``owners``, one number a text, these are what is found, and each word counts as in the text of the owner
        that holds most of it: the words of a query need not lie in one text.
        """
        counts = [Counter(tokens(text)) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
        self.size: int = like.size if like else len(texts)
        self._mean_length: float = like._mean_length if like else max(float(lengths.mean()), 1.0) if counts else 1.0
        self._norms = self._norm(lengths)
        postings: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for number, count in enumerate(counts):
            for token, times in count.items():
                postings[token][0].append(number)
                postings[token][1].append(times)
        own = {} if like else {token: self._rarity(len(held[0])) for token, held in postings.items()}
        self._rarities: dict[str, float] = like._rarities if like else own
        self._owners = None if owners is None else np.asarray(owners, dtype=np.int64)
        self._postings = {token: self._weighed(token, *lists) for token, lists in postings.items()}

    def matches(self, query: str) -> tuple[np.ndarray, np.ndarray]:
        """The texts (or owners) that hold words of the query, by number, and how much of it each, in 0..1 (float32).

        BM25 divided by the most it could be for this query, words that no text holds included: a query that is
        mostly about something else scores low everywhere. Words that tens of thousands of texts hold tell nothing
        and are passed over while there are rarer ones.
        """
        asked = set(tokens(query))
        held = [self._postings[token] for token in asked if token in self._postings]
        telling = [lists for lists in held if len(lists[0]) <= _TOO_COMMON] or sorted(held, key=lambda x: len(x[0]))[:1]
        if not telling:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        numbers, inverse = np.unique(np.concatenate([lists[0] for lists in telling]), return_inverse=True)
        weights = np.bincount(inverse, np.concatenate([lists[1] for lists in telling]), len(numbers))
        return numbers, (weights / self._most(asked)).astype(np.float32)

    def score(self, query: str, texts: Sequence[str]) -> float:
        """How much of the query an owner of texts holds, in 0..1, as ``matches`` would say if it were in the index."""
        asked = set(tokens(query))
        held = dict.fromkeys(asked, 0.0)
        for count in (Counter(tokens(text)) for text in texts):
            norm = self._norm(np.array(sum(count.values())))
            for token in asked & count.keys():
                held[token] = max(held[token], float(self._weight(token, np.array(count[token]), norm)))
        return sum(held.values()) / self._most(asked) if asked else 0.0

    def _most(self, asked: set[str]) -> float:
        return sum(self._rarity_of(token) for token in asked) * (_K1 + 1)

    def _norm(self, lengths: np.ndarray) -> np.ndarray:
        return np.asarray(_K1 * (1 - _B + _B * lengths / self._mean_length))

    def _weight(self, token: str, often: np.ndarray, norms: np.ndarray) -> np.ndarray:
        return np.asarray(self._rarity_of(token) * often * (_K1 + 1) / (often + norms))

    def _weighed(self, token: str, numbers: list[int], times: list[int]) -> tuple[np.ndarray, np.ndarray]:
        rows = np.array(numbers)
        weights = self._weight(token, np.array(times, dtype=np.float32), self._norms[rows])
        if self._owners is None:
            return rows, weights
        found, places = np.unique(self._owners[rows], return_inverse=True)
        best = np.zeros(len(found), dtype=weights.dtype)
        np.maximum.at(best, places, weights)
        return found, best

    def _rarity_of(self, token: str) -> float:
        return self._rarities.get(token) or self._rarity(0)

    def _rarity(self, holders: int) -> float:
        return math.log(1 + (self.size - holders + 0.5) / (holders + 0.5))


def _characters_and_pairs(run: str) -> list[str]:
    return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]


@lru_cache(maxsize=1)
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))
