"""In which order messages are shown: what is worth a look first, unlike what was shown or labelled before."""

from __future__ import annotations

import numpy as np

RANKED = 1_000
"""How many are put in order one by one; the rest follow by worth alone."""


def order(vectors: np.ndarray, worth: np.ndarray, known: np.ndarray | None = None) -> np.ndarray:
    """Places (n,) of messages, the first to be shown first.

    ``vectors`` is (n, hidden), rows of length 1; ``worth`` is (n,), between 0 and 1; ``known`` is (m, hidden), what
    is labelled already. Each next message has the highest worth times distance to the nearest of those before it and
    of the known ones: k-center (Sener and Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set
    Approach", ICLR 2018) weighted by uncertainty.
    """
    if len(vectors) != len(worth):
        raise ValueError(f"as many vectors as worths are needed, got {len(vectors)} and {len(worth)}")
    distances = np.ones(len(vectors), dtype=np.float32)
    if known is not None and len(known):
        distances = 1.0 - (vectors @ known.T).max(axis=1)
    waiting = np.ones(len(vectors), dtype=bool)
    chosen: list[int] = []
    for _ in range(min(RANKED, len(vectors))):
        scores = np.where(waiting, worth * np.maximum(distances, 1e-6), -1.0)
        best = int(scores.argmax())
        chosen.append(best)
        waiting[best] = False
        distances = np.minimum(distances, 1.0 - vectors @ vectors[best])
    rest = np.flatnonzero(waiting)
    return np.concatenate([np.array(chosen, dtype=int), rest[np.argsort(-worth[rest], kind="stable")]]).astype(int)
