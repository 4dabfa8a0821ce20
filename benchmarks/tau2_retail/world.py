"""The shop of a tau2 ``db.json``, running with all its processes in a scratch folder; made as it was for each task."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from knowledge.importing import import_folder
from shop.errors import Unavailable
from shop.importing.importer import import_file
from shop.migrations import upgrade
from shop.settings import Settings
from shop.unit_of_work import Database
from web.preparation import missing_steps

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_SECONDS = 300
#: What training made and this shop can use as it is.
_SHARED = ("encoders", "understanding", "base_models")

console = Console(stderr=True)


@dataclass
class World:
    """A running shop that can be put back to its first day."""

    settings: Settings
    snapshot: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The public address."""
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def live(self) -> Path:
        """The database file of the running shop."""
        return self.settings.state_dir / "aisle.db"

    def restore(self) -> None:
        """Put the database back. No turn may be running; open connections see the restored content."""
        copy_database(self.snapshot, self.live)

    def stop(self) -> None:
        """Stop all processes, as Ctrl-C does."""
        self.process.terminate()
        self.process.wait(timeout=60)


def start_world(db: Path, policy: Path, state: Path) -> World:
    """Import the shop into ``state`` (unless it is there), start it on free ports and wait until it answers.

    Raises BadInput for a file that is no such shop, Unavailable when it does not start.
    """
    _share_prepared(Settings().state_dir, state)
    environment = _environment(policy, state)
    values: dict[str, Any] = {name.removeprefix("AISLE_").lower(): value for name, value in environment.items()}
    settings = Settings(**values)
    snapshot = state / "snapshot.db"
    if not snapshot.exists():
        _import_shop(settings, db)
        copy_database(state / "aisle.db", snapshot)
    upgrade(f"sqlite:///{snapshot.resolve()}")  # a kept folder may be older than the tables
    copy_database(snapshot, state / "aisle.db")
    _make_missing(settings, environment)
    log = (state / "serve.log").open("wb")
    # Not `-m web.serve`: that would train the bot anew whenever a source of it was touched.
    command = [
        sys.executable,
        "-c",
        "from shop.settings import get_settings as s; from web.serve import serve; serve(s())",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=log, stderr=log)  # noqa: S603
    world = World(settings, snapshot, process)
    try:
        _wait_until_ready(world)
    except BaseException:
        world.stop()
        raise
    return world


def copy_database(source: Path, target: Path) -> None:
    """A whole SQLite database into another file; a plain copy would miss what stands in the write-ahead log."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target, timeout=10)) as copy:
        original.backup(copy)


def _import_shop(settings: Settings, db: Path) -> None:
    upgrade(settings.resolved_database_url)
    database = Database.from_settings(settings)
    try:
        with database.work() as unit:
            report = import_file(unit.session, db, "tau2")
            unit.commit()
        if report.refusals:
            console.print(f"[yellow]{len(report.refusals)} records were refused, first: {report.refusals[0]}[/yellow]")
        import_folder(database, ROOT / "knowledge" / "demo_articles", only_if_empty=True)
    finally:
        database.close()


def _make_missing(settings: Settings, environment: dict[str, str]) -> None:
    """Make what this shop needs of its own; the bot is played as it was trained last."""
    for step in missing_steps(settings):
        if step.command == ("-m", "training", "bot"):
            console.print("[yellow]The trained bot is older than its sources; it is played as it is.[/yellow]")
            continue
        command = [sys.executable, *step.command]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def _share_prepared(prepared: Path, state: Path) -> None:
    state.mkdir(parents=True, exist_ok=True)
    for name in _SHARED:
        if (prepared / name).exists() and not (state / name).exists():
            os.symlink((prepared / name).resolve(), state / name)
    # The index is made anew where it does not fit this shop's articles: a copy, never the prepared one.
    if (prepared / "index").is_dir() and not (state / "index").exists():
        shutil.copytree(prepared / "index", state / "index")


def _environment(policy: Path, state: Path) -> dict[str, str]:
    environment = {
        "AISLE_STATE_DIR": str(state.resolve()),
        "AISLE_POLICY_FILE": str(policy.resolve()),
        "AISLE_DATABASE_URL": "",
        "AISLE_DEMO": "false",
        "AISLE_GEMMA_LANGUAGES": "",  # the worker would write the catalogue all through the run
        "AISLE_CONVERSATIONS_PER_MINUTE": "10000",
        "AISLE_MESSAGES_PER_MINUTE": "10000",
    }
    for name, port in zip(("PORT", "RASA_PORT", "ACTIONS_PORT"), _free_ports(3), strict=True):
        environment[f"AISLE_{name}"] = str(port)
    return environment


def _wait_until_ready(world: World) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if world.process.poll() is not None:
            raise Unavailable(f"the shop ended while starting; see {world.settings.state_dir / 'serve.log'}")
        with suppress(httpx.HTTPError):
            if httpx.get(f"{world.url}/ready", timeout=5).status_code == 200:
                return
        time.sleep(0.3)
    raise Unavailable(f"the shop was not ready after {START_TIMEOUT_SECONDS} s; see {world.settings.state_dir / 'log'}")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports
