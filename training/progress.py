"""How far a fine-tuning is: a line for each step, in the file that the environment names.

The training runs deep inside ``rasa train``, in a process of its own; whoever started that process reads the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

VARIABLE = "AISLE_PROGRESS_FILE"

Report = Callable[[int, int, float], None]
"""Hears of a step that was done: its number, from 1; how many there are; its loss."""


@dataclass(frozen=True)
class Progress:
    """How far a training is."""

    done: int = 0
    total: int = 0
    loss: tuple[tuple[int, float], ...] = ()
    """(step, loss) of every step done so far."""


def unheard(done: int, total: int, loss: float) -> None:
    """Where nobody wants to know."""


def to_environment() -> Report:
    """What writes into the file that the environment names; where it names none, nothing is written."""
    named = os.environ.get(VARIABLE)
    return partial(_append, Path(named)) if named else unheard


def read(path: Path) -> Progress:
    """What was written so far. A training that begins again, at step 1, makes what was before it void."""
    lines: list[tuple[int, int, float]] = []
    with suppress(FileNotFoundError), path.open(encoding="utf-8") as file:
        for line in file:
            if not line.endswith("\n"):  # being written
                break
            done, total, loss = json.loads(line)
            if done == 1:
                lines.clear()
            lines.append((done, total, loss))
    if not lines:
        return Progress()
    return Progress(lines[-1][0], lines[-1][1], tuple((done, loss) for done, _, loss in lines))


def _append(path: Path, done: int, total: int, loss: float) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps([done, total, round(loss, 5)]) + "\n")
