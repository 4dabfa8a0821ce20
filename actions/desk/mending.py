"""Typing errors in the words that tell a change: "retrun", "excahnge", "adress"."""

from __future__ import annotations

from functools import lru_cache

from actions.desk.words import word_list
from actions.turn import Turn
from language.clauses import split
from language.spelling import Spelling


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
    return _spelling().mend(text)


@lru_cache(maxsize=1)
def _spelling() -> Spelling:
    return Spelling(word_list("misspelt"), word_list("right"))
