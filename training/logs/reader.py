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
from shop.tables import DataSetVersion, ModelVersion, TrainingRun
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

    def __init__(self, served: Path, data: Path = NLU) -> None:
        """``data`` is the folder of training files that the model learned from."""
        self.served, self._data = served, data
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
                if make and any(self._data.glob("*.yml")):
                    self._examples = examples_of(self.model, self.served, self._data)
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
    served, data = _champion(database, settings) or (newest_served(settings.state_dir), NLU)
    with _opening:
        return _open(served, data)


@lru_cache(maxsize=2)
def _open(served: Path, data: Path) -> Reader:
    return Reader(served, data)


def _champion(database: Database, settings: Settings) -> tuple[Path, Path] | None:
    """Its served folder, and the training split of the data set that it learned from, else the tree's files."""
    query = (
        select(ModelVersion.trained_in, DataSetVersion.folder)
        .outerjoin(TrainingRun, TrainingRun.model_version_id == ModelVersion.id)
        .outerjoin(DataSetVersion, DataSetVersion.id == TrainingRun.data_set_version_id)
        .where(ModelVersion.state == "champion")
        .order_by(TrainingRun.id.desc())
    )
    try:
        with database.read() as unit:
            found = unit.session.execute(query.limit(1)).first()
    except SQLAlchemyError:  # not migrated yet
        return None
    if found is None or not (settings.state_dir / found.trained_in / "served").is_dir():
        return None
    data = settings.state_dir / found.folder / "train" if found.folder else NLU
    return settings.state_dir / found.trained_in / "served", data if data.is_dir() else NLU
