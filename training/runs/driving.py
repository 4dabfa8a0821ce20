"""Taking a run through its steps: each in a process of its own, watched, stopped when asked."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from typing import Any

from shop.clock import now
from shop.settings import Settings
from shop.tables import TrainingRun
from shop.unit_of_work import Database
from training import progress
from training.runs.curves import PROGRESS
from training.runs.queue import StepRecord, get_run, run_folder, steps_of
from training.runs.step_process import log_file, result_file
from training.runs.steps import STEPS

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 0.5
_TOLD_EVERY = 2.0
_STOP_SECONDS = 10.0
_CURVE_POINTS = 300
_LOG_TAIL = 2000


class _Stopped(Exception):
    """Somebody asked for the run to be stopped."""


def drive(database: Database, settings: Settings, run_id: int, halting: threading.Event | None = None) -> str:
    """Take a queued run through all its steps; the state it ends in. Errors of steps end up in the run.

    Once ``halting`` is set, the step in hand is ended and the run queued again.
    """
    halting = halting or threading.Event()
    with database.work() as unit:
        run = get_run(unit.session, run_id)
        run.state, run.started_at = "running", run.started_at or now()
        unit.commit()
    try:
        for step in STEPS:
            failure = _Driver(database, settings, run_id, step.name, halting).take()
            if failure:
                return _end(database, run_id, "failed", failure)
    except _Stopped:
        return _end(database, run_id, "queued" if halting.is_set() else "stopped", "")
    return _end(database, run_id, "done", "")


def take_back_orphans(database: Database) -> None:
    """Queue what a worker that is gone left running; call it only where no other works."""
    with database.work() as unit:
        for run in unit.session.query(TrainingRun).filter(TrainingRun.state.in_(("running", "stopping"))):
            run.state = "queued" if run.state == "running" else "stopped"
        unit.commit()


def _end(database: Database, run_id: int, state: str, error: str) -> str:
    with database.work() as unit:
        run = get_run(unit.session, run_id)
        run.state, run.error, run.ended_at = state, error, now()
        run.progress = {**run.progress, "step": ""}
        unit.commit()
    _LOG.info("run %s: %s %s", run_id, state, error)
    return state


class _Driver:
    """One step of one run."""

    def __init__(
        self, database: Database, settings: Settings, run_id: int, name: str, halting: threading.Event
    ) -> None:
        self._database = database
        self._halting = halting
        self._settings = settings
        self._run_id = run_id
        self._name = name
        self._began = now()
        self._clock = time.monotonic()
        self._told_at = 0.0

    def take(self) -> str:
        """Do the step; why it failed, or nothing. Raises _Stopped."""
        self._record(StepRecord(self._name, "running", started_at=self._began.isoformat()))
        result_file(self._settings, self._run_id, self._name).unlink(missing_ok=True)
        process = self._start()
        try:
            while process.poll() is None:
                if self._stopping():
                    raise _Stopped
                self._tell()
                time.sleep(_POLL_SECONDS)
        except BaseException:
            _kill(process)
            self._record(StepRecord(self._name, "stopped", started_at=self._began.isoformat()))
            raise
        self._tell(whole=True)
        return self._finish(process.returncode)

    def _start(self) -> subprocess.Popen[bytes]:
        log = log_file(self._settings, self._run_id, self._name)
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-W", "ignore", "-m", "training", "step", str(self._run_id), self._name]
        environment = {**os.environ, "AISLE_STATE_DIR": str(self._settings.state_dir.resolve())}
        with log.open("wb") as file:
            return subprocess.Popen(  # noqa: S603 - our own command
                command, stdout=file, stderr=file, env=environment, start_new_session=True
            )

    def _finish(self, code: int) -> str:
        told = result_file(self._settings, self._run_id, self._name)
        result: dict[str, Any] = json.loads(told.read_text("utf-8")) if told.is_file() else {}
        if code != 0:
            result["state"] = "failed"
            result.setdefault("message", self._log_tail())
        record = StepRecord(self._name, started_at=self._began.isoformat(), ended_at=now().isoformat())
        seconds = round(time.monotonic() - self._clock, 1)  # what the process took to start counts, too
        self._record(replace(record, **result, seconds=seconds))
        return str(result["message"]) if code != 0 else ""

    def _stopping(self) -> bool:
        with self._database.read() as unit:
            return self._halting.is_set() or get_run(unit.session, self._run_id).state == "stopping"

    def _record(self, record: StepRecord) -> None:
        with self._database.work() as unit:
            run = get_run(unit.session, self._run_id)
            run.steps = [asdict(record if each.name == self._name else each) for each in steps_of(run)]
            if record.state == "running":
                run.progress = {**run.progress, "step": self._name, "done": 0, "total": 0, "message": ""}
            run.data_set_version_id = record.outputs.get("data_set_version", run.data_set_version_id)
            run.model_version_id = record.outputs.get("model_version", run.model_version_id)
            unit.commit()

    def _tell(self, whole: bool = False) -> None:
        """Put the loss curve so far into the run; thinned, so that the page stays light."""
        if self._name != "fine_tune" or not (whole or time.monotonic() > self._told_at + _TOLD_EVERY):
            return
        self._told_at = time.monotonic()
        so_far = progress.read(run_folder(self._settings, self._run_id) / PROGRESS)
        every = -(-len(so_far.loss) // _CURVE_POINTS) or 1
        curve = [[done, loss] for done, loss in so_far.loss[::every]]
        with self._database.work() as unit:
            run = get_run(unit.session, self._run_id)
            told = {"step": self._name, "done": so_far.done, "total": so_far.total, "loss": curve}
            run.progress = {**run.progress, **told}
            unit.commit()

    def _log_tail(self) -> str:
        log = log_file(self._settings, self._run_id, self._name)
        return log.read_text("utf-8", errors="replace")[-_LOG_TAIL:].strip() or "The step ended without a word."


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a step and all it started."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, kind)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
