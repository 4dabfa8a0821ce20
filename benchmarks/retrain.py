"""How long it takes from newly labelled messages to a promoted model, beside Rasa's stock pipeline trained anew.

``python -m benchmarks.retrain --json OUT``: needs a trained bot (`make run` or `make train` once).

A scratch shop with the prepared champion is made; 500 messages that the champion was not trained on (the held-out
files a and b of tests/understanding, which then no longer count as held out) are put into its log and labelled; the
champion's examples are embedded, as the worker of a running shop does with its first look at the logs. Then the
declared workflow runs, the model is promoted, and a running Rasa is watched until it reads with it. The same rows, old
and new together, train Rasa's DIET pipeline in the same run; its time begins when Rasa is loaded, ours when the run is
asked for. What was measured is written before DIET begins, so that a run that ends there loses nothing.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.contenders import in_own_process_until, train_diet
from shop.clock import now
from shop.database import open_engine
from shop.errors import Unavailable
from shop.migrations import upgrade
from shop.settings import Settings, get_settings
from shop.tables import TrainingMessage
from shop.unit_of_work import Database
from training import data_sets, models, runs
from training.dataset import Row
from training.labelling import Labelled, label
from training.logs.reader import reader_of
from training.models.health import check_health
from training.rasa_yaml import WrittenExample, read_file
from training.runs.driving import drive
from web.serve import write_configuration

SEED = 7
ROOT = Path(__file__).resolve().parent.parent
HELD_OUT = Path("tests") / "understanding"
_NEW = ("heldout_a", "heldout_b")
_START_SECONDS = 1800
#: Rasa's pipeline takes the better part of an hour for these rows; from here on it says only how much slower.
_DIET_SECONDS = 600.0
_REASON = "measured although the gate refused it"

app = typer.Typer(add_completion=False)


@app.command()
def main(
    json: Annotated[Path, typer.Option(help="Where the figures go.")],
    labels: Annotated[int, typer.Option(help="How many messages are newly labelled.")] = 500,
    start: Annotated[str, typer.Option(help="champion or base.")] = "champion",
    diet: Annotated[bool, typer.Option(help="Train Rasa's stock pipeline, too.")] = True,
    diet_seconds: Annotated[float, typer.Option(help="Stop Rasa's pipeline after so long.")] = _DIET_SECONDS,
) -> None:
    """Label, retrain, promote, measure, report."""
    json = json.resolve()
    load = round(os.getloadavg()[0], 2)
    figures: dict[str, Any] = {**report.circumstances(SEED), "load": load, "labels": labels, "start": start}
    with tempfile.TemporaryDirectory() as scratch, _tree(Path(scratch) / "tree"):
        settings = _scratch_shop(Path(scratch) / "state")
        database = Database(open_engine(settings.resolved_database_url))
        reader_of(database, settings).examples()
        figures["labelled"] = _label(database, _new_messages(labels))
        figures |= _retrain(database, settings, start)
        with _serving(settings):
            figures |= _promote(database, settings, figures["model"])
        figures["seconds"] = round(figures["run_seconds"] + figures["promotion_seconds"], 1)
        report.write(json, figures)
        if diet:
            rows = _rows(database, settings, figures["data_set"])
            trained = in_own_process_until(diet_seconds, train_diet, rows, Path(scratch) / "diet")
            figures["diet"] = {"rows": len(rows)} | (
                {"stopped_after_seconds": diet_seconds}
                if trained is None
                else {"seconds": trained.seconds, "cpu_seconds": trained.cpu_seconds}
            )
        database.close()
    report.write(json, figures)
    _print(figures)


@contextmanager
def _tree(folder: Path) -> Iterator[None]:
    """Work in a copy of the tree in which some of the held-out files are no longer there."""
    (folder / HELD_OUT).mkdir(parents=True)
    for entry in ROOT.iterdir():
        if entry.name not in ("tests", "var", ".git"):
            (folder / entry.name).symlink_to(entry)
    for file in (ROOT / HELD_OUT).glob("*.yml"):
        if not file.name.startswith(_NEW):
            (folder / HELD_OUT / file.name).symlink_to(file)
    before = Path.cwd()
    os.chdir(folder)
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        yield
    finally:
        os.chdir(before)


def _scratch_shop(state: Path) -> Settings:
    """An empty shop whose champion is the prepared one. Its weights are shared, what is trained is not."""
    prepared = ROOT / get_settings().state_dir
    state.mkdir()
    (state / "base_models").symlink_to(prepared / "base_models")
    for part in (prepared / "understanding").glob("[!.]*/*"):
        if part.is_dir():  # not the examples that lie beside them
            trained = state / "understanding" / part.parent.name
            trained.mkdir(parents=True, exist_ok=True)
            (trained / part.name).symlink_to(part)
    settings = Settings(state_dir=state, database_url="", port=18090, rasa_port=18091, actions_port=18092)
    for name in ("port", "rasa_port", "actions_port", "state_dir"):
        os.environ[f"AISLE_{name.upper()}"] = str(getattr(settings, name))
    upgrade(settings.resolved_database_url)
    database = Database(open_engine(settings.resolved_database_url))
    models.ensure_champion(database, settings)
    database.close()
    return settings


def _new_messages(count: int) -> list[WrittenExample]:
    files = [file for name in _NEW for file in sorted((ROOT / HELD_OUT).glob(f"{name}.*.yml"))]
    found = [example for file in files for example in read_file(file)]
    return random.Random(SEED).sample(found, min(count, len(found)))


def _label(database: Database, examples: list[WrittenExample]) -> int:
    """Each message in a conversation of its own, read wrongly by nobody in particular, and labelled."""
    with database.work() as unit:
        for number, example in enumerate(examples, 1):
            message = TrainingMessage(
                message_id=number,
                conversation_id=f"benchmark-{number}",
                text=example.text,
                language="en" if example.text.isascii() else "zh",
                intent=example.intent,
                likeliest=example.intent,
                confidence=0.5,
                margin=0.1,
                out_of_scope_score=0.1,
                outcome="resolved",
                entities=[{"entity": each.name, "start": each.start, "end": each.end} for each in example.entities],
                created_at=now(),
                updated_at=now(),
            )
            unit.session.add(message)
            unit.session.flush()
            kind = "out_of_scope" if example.intent == "out_of_scope" else "chosen"
            label(unit.session, [message.id], Labelled(kind, example.intent), "benchmark")
        unit.commit()
    return len(examples)


@contextmanager
def _serving(settings: Settings) -> Iterator[None]:
    """The web process and Rasa of the scratch shop, as the supervisor starts them."""
    write_configuration(settings)
    endpoints = settings.state_dir / "run" / "endpoints.yml"
    rasa = ["-W", "ignore", "-m", "rasa", "run", "--endpoints", str(endpoints), "--port", str(settings.rasa_port)]
    commands = (["-m", "web"], [*rasa, "--credentials", "bot/credentials.yml", "--interface", "127.0.0.1"])
    with (settings.state_dir / "serving.log").open("wb") as log:
        started = [subprocess.Popen([sys.executable, *each], stdout=log, stderr=log) for each in commands]  # noqa: S603
    try:
        _wait_until_serving(settings)
        yield
    finally:
        for process in started:
            process.terminate()
            process.wait()


def _wait_until_serving(settings: Settings) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{settings.resolved_rasa_urls[0]}/webhooks/aisle/", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(1)
    raise Unavailable(f"Rasa did not load the champion within {_START_SECONDS} s.")


def _retrain(database: Database, settings: Settings, start: str) -> dict[str, Any]:
    """The figures of each step and of the whole run."""
    began = time.monotonic()
    with database.work() as unit:
        run_id = int(runs.request_run(unit.session, runs.RunParameters.of({"start": start}), "benchmark").id)
        unit.commit()
    state = drive(database, settings, run_id)
    with database.read() as unit:
        run = runs.get_run(unit.session, run_id)
        steps = runs.steps_of(run)
        if state != "done":
            raise Unavailable(f"The run ended {state}: {run.error}")
        model = models.get_model(unit.session, run.model_version_id)
    seconds = time.monotonic() - began
    gate = models.gate_of(model)
    took = {
        each.name: {"seconds": each.seconds, "cpu_seconds": each.cpu_seconds, "told": each.message} for each in steps
    }
    guarded = {each.name: each for each in gate.guarded if not each.name.startswith("intent:")}
    return {
        "data_set": run.data_set_version_id,
        "model": model.id,
        "steps": took,
        "run_seconds": round(seconds, 1),
        "cpu_seconds": round(sum(each.cpu_seconds for each in steps), 1),
        "gate": {"verdict": gate.verdict, "reasons": gate.reasons},
        "figures": {
            name: {"champion": each.champion, "challenger": each.challenger, "rows": each.rows, "verdict": each.verdict}
            for name, each in guarded.items()
        },
    }


def _promote(database: Database, settings: Settings, model_id: int) -> dict[str, Any]:
    """How long a running Rasa takes to read with a promoted model."""
    began = time.monotonic()
    models.promote(database, settings, model_id, "benchmark", _REASON)
    while (health := check_health(database, settings)) is not None and health.state == "waiting":
        if time.monotonic() > began + _START_SECONDS:
            raise Unavailable(f"Rasa does not read with the promoted model: {health.text}")
        time.sleep(0.2)
    seconds = round(time.monotonic() - began, 1)
    return {"promotion_seconds": seconds, "health": health.state if health else ""}


def _rows(database: Database, settings: Settings, number: int) -> list[Row]:
    """What the data set has to train on, for Rasa's pipeline."""
    with database.read() as unit:
        version = data_sets.get_version(unit.session, number)
    examples = data_sets.examples_of(settings, version)
    return [
        Row(each.text, each.intent, spans=tuple((span.start, span.end, span.name) for span in each.entities))
        for each in examples
        if each.intent and each.split == "train"
    ]


def _print(figures: dict[str, Any]) -> None:
    table = Table("step", "seconds", "CPU seconds", "", title=f"{figures['labelled']} newly labelled messages")
    for name, step in figures["steps"].items():
        table.add_row(name, f"{step['seconds']:.1f}", f"{step['cpu_seconds']:.1f}", step["told"])
    table.add_row("promotion", f"{figures['promotion_seconds']:.1f}", "", figures["health"])
    table.add_row("all", f"{figures['seconds']:.1f}", f"{figures['cpu_seconds']:.1f}", figures["gate"]["verdict"])
    if "diet" in figures:
        diet = figures["diet"]
        told = f"{diet['rows']} rows"
        if "seconds" in diet:
            table.add_row("DIET anew", f"{diet['seconds']:.1f}", f"{diet['cpu_seconds']:.1f}", told)
        else:
            table.add_row("DIET anew", f"over {diet['stopped_after_seconds']:.0f}", "", f"stopped; {told}")
    Console().print(table)


if __name__ == "__main__":
    app()
