"""One step of a run, in a process of its own: skipped where the same was made before, else done; told in a file."""

from __future__ import annotations

import json
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from shop.errors import AisleError
from shop.settings import Settings
from shop.unit_of_work import Database
from training import checksums
from training.runs.context import Made, StepContext
from training.runs.queue import StepRecord, list_runs, run_folder, steps_of

_LOOK_SECONDS = 1.0
_LOOKED_AT = 20
"""The newest runs, in which an earlier step of the same inputs is looked for."""


def result_file(settings: Settings, run_id: int, name: str) -> Path:
    """Where a step's process tells what came of it."""
    return run_folder(settings, run_id) / "steps" / f"{name}.json"


def log_file(settings: Settings, run_id: int, name: str) -> Path:
    """What a step's process printed."""
    return result_file(settings, run_id, name).with_suffix(".log")


def end_with_parent() -> None:
    """End this process and all it starts once the process that started it is gone: nobody would take its result."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def perform(database: Database, settings: Settings, run_id: int, name: str) -> None:
    """Do a step, or find that it was done. Raises what the step raises; errors meant for people are told as well."""
    step = StepContext(database, settings, run_id)
    step.folder.mkdir(parents=True, exist_ok=True)
    module = import_module(f"training.runs.work.{name}")
    told: dict[str, Any] = {}
    try:
        told["inputs"] = module.inputs(step)
        told["checksum"] = checksums.of_json([name, told["inputs"]])
        earlier = _made_before(step, name, told["checksum"])
        made = Made(earlier.outputs, earlier.message) if earlier else module.work(step)
        told |= {"state": "skipped" if earlier else "done", "outputs": made.outputs, "message": made.message}
    except AisleError as error:
        told |= {"state": "failed", "message": str(error)}
        raise
    finally:
        told["cpu_seconds"] = _cpu_seconds()
        file = result_file(settings, run_id, name)
        file.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def _made_before(step: StepContext, name: str, checksum: str) -> StepRecord | None:
    """A step of the same inputs, of this run or an earlier one, whose files are all still there."""
    with step.database.read() as unit:
        runs = list_runs(unit.session, _LOOKED_AT)
    for run in runs:
        for record in steps_of(run):
            same = record.name == name and record.checksum == checksum and record.state in ("done", "skipped")
            if same and all((step.settings.state_dir / path).exists() for path in _paths(record.outputs)):
                return record
    return None


def _paths(outputs: dict[str, Any]) -> Iterator[str]:
    yield from (str(value) for name, value in outputs.items() if name.endswith("_file"))


def _cpu_seconds() -> float:
    """Of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return round(sum(each.ru_utime + each.ru_stime for each in used), 2)
