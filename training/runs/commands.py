"""``python -m training retrain|runs|worker|step``: retraining from the command line, and the worker."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shop.errors import Refused
from shop.settings import Settings, get_settings
from shop.unit_of_work import Database
from training import runs

_OUT = Console()
_NICENESS = 10
_POLL_SECONDS = 1.0
_BY = "command"


def retrain(
    start: Annotated[str, typer.Option("--from", help="champion or base.")] = "champion",
    epochs: Annotated[int, typer.Option(help="Passes over the rows; 0 leaves it to the workflow.")] = 0,
    repeats: Annotated[int, typer.Option(help="How often each new row is shown in a pass.")] = 0,
    rehearsed: Annotated[int, typer.Option(help="Known rows that are shown again; -1 leaves it to the workflow.")] = -1,
    data_set: Annotated[int, typer.Option(help="An earlier version of the data set; 0 makes a new one.")] = 0,
    note: Annotated[str, typer.Option(help="Shown beside the run and its model.")] = "",
    follow: Annotated[bool, typer.Option(help="Show the steps until the run ends.")] = True,
) -> None:
    """Retrain from the labels: collect, check, fine-tune, export, evaluate, compare.

    A running worker does it; where there is none, this command does it itself.
    """
    settings = get_settings()
    database = Database.from_settings(settings)
    given: dict[str, Any] = {"start": start, "epochs": epochs, "data_set_version": data_set, "note": note}
    given |= {"repeats": repeats} if repeats else {}
    given |= {"rehearsed": rehearsed} if rehearsed >= 0 else {}
    with database.work() as unit:
        run_id = int(runs.request_run(unit.session, runs.RunParameters.of(given), _BY).id)
        unit.commit()
    _work_or_follow(database, settings, run_id, follow)


def resume(run_id: Annotated[int, typer.Argument(help="The run, as `runs` shows it.")], follow: bool = True) -> None:
    """Go on with a stopped or failed run; steps whose inputs are the same are skipped."""
    settings = get_settings()
    database = Database.from_settings(settings)
    with database.work() as unit:
        runs.resume_run(unit.session, run_id, _BY)
        unit.commit()
    _work_or_follow(database, settings, run_id, follow)


def stop(run_id: Annotated[int, typer.Argument(help="The run, as `runs` shows it.")]) -> None:
    """Stop a run; what its finished steps made is kept."""
    with Database.from_settings(get_settings()).work() as unit:
        state = runs.stop_run(unit.session, run_id, _BY).state
        unit.commit()
    _OUT.print(f"run {run_id}: {state}")


def list_runs() -> None:
    """Show the newest runs."""
    table = Table("run", "state", "from", "data set", "model", "by", "asked at", "note")
    with Database.from_settings(get_settings()).read() as unit:
        for run in runs.list_runs(unit.session):
            made = (str(each or "") for each in (run.data_set_version_id, run.model_version_id))
            asked = f"{run.created_at:%Y-%m-%d %H:%M} UTC"
            told = run.parameters
            table.add_row(str(run.id), run.state, told["start"], *made, run.requested_by, asked, escape(told["note"]))
    _OUT.print(table)


def worker() -> None:
    """Take over the logs, work on runs, see that promotions arrive: until SIGTERM or Ctrl-C. One of a shop."""
    from training.runs.worker import Worker, only_worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    os.nice(_NICENESS)
    settings = get_settings()
    stopping = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda number, frame: stopping.set())
    with only_worker(settings) as alone:
        if not alone:
            raise Refused("Another worker is at work on this shop's state folder.")
        Worker(Database.from_settings(settings), settings).work(stopping)


def step(run_id: int, name: str) -> None:
    """One step of a run, as the worker starts it."""
    from training.runs.step_process import end_with_parent, perform

    end_with_parent()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    settings = get_settings()
    perform(Database.from_settings(settings), settings, run_id, name)


def talks(champion: Path, challenger: Path, told: Path, kept: Path) -> None:
    """Hold the must-pass conversations with two archives, as the evaluation starts it."""
    from training.models.talks import save_comparison

    save_comparison(champion, challenger, told, kept)


def _work_or_follow(database: Database, settings: Settings, run_id: int, follow: bool) -> None:
    from training.models import ensure_champion
    from training.runs.driving import drive
    from training.runs.worker import only_worker

    with only_worker(settings) as alone:
        if not alone and not follow:
            _OUT.print(f"run {run_id} is queued")
            return
        told = threading.Event()
        if alone:
            ensure_champion(database, settings)
            at_work = threading.Thread(target=drive, args=(database, settings, run_id, told), daemon=True)
            at_work.start()
        try:
            state = _follow(database, run_id)
        except KeyboardInterrupt:
            told.set()
            raise
        finally:
            if alone:
                at_work.join()
    raise typer.Exit(0 if state == "done" else 1)


def _follow(database: Database, run_id: int) -> str:
    """Print each step as it ends; the state of the run at its end."""
    shown: set[str] = set()
    while True:
        with database.read() as unit:
            run = runs.get_run(unit.session, run_id)
        for record in runs.steps_of(run):
            if (
                record.name not in shown
                and record.state in ("done", "skipped", "failed", "stopped")
                and record.ended_at
            ):
                shown.add(record.name)
                took = f"{record.seconds:.0f} s" if record.state == "done" else record.state
                _OUT.print(f"{record.name:10} {took:>8}  {escape(record.message)}")
        if run.state in ("done", "failed", "stopped"):
            _OUT.print(f"run {run_id} is {run.state}. {escape(run.error)}")
            return str(run.state)
        time.sleep(_POLL_SECONDS)
