"""What a step is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shop.settings import Settings
from shop.tables import ModelVersion, TrainingRun
from shop.unit_of_work import Database
from training.models.registry import champion
from training.runs.parameters import RunParameters
from training.runs.queue import StepRecord, get_run, run_folder, steps_of


@dataclass(frozen=True)
class StepContext:
    """One step of one run, in a process of its own."""

    database: Database
    settings: Settings
    run_id: int

    @property
    def folder(self) -> Path:
        """Where the run's files lie."""
        return run_folder(self.settings, self.run_id)

    @property
    def run(self) -> TrainingRun:
        """The run as it is now."""
        with self.database.read() as unit:
            return get_run(unit.session, self.run_id)

    @property
    def parameters(self) -> RunParameters:
        """What the trainer chose."""
        return RunParameters.of(dict(self.run.parameters))

    @property
    def champion(self) -> ModelVersion | None:
        """The model that serves now."""
        with self.database.read() as unit:
            return champion(unit.session)

    def made_by(self, step: str) -> dict[str, Any]:
        """The outputs of an earlier step of this run."""
        return next(record.outputs for record in self.records() if record.name == step)

    def records(self) -> list[StepRecord]:
        """What became of the run's steps so far."""
        return steps_of(self.run)


@dataclass(frozen=True)
class Made:
    """What a step made."""

    outputs: dict[str, Any] = field(default_factory=dict)
    """JSON values by name. Names ending in ``_file`` hold paths relative to the state folder: the step counts as not
    done once one of them is gone."""
    message: str = ""
    """One line for the page."""
