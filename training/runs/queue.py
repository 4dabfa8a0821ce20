"""The table of runs: asking for one, stopping and resuming it, reading how far it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.audit import write_audit
from shop.clock import now
from shop.errors import NotFound, Refused
from shop.settings import Settings
from shop.tables import TrainingRun
from training.models.registry import RUNS
from training.runs.parameters import RunParameters
from training.runs.steps import STEP_NAMES

_OPEN = ("queued", "running", "stopping")


@dataclass(frozen=True)
class StepRecord:
    """What became of one step of a run; times are ISO 8601."""

    name: str
    state: Literal["waiting", "running", "done", "skipped", "failed", "stopped"] = "waiting"
    started_at: str = ""
    ended_at: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    checksum: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    message: str = ""


def request_run(session: Session, parameters: RunParameters, requested_by: str) -> TrainingRun:
    """Put a run into the queue; the worker takes it. Raises Refused while another one is open."""
    _refuse_a_second(session)
    run = TrainingRun(
        parameters=parameters.as_json(),
        steps=[asdict(StepRecord(name)) for name in STEP_NAMES],
        requested_by=requested_by,
        created_at=now(),
    )
    session.add(run)
    session.flush()
    write_audit(session, requested_by, "run.requested", f"run:{run.id}", after={"start": parameters.start})
    return run


def stop_run(session: Session, run_id: int, by: str) -> TrainingRun:
    """Stop a run at once; what its finished steps made is kept. Raises Refused where it is not open."""
    run = get_run(session, run_id)
    if run.state not in _OPEN:
        raise Refused(f"Run {run_id} is {run.state}: there is nothing to stop.")
    run.state = "stopped" if run.state == "queued" else "stopping"
    write_audit(session, by, "run.stopped", f"run:{run_id}")
    return run


def resume_run(session: Session, run_id: int, by: str) -> TrainingRun:
    """Queue a stopped or failed run again; finished steps whose inputs are the same are skipped.

    Raises Refused where it is neither, or while another one is open.
    """
    run = get_run(session, run_id)
    if run.state not in ("stopped", "failed"):
        raise Refused(f"Run {run_id} is {run.state}; only a stopped or failed one can be resumed.")
    _refuse_a_second(session)
    run.state, run.error, run.ended_at = "queued", "", None
    write_audit(session, by, "run.resumed", f"run:{run_id}")
    return run


def _refuse_a_second(session: Session) -> None:
    waiting = session.scalars(select(TrainingRun).where(TrainingRun.state.in_(_OPEN))).first()
    if waiting is not None:
        raise Refused(f"Run {waiting.id} is {waiting.state}; stop it, or wait until it is done.")


def list_runs(session: Session, count: int = 50) -> list[TrainingRun]:
    """The newest runs, newest first."""
    return list(session.scalars(select(TrainingRun).order_by(TrainingRun.id.desc()).limit(count)))


def get_run(session: Session, run_id: int) -> TrainingRun:
    """One run. Raises NotFound."""
    run: TrainingRun | None = session.get(TrainingRun, run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    return run


def steps_of(run: TrainingRun) -> list[StepRecord]:
    """The steps of a run, in order, with what became of each."""
    return [StepRecord(**each) for each in run.steps]


def run_folder(settings: Settings, run_id: int) -> Path:
    """Where a run's files lie: configuration, data, logs of its steps, TensorBoard files, the card of its model."""
    return settings.state_dir / RUNS / str(run_id)
