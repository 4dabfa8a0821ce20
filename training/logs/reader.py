"""The champion as logs and inbox use it: its model, and the training examples it was made from, embedded."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from language.explaining import TrainingExamples
from language.served import EXAMPLES, newest_served
from language.understanding import Understanding
from shop.errors import BadInput
from shop.settings import Settings
from shop.tables import ModelVersion
from shop.unit_of_work import Database
from training.explain import examples_of
from training.rasa_yaml import NLU

_RARE, _UNCOMMON = 0.02, 0.1
"""Shares of training examples that lie farther from all others than what counts as near the data, and as within it."""
_ENOUGH = 1_000
"""Examples that the measures of likeness are taken from."""

_opening = threading.Lock()


@dataclass(frozen=True)
class Scale:
    """How near is near for one model: cosine similarities."""

    unrelated: float
    """What examples of different intents have on average."""
    near_data: float
    """What all but few training examples have at least with the nearest other one."""
    within_data: float
    """What nine in ten have."""

    def likeness(self, similarity: np.ndarray | float) -> np.ndarray:
        """0 for unrelated, 1 for the same."""
        return np.asarray((similarity - self.unrelated) / (1.0 - self.unrelated))


class Reader:
    """A served model with what goes with it; loaded once for a process."""

    def __init__(self, served: Path) -> None:
        self.served = served
        self.model = Understanding.load(served)
        self.arranged: tuple[Any, ...] | None = None
        """The state of the messages that this process arranged last."""
        self._examples: TrainingExamples | None = None
        self._making = threading.Lock()

    def examples(self, make: bool = True) -> TrainingExamples | None:
        """The training examples' embeddings. Making them takes a minute, once for a model and its data; with ``make``
        False they are given only where they were made already."""
        with self._making:
            if self._examples is None:
                kept = self.served.parent / EXAMPLES
                if make and any(NLU.glob("*.yml")):
                    self._examples = examples_of(self.model, self.served)
                elif kept.is_file():
                    self._examples = TrainingExamples.load(kept)
            return self._examples

    @cached_property
    def scale(self) -> Scale:
        """How near is near, taken from the examples. Raises BadInput where they were not made."""
        if self._examples is None:
            raise BadInput(f"the training examples of {self.served.parent.name} were not embedded yet")
        return measure(self._examples.vectors, self._examples.intents)


def measure(vectors: np.ndarray, intents: list[str]) -> Scale:
    """How near is near among training examples (n, hidden)."""
    chosen = np.random.default_rng(0).permutation(len(vectors))[:_ENOUGH]
    similarities = vectors[chosen] @ vectors.T
    names = np.array(intents)
    others = names[chosen][:, None] != names[None, :]
    unrelated = float(similarities[others].mean()) if others.any() else 0.0
    similarities[np.arange(len(chosen)), chosen] = -1.0
    near, within = np.quantile(similarities.max(axis=1), (_RARE, _UNCOMMON)).tolist()
    return Scale(min(unrelated, 0.95), near, within)


def reader_of(database: Database, settings: Settings) -> Reader:
    """The champion's, or of the model trained last where none was promoted. Raises NotReady where there is none."""
    served = _champion(database, settings) or newest_served(settings.state_dir)
    with _opening:
        return _open(served)


@lru_cache(maxsize=2)
def _open(served: Path) -> Reader:
    return Reader(served)


def _champion(database: Database, settings: Settings) -> Path | None:
    query = select(ModelVersion.trained_in).where(ModelVersion.state == "champion")
    try:
        with database.read() as unit:
            trained_in = unit.session.scalars(query.limit(1)).first()
    except SQLAlchemyError:  # not migrated yet
        return None
    served = settings.state_dir / trained_in / "served" if trained_in else None
    return served if served and served.is_dir() else None
