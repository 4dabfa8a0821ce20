"""What a trainer chooses of a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from shop.errors import BadInput

_RANGES = {"epochs": (0, 20), "repeats": (1, 20), "rehearsed": (0, 100_000)}


@dataclass(frozen=True)
class RunParameters:
    """How to retrain. The defaults are what benchmarks/retrain.py found good enough and fast."""

    start: Literal["champion", "base"] = "champion"
    """``champion``: go on from the model that serves, with what is new and some of the old. ``base``: all anew."""
    epochs: int = 0
    """Passes over the rows; 0 leaves it to the workflow."""
    repeats: int = 2
    """From the champion: how often each new row is shown in a pass."""
    rehearsed: int = 1000
    """From the champion: how many rows that it knows are shown again, so that they are not forgotten."""
    data_set_version: int = 0
    """An earlier version of the data set to train on; 0 makes a new one of what is labelled by then."""
    note: str = ""
    """Shown beside the run and its model."""

    @classmethod
    def of(cls, given: dict[str, Any]) -> RunParameters:
        """From a form or a database row. Raises BadInput, naming the field, where a value cannot be."""
        unknown = set(given) - {field.name for field in fields(cls)}
        if unknown:
            raise BadInput(f"A run has no parameter {', '.join(sorted(unknown))}.")
        parameters = cls(**given)
        if parameters.start not in ("champion", "base"):
            raise BadInput(f"start is {parameters.start!r}; it can be champion or base.")
        for name, (least, most) in _RANGES.items():
            value = getattr(parameters, name)
            if not isinstance(value, int) or not least <= value <= most:
                raise BadInput(f"{name} is {value!r}; it can be a whole number from {least} to {most}.")
        return parameters

    def as_json(self) -> dict[str, Any]:
        """For ``TrainingRun.parameters``."""
        return asdict(self)
