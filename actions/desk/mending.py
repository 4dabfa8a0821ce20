"""Typing errors in the words that tell a change: "retrun", "excahnge", "adress"."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from actions.desk.words import word_list
from actions.turn import Turn
from language.clauses import split

_WORD = re.compile(r"[a-z]{5,}", re.I)
#: From so many letters on, two slips are taken for the same word.
_LONG = 8


def mended(turn: Turn) -> Turn:
    """The turn with what is misspelt in it put right, its clauses cut anew where that changed something."""
    if not turn.text or mend(turn.text) == turn.text:
        return turn
    clauses = []
    for clause in turn.clauses or [{**turn.request, "lead": "", "asks": False}]:
        text = mend(clause["text"])
        spans = split(text) if text != clause["text"] else [(0, len(text))]
        clauses += [{**clause, "text": text[start:end]} for start, end in spans]
    return turn.for_request({"text": mend(turn.text), "clauses": clauses, "whole": turn.whole_text})


def mend(text: str) -> str:
    """A text with misspelt words of the desk written right."""
    return _WORD.sub(lambda match: _right(match[0].lower()) or match[0], text)


@lru_cache(maxsize=4096)
def _right(word: str) -> str:
    """The word of the desk that is meant; empty for a word that is right as it is, or means another."""
    known = word_list("misspelt")
    if word in word_list("right") or any(word.startswith(each) for each in known):
        return ""
    slips = 2 if len(word) >= _LONG else 1
    near = {each: OSA.distance(word, each, score_cutoff=slips) for each in known if each[0] == word[0]}
    best = min(near, key=lambda each: near[each], default="")
    return best if best and near[best] <= slips else ""
