"""Embeddings as the database holds them: float16, little-endian, rows of length 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_STORED = np.dtype("<f2")


def to_bytes(vector: np.ndarray) -> bytes:
    """One embedding (hidden,) for a column."""
    return vector.astype(_STORED).tobytes()


def from_bytes(stored: Sequence[bytes]) -> np.ndarray:
    """float32 (n, hidden) of columns that one model wrote, rows of length 1 again."""
    rows = np.array([np.frombuffer(each, dtype=_STORED) for each in stored], dtype=np.float32)
    if rows.size == 0:
        return rows.reshape(0, 0)
    lengths: np.ndarray = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: np.ndarray = rows / np.maximum(lengths, 1e-9)
    return scaled
