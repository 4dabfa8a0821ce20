"""Which messages say the same, so that they are labelled together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ALIKE = 0.85
"""Likeness, 0 for unrelated and 1 for the same, that puts a message into a group."""


def assign(
    vectors: np.ndarray, kinds: Sequence[str], leaders: np.ndarray, leader_kinds: Sequence[str], alike: float
) -> list[int]:
    """The leader (a row of ``leaders``, then of ``vectors`` counted on) of each message; itself where none is alike.

    Leader clustering: a message joins the most similar leader of its kind with a similarity of at least ``alike``,
    and leads a group of its own otherwise. Groups therefore stay as they are while messages are added.
    """
    known, known_kinds = leaders, list(leader_kinds)
    numbers = list(range(len(leaders)))
    found = []
    for row, (vector, kind) in enumerate(zip(vectors, kinds, strict=True)):
        best, similarity = -1, alike
        if len(known):
            similarities = np.where([each == kind for each in known_kinds], known @ vector, -1.0)
            best = int(similarities.argmax())
            similarity = float(similarities[best])
        if best >= 0 and similarity >= alike:
            found.append(numbers[best])
            continue
        found.append(len(leaders) + row)
        known = vector[None] if not len(known) else np.concatenate([known, vector[None]])
        known_kinds.append(kind)
        numbers.append(len(leaders) + row)
    return found
