"""What a review says of each aspect: its clauses, what each is about, and whether it is praise or blame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from language.understanding import Guess, Understanding, softmax

ASPECTS = ("quality", "fit", "delivery", "price", "service")
_DATA = Path(__file__).with_name("aspects.yml")
_MOST_CLAUSES = 40
_BREAK = re.compile(
    r"[.!?;。！？；…~\n]+|[,，、:：]|\s+(?=(?:but|although|though|however|yet|whereas|while|except)\b)"
    r"|\s+(?=and (?:the|it|its|i|they|my|delivery|shipping|service|arrived|came)\b)"
    r"|(?=但是|但|不过|可是|就是(?!说)|只是|然而|而且)",
    re.I,
)
_NUMBER = re.compile(r"\d[.,]\d")


@dataclass(frozen=True)
class Remark:
    """A clause of a review, ``review[start:end]``, the aspects that it is about, and its sentiment."""

    text: str
    start: int
    end: int
    aspects: tuple[str, ...]
    sentiment: Guess


@dataclass(frozen=True)
class AspectSentiment:
    """What a review says of one aspect: the mean over its remarks."""

    aspect: str
    sentiment: Guess
    remarks: list[Remark]


def read_review(model: Understanding, text: str) -> list[AspectSentiment]:
    """The aspects that a review speaks of, in the order of ``ASPECTS``; remarks on none of them are left out."""
    remarks, chances = [], []
    for start, end in split_into_clauses(text)[:_MOST_CLAUSES]:
        aspects = aspects_of(text[start:end])
        if aspects:
            # One by one: in a batch the quantised model would see each clause through the scale of all the others.
            likely = softmax(model.outputs([text[start:end]]).sentiment[0])
            remarks.append(Remark(text[start:end], start, end, aspects, _likeliest(model, likely)))
            chances.append(likely)
    found = []
    for aspect in ASPECTS:
        rows = [row for row, remark in enumerate(remarks) if aspect in remark.aspects]
        if rows:
            mean = np.mean([chances[row] for row in rows], axis=0)
            found.append(AspectSentiment(aspect, _likeliest(model, mean), [remarks[row] for row in rows]))
    return found


def split_into_clauses(text: str) -> list[tuple[int, int]]:
    """(start, end) of the clauses: between marks, and before "but", "and the ...", 但是, 不过 and the like."""
    protected = _NUMBER.sub("000", text)
    edges = [0, *(edge for match in _BREAK.finditer(protected) for edge in match.span()), len(text)]
    clauses = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        stripped = text[start:end].strip()
        if stripped:
            begin = text.index(stripped, start)
            clauses.append((begin, begin + len(stripped)))
    return clauses


def aspects_of(clause: str) -> tuple[str, ...]:
    """The aspects whose words a clause holds. "Quality" counts only where no other does: it is the widest."""
    found = [aspect for aspect, pattern in _patterns().items() if pattern.search(clause)]
    others = [aspect for aspect in found if aspect != "quality"]
    return tuple(others or found)


def _likeliest(model: Understanding, chances: np.ndarray) -> Guess:
    best = int(chances.argmax())
    return Guess(model.sentiments[best], float(chances[best]))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = yaml.safe_load(_DATA.read_text("utf-8"))
    return {
        aspect: re.compile(rf"\b(?:{'|'.join(words[aspect]['en'])})\b|{'|'.join(words[aspect]['zh'])}", re.I | re.A)
        for aspect in ASPECTS
    }
