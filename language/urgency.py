"""Whether a shopper is in a hurry, or angry: two scores, each the sum of signs that can be shown.

The signs are words of ``urgency.yml``, capitals and repeated marks, the sentiment head's "negative", and what the
whole message means: a direction in the model's embedding. ``training.urgency`` fits how much each of them weighs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from language.patterns import narrow

MOODS = ("urgency", "anger")
COMPUTED_SIGNS = ("negative", "marks", "capitals")
"""Signs that are no words."""
MEANING = "meaning"
_DATA = Path(__file__).with_name("urgency.yml")
_NOT_MEANT = "not_meant"
_LONGEST = 2000
"""Characters that are searched; what a shopper wants is said by then."""
_MARKS = re.compile(r"[!?]{2,}|![^!]{0,80}![^!]{0,80}!")
_WORD = re.compile(r"[A-Za-z']{2,}")
_SHOUTED_WORDS = 3
_STRENGTHS = (1.0, 1.5)
"""Of a sign found once, and more often."""


@dataclass(frozen=True)
class Weights:
    """What makes one score, in log-odds."""

    base: float
    """Of an ordinary message without any sign."""
    signs: dict[str, float]
    """Of each sign at strength 1."""
    meaning: list[float]
    """A direction in the embedding, (hidden,)."""
    usual_meaning: float
    """How far along that direction an ordinary message lies; only what is beyond it speaks."""


@dataclass(frozen=True)
class Sign:
    """Something that speaks for a score (or against it, below zero): its weight in log-odds, and where it stands."""

    name: str
    weight: float
    found: str = ""


@dataclass(frozen=True)
class Signal:
    """How likely it is, between 0 and 1, and the signs that made it so, strongest first."""

    score: float
    signs: list[Sign]


def read_moods(
    text: str, sentiment: Mapping[str, float], embedding: np.ndarray, moods: Mapping[str, Weights]
) -> tuple[Signal, Signal]:
    """(urgency, anger) of a message.

    ``sentiment`` are the probabilities of the labels, ``embedding`` (hidden,). Without weights, which a model has
    from its training, and for a blank text both are 0.
    """
    if not moods or not text.strip():
        return Signal(0.0, []), Signal(0.0, [])
    signs = find_signs(text, sentiment)
    urgency, anger = (_signal(signs, moods[name], embedding) for name in MOODS)
    return urgency, anger


def signs_of(mood: str) -> list[str]:
    """The names of the signs that count for a mood."""
    names: list[str] = _data()["moods"][mood]
    return names


def find_signs(text: str, sentiment: Mapping[str, float]) -> dict[str, tuple[float, str]]:
    """(strength, where it was found) of every sign present."""
    searched = narrow(text[:_LONGEST]).replace("’", "'")
    loudness = 1.0 - sentiment.get("positive", 0.0)
    signs = {"negative": (sentiment.get("negative", 0.0), "")}
    if marks := _MARKS.search(searched):
        signs["marks"] = (loudness, marks[0])
    if capitals := _capitals(searched):
        signs["capitals"] = (loudness * capitals, "")
    patterns = dict(_patterns())
    searched = patterns.pop(_NOT_MEANT).sub(lambda found: " " * len(found[0]), searched)
    for name, pattern in patterns.items():
        if matches := [match[0] for match in islice(pattern.finditer(searched), len(_STRENGTHS))]:
            signs[name] = (_STRENGTHS[len(matches) - 1], ", ".join(matches))
    return signs


def _signal(signs: Mapping[str, tuple[float, str]], weights: Weights, embedding: np.ndarray) -> Signal:
    found = [
        Sign(name, weights.signs[name] * strength, where)
        for name, (strength, where) in signs.items()
        if name in weights.signs
    ]
    found.append(Sign(MEANING, float(embedding @ np.asarray(weights.meaning)) - weights.usual_meaning))
    total = weights.base + sum(sign.weight for sign in found)
    return Signal(1.0 / (1.0 + exp(-total)), sorted(found, key=lambda sign: -abs(sign.weight)))


def _capitals(text: str) -> float:
    """The share of shouted words, of three words or more; single ones are sizes, brands and plugs."""
    words = _WORD.findall(text)
    shouted = [word for word in words if word.isupper()]
    return len(shouted) / len(words) if len(shouted) >= _SHOUTED_WORDS else 0.0


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(_DATA.read_text("utf-8"))
    return data


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"\b(?:{'|'.join(words['en'])})(?!\w)|{'|'.join(words['zh'])}", re.I | re.A)
        for name, words in _data()["signs"].items()
    }
