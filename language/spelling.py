"""Slips of the finger in English words, put right before a model reads a text: "canel my ordr"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{5,}(?![A-Za-z])")
#: From so many letters on, two slips are taken for the same word.
_LONG = 8
#: In words of fewer letters another letter makes another word: "abort", "about".
_SHORT = 6
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "r")


class Spelling:
    """Puts right what is near a taught word and is no word itself."""

    def __init__(self, taught: Sequence[str] = (), known: Iterable[str] = ()) -> None:
        """``taught``: lower-case words of five letters or more, the likelier first; ``known``: words that are right."""
        self._known = frozenset([*taught, *known])
        self._by_first: dict[str, list[str]] = {}
        for word in taught:
            self._by_first.setdefault(word[0], []).append(word)
        self._right = lru_cache(maxsize=4096)(self._nearest)

    def mend(self, text: str) -> str:
        """The text with misspelt words written right, in lower case; the same text where there are none."""
        return _WORD.sub(lambda match: self._right(match[0].lower()) or match[0], text)

    def _nearest(self, word: str) -> str:
        if word in self._known:
            return ""
        slips = 2 if len(word) >= _LONG else 1
        near = {each: OSA.distance(word, each, score_cutoff=slips) for each in self._by_first.get(word[0], ())}
        best = min(near, key=lambda each: near[each], default="")
        if not best or near[best] > slips or _are_forms(word, best) or _is_another(word, best):
            return ""
        return best


def _are_forms(one: str, other: str) -> bool:
    """Whether two words are forms of one: "toasters" is no slip in "toaster"."""
    short, long = sorted((one, other), key=len)
    return any(short + ending == long for ending in _ENDINGS)


def _is_another(one: str, other: str) -> bool:
    """Whether two short words differ by a letter that was not only moved: too many such pairs are both words."""
    return len(one) == len(other) < _SHORT and sorted(one) != sorted(other)
