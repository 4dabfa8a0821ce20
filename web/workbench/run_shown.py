"""A run as its page shows it: states in words, times, what came out, the loss curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from shop.clock import now
from shop.settings import Settings
from shop.tables import TrainingRun
from training.progress import read as read_progress
from training.runs import STEPS, StepRecord, run_folder, steps_of
from training.runs.curves import PROGRESS
from web.staff.parts import sentence
from web.staff.plots import curve

OVER = ("done", "failed", "stopped")
_STATES = {
    "queued": ("waits for the worker", "busy"),
    "running": ("running", "busy"),
    "stopping": ("is being stopped", "busy"),
    "stopped": ("stopped", ""),
    "failed": ("failed", "bad"),
    "done": ("done", "good"),
}
_SENTENCES = {
    "queued": "Waiting for the worker to begin.",
    "running": "The run is going on.",
    "stopping": "The run is being stopped.",
    "stopped": "The run was stopped.",
    "failed": "The run failed.",
    "done": "The run is done.",
}
_STEP_STATES = {
    "waiting": ("waits", ""),
    "running": ("running", "busy"),
    "done": ("done", "good"),
    "skipped": ("skipped: nothing changed", "good"),
    "failed": ("failed", "bad"),
    "stopped": ("stopped", ""),
}
_LONGEST_WAIT_SECONDS = 20
_FOR_PROGRAMS = ("_file", "checksum", "archive")


@dataclass(frozen=True)
class StepShown:
    """One step of a run."""

    title: str
    help: Markup
    state: str
    words: str
    kind: str
    """Of the chip: good, busy, bad or nothing."""
    took: str
    came_out: tuple[tuple[str, str], ...]
    message: str


@dataclass(frozen=True)
class RunShown:
    """A run with all that its page says of it."""

    id: int
    state: str
    kind: str
    words: str
    """Where it stands, in one sentence."""
    is_over: bool
    steps: tuple[StepShown, ...]
    percent: int | None
    curve: Markup | None
    curve_words: str
    error: str
    advice: str
    took: str


def shown(run: TrainingRun, settings: Settings) -> RunShown:
    """The run as it is now."""
    records = steps_of(run)
    steps = tuple(_step(record) for record in records)
    progress = dict(run.progress or {})
    done, total = int(progress.get("done") or 0), int(progress.get("total") or 0)
    points = _losses(progress, run_folder(settings, run.id))
    running = next((step for step in steps if step.state == "running"), None)
    state, kind = _STATES[run.state]
    return RunShown(
        run.id,
        state,
        kind,
        _words(run, running, str(progress.get("message") or "")),
        run.state in OVER,
        steps,
        100 * done // total if total and running else None,
        curve(points, max(total, points[-1][0]), f"Loss by step of run {run.id}") if points else None,
        _curve_words(points),
        sentence(run.error) if run.error else "",
        _advice(run, records, settings),
        _took(run.started_at, run.ended_at or now()) if run.started_at else "",
    )


def seconds_in_words(seconds: float) -> str:
    """For example 0.4 s, 12 s, 2 min 05 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _step(record: StepRecord) -> StepShown:
    step = next(one for one in STEPS if one.name == record.name)
    words, kind = _STEP_STATES[record.state]
    took = seconds_in_words(record.seconds) if record.seconds and record.state != "skipped" else ""
    return StepShown(
        step.title, _with_code(step.help), record.state, words, kind, took, _flat(record.outputs), record.message
    )


def _with_code(text: str) -> Markup:
    """A text in which commands stand between backticks."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )


def _flat(outputs: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a step made, by name, as short texts; files and checksums are for programs."""
    found = []
    for name, value in outputs.items():
        if name.endswith(_FOR_PROGRAMS):
            continue
        if isinstance(value, bool):
            text = "yes" if value else "no"
        elif isinstance(value, float):
            text = f"{value:.3f}".rstrip("0").rstrip(".")
        elif isinstance(value, int):
            text = f"{value:,}"
        elif isinstance(value, list | tuple | dict):
            text = f"{len(value):,}"
        else:
            text = str(value)
        if text:
            found.append((name.replace("_", " "), text))
    return tuple(found)


def _losses(progress: Mapping[str, Any], folder: Path) -> list[tuple[float, float]]:
    """(step, loss) of the fine-tuning; of a run whose other steps went on since, as its folder keeps them."""
    held = progress.get("loss") or read_progress(folder / PROGRESS).loss
    return [(float(step), float(loss)) for step, loss in held]


def _words(run: TrainingRun, running: StepShown | None, message: str) -> str:
    if run.state == "running" and running is not None:
        return f"{running.title}: {sentence(message)}" if message else f"{running.title} is running."
    return _SENTENCES[run.state]


def _curve_words(points: list[tuple[float, float]]) -> str:
    if not points:
        return ""
    lowest = min(points, key=lambda point: point[1])
    return (
        f"Loss {points[0][1]:.3f} at the first step, {points[-1][1]:.3f} at step {points[-1][0]:,.0f}; "
        f"the lowest was {lowest[1]:.3f} at step {lowest[0]:,.0f}."
    )


def _advice(run: TrainingRun, records: list[StepRecord], settings: Settings) -> str:
    """What to do about a run that is stuck, stopped or failed."""
    if run.state == "queued" and (now() - run.created_at).total_seconds() > _LONGEST_WAIT_SECONDS:
        return "Nobody takes it. `make run` starts the worker; by hand it is `python -m training worker`."
    if run.state == "stopped":
        return "Resume goes on where it stopped; what was finished is kept."
    if run.state == "failed":
        at = next(
            (
                step.title
                for record in records
                if record.state == "failed"
                for step in STEPS
                if step.name == record.name
            ),
            "",
        )
        where = f" at {at}" if at else ""
        return (
            f"Resume begins again{where} when the cause is mended; finished steps are not repeated. "
            f"The logs of the steps are in {run_folder(settings, run.id)}."
        )
    return ""


def _took(start: datetime, end: datetime) -> str:
    return seconds_in_words((end - start).total_seconds())
