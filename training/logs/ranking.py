"""In which order messages are shown: those that tell most about all that is waiting, and unlike what is known."""

from __future__ import annotations

import heapq

import numpy as np

SHARPNESS = 4
"""Power of the likeness: how near a message must be for another to stand for it. With 3, 4 and 6
``benchmarks.label_efficiency`` gives about the same; with 2 or 16 it takes more labels."""
EMPHASIS = 3
"""Power of the worth: how much more a message that needs a look counts than one that hardly does. Chosen on parts of
training pools and on CLINC150's validation part; see benchmarks/README.md, Labels."""
_COLUMNS_AT_ONCE = 256


def order(vectors: np.ndarray, worth: np.ndarray, known: np.ndarray | None = None, count: int = 0) -> np.ndarray:
    """Places of messages, the first to be shown first; all of them, or the first ``count``.

    ``vectors`` is (n, hidden), rows of length 1; ``worth`` is (n,), 0 or more: how much each needs a look; ``known`` is
    (m, hidden), what is labelled already. Each next message is the one that stands for most of what is worth a look
    and that none before it stands for: facility location weighted by uncertainty (Wei, Iyer and Bilmes, "Submodularity
    in Data Subset Selection and Active Learning", ICML 2015), found greedily and lazily (Minoux 1978). Takes n * n
    numbers of memory.
    """
    if len(vectors) != len(worth):
        raise ValueError(f"as many vectors as worths are needed, got {len(vectors)} and {len(worth)}")
    if len(vectors) == 0:
        return np.empty(0, dtype=int)
    near = (vectors @ vectors.T).astype(np.float32)
    unrelated = min(float((near.sum() - len(near)) / max(1, len(near) * (len(near) - 1))), 0.95)
    near = _sharp(near, unrelated)
    covered = np.zeros(len(vectors), dtype=np.float32)
    if known is not None and len(known):
        covered = _sharp(vectors @ known.T, unrelated).max(axis=1)
    weights = worth.astype(np.float32) ** EMPHASIS
    heap = [(-gain, place) for place, gain in enumerate(_gains(near, covered, weights))]
    heapq.heapify(heap)
    chosen: list[int] = []
    while heap and len(chosen) < (count or len(vectors)):
        _, place = heapq.heappop(heap)
        gain = float(weights @ np.maximum(near[place] - covered, 0.0))
        if heap and gain < -heap[0][0] - 1e-6:
            heapq.heappush(heap, (-gain, place))
            continue
        chosen.append(place)
        covered = np.maximum(covered, near[place])
    return np.array(chosen, dtype=int)


def _sharp(similarities: np.ndarray, unrelated: float) -> np.ndarray:
    """0 for what two messages have in common on average, 1 for the same, falling off steeply in between."""
    sharp: np.ndarray = np.clip((similarities - unrelated) / (1.0 - unrelated), 0.0, 1.0).astype(np.float32)
    return sharp**SHARPNESS


def _gains(near: np.ndarray, covered: np.ndarray, weights: np.ndarray) -> list[float]:
    """What each message alone would stand for."""
    found: list[float] = []
    for start in range(0, len(near), _COLUMNS_AT_ONCE):
        found += (np.maximum(near[start : start + _COLUMNS_AT_ONCE] - covered, 0.0) @ weights).tolist()
    return found
