"""Python's garbage collector in processes that load much once and then serve."""

from __future__ import annotations

import gc


def keep_loaded() -> None:
    """Keep the collector from all that was loaded so far.

    A full collection walks through every object that stays: catalogue, index, in Rasa all of TensorFlow; that takes a
    tenth of a second and more in the middle of somebody's turn. What is replaced later is freed all the same, unless
    it lies in a cycle.
    """
    gc.collect()
    gc.freeze()
