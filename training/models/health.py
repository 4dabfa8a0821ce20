"""Whether every running Rasa process follows the pointer and reads real messages with the new champion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from shop.tables import ModelVersion


@dataclass(frozen=True)
class Health:
    """What the running Rasa processes answered after a promotion."""

    state: Literal["unknown", "waiting", "healthy", "failed"] = "unknown"
    """``waiting``: not every process has the model yet. ``failed``: the one before was put back."""
    since: str = ""
    """When the pointer moved, ISO 8601."""
    text: str = ""
    """What was found, in plain words."""
    processes: tuple[dict[str, Any], ...] = ()
    """Of each Rasa process: ``url``, ``follows`` (whether it has the model), ``seconds`` (from the promotion)."""


def health_of(model: ModelVersion) -> Health:
    """What was found of a model after its promotion."""
    held = dict(model.health or {})
    return Health(**{**held, "processes": tuple(held.get("processes", ()))})
