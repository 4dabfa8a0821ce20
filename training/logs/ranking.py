"""In which order messages are shown: those that tell most about all that is waiting, and unlike what is known."""

from __future__ import annotations

import heapq

import numpy as np

SHARPNESS = 8
"""Power of the cosine similarity: how near a message must be for another to stand for it. Measured by
``benchmarks.label_efficiency``: with 4 and 16 the same accuracy takes more labels."""
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
    near = _sharp(vectors @ vectors.T)
    covered = np.zeros(len(vectors), dtype=np.float32)
    if known is not None and len(known):
        covered = _sharp(vectors @ known.T).max(axis=1)
    weights = worth.astype(np.float32)
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


def _sharp(similarities: np.ndarray) -> np.ndarray:
    sharp: np.ndarray = np.clip(similarities, 0.0, 1.0).astype(np.float32) ** SHARPNESS
    return sharp


def _gains(near: np.ndarray, covered: np.ndarray, weights: np.ndarray) -> list[float]:
    """What each message alone would stand for."""
    found: list[float] = []
    for start in range(0, len(near), _COLUMNS_AT_ONCE):
        found += (np.maximum(near[start : start + _COLUMNS_AT_ONCE] - covered, 0.0) @ weights).tolist()
    return found
