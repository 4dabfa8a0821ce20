"""Which examples are trained on, calibrated on and tested on: by conversation and near-duplicate, and for good.

All messages of a conversation are in one split, by the hash of its id, so that a set which grows moves nothing. Of
near-duplicates in different splits only the side with the stronger claim is kept: short messages (yes, hello) are in
so many conversations that keeping those together instead would leave one split.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.data_sets.examples import DataExample
from training.data_sets.near_duplicates import normalise, pairs

TEST_SHARE = 0.15
VALIDATION_SHARE = 0.10

_FIRM = ("regression", "train", "test", "validation")
"""Splits that examples come with, the strongest claim first: the frozen set stays whole, and what the tree trains on
was trained on."""
_BY_CONVERSATION = ("train", "validation", "test")


@dataclass(frozen=True)
class LeftOut:
    """An example that no split takes, and why."""

    example: DataExample
    why: str


def split(examples: Sequence[DataExample]) -> tuple[list[DataExample], list[LeftOut]]:
    """(examples with their split, what is left out), each in the order given.

    Examples that come with a split keep it; the others get that of their conversation.
    """
    placed = [each if each.split else replace(each, split=_of_conversation(each)) for each in examples]
    claims = [_claim(example, bool(given.split)) for example, given in zip(placed, examples, strict=True)]
    alike: dict[int, list[int]] = defaultdict(list)
    for first, second, _ in pairs([example.text for example in placed]):
        alike[first].append(second)
        alike[second].append(first)
    kept: set[int] = set()
    left_out: dict[int, LeftOut] = {}
    for place in sorted(range(len(placed)), key=lambda place: (claims[place], place)):
        stronger = {placed[other].split for other in alike[place] if other in kept} - {placed[place].split}
        if stronger:
            left_out[place] = LeftOut(placed[place], f"like an example of {min(stronger)}")
        else:
            kept.add(place)
    return [placed[place] for place in sorted(kept)], [left_out[place] for place in sorted(left_out)]


def _claim(example: DataExample, firm: bool) -> int:
    return _FIRM.index(example.split) if firm else len(_FIRM) + _BY_CONVERSATION.index(example.split)


def _of_conversation(example: DataExample) -> str:
    told = example.conversation or normalise(example.text)
    place = int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big") / 2**64
    if place < TEST_SHARE:
        return "test"
    return "validation" if place < TEST_SHARE + VALIDATION_SHARE else "train"
