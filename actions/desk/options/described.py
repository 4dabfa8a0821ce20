"""Which of several variants a mention singles out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.desk.options.reading import Reading, read
from actions.desk.options.roles import EXCLUDE, OLD
from actions.desk.options.scales import PRICE, Pointer, ranks
from actions.desk.options.words import Choice, option_values

_ONE_BEFORE = re.compile(r"\bthe\b|\b(?:that|which) (?:is|was)\b|\bthat's\b")
_ONE_AFTER = re.compile(r"的|那")


def described(text: str, choices: Sequence[Choice]) -> list[Choice]:
    """Which of several variants a mention singles out; all of them when nothing tells them apart."""
    if len(choices) < 2:
        return list(choices)
    reading = read(text, choices)
    left = list(choices)
    for hit in reading.hits:
        if hit.values and _is_old(reading, hit.start):
            refused = reading.cuts.at(hit.start) == EXCLUDE
            left = [c for c in left if (c.options.get(hit.option) in hit.values) != refused] or left
    for pointer in reading.pointers:
        if pointer.kind == "complaint" or not _is_old(reading, pointer.start):
            continue
        if pointer.kind == "most" or _points_at_one(reading, pointer):
            left = _furthest(left, pointer)
    return left


def _is_old(reading: Reading, place: int) -> bool:
    """Whether a place speaks of what the shopper has and not of what is to come in its stead."""
    return not reading.is_marked(place) or reading.cuts.at(place) == OLD


def _points_at_one(reading: Reading, pointer: Pointer) -> bool:
    """Whether a comparative means one of those there are: "the bigger one", not "a bigger one"."""
    before = reading.text[max(0, pointer.start - 24) : pointer.start]
    return bool(_ONE_BEFORE.search(before) or _ONE_AFTER.match(reading.text[pointer.end :]))


def _furthest(choices: list[Choice], pointer: Pointer) -> list[Choice]:
    scale = ranks(option_values(choices).get(pointer.option, ()))
    places = [
        choice.price_cents if pointer.option == PRICE else scale.get(choice.options.get(pointer.option, ""))
        for choice in choices
    ]
    known = [pointer.sign * place for place in places if place is not None]
    if len(known) < len(choices):
        return choices
    return [choice for choice, place in zip(choices, known, strict=True) if place == max(known)]
