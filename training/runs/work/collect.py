"""Collect: what shoppers said becomes training messages, and the labelled ones a version of the data set."""

from __future__ import annotations

from typing import Any

from training import data_sets
from training.logs import collect
from training.runs.context import Made, StepContext


def inputs(step: StepContext) -> dict[str, Any]:
    """Nothing that is cheaper to look at than the work itself: building the same version again gives that version."""
    return {"run": step.run_id, "data_set_version": step.parameters.data_set_version}


def work(step: StepContext) -> Made:
    """Build a version of the data set, or take the one that was asked for."""
    wanted = step.parameters.data_set_version
    if wanted:
        with step.database.read() as unit:
            version = data_sets.get_version(unit.session, wanted)
    else:
        collect(step.database, step.settings, prepare=False)
        version = data_sets.build(step.database, step.settings, step.run.requested_by, step.parameters.note)
    counts = version.counts["splits"]
    message = f"Data set {version.id}: {counts['train']} to train on, {version.counts['from_messages']} from messages."
    manifest = f"{version.folder}/manifest.json"
    return Made(
        {"data_set_version": version.id, "checksum": version.checksum, "manifest_file": manifest},
        message,
    )
