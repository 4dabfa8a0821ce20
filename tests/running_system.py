"""The whole system, started as `make run` starts it, on a copy of the prepared shop and on ports of its own."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from shop.settings import Settings
from shop.unit_of_work import Database
from web.gateway.tokens import Tokens

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_SECONDS = 180


@dataclass
class RunningSystem:
    """A running shop: its address, its settings, and its processes."""

    settings: Settings
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The public address."""
        return f"http://127.0.0.1:{self.settings.port}"

    def customer_token(self, external_id: str) -> str:
        """The token a shop gives its signed-in customer."""
        return Tokens(self.settings).for_customer(external_id)

    def database(self) -> Database:
        """The system's database."""
        return Database.from_settings(self.settings)

    def control(self, *command: str) -> str:
        """Tell the supervisor something, for example ``signal KILL actions``."""
        config = self.settings.state_dir / "run" / "supervisord.conf"
        arguments = [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(config), *command]
        return subprocess.run(arguments, capture_output=True, text=True, check=False).stdout

    def wait_until_ready(self) -> None:
        """Wait until every process answers."""
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the system ended with code {self.process.returncode}")
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/ready", timeout=5).status_code == 200:
                    return
            time.sleep(0.3)
        raise RuntimeError(f"the system was not ready after {START_TIMEOUT_SECONDS} s")

    def stop(self) -> None:
        """Stop it, as Ctrl-C does."""
        self.process.terminate()
        self.process.wait(timeout=60)


def start_system(state: Path) -> RunningSystem:
    """Start everything on a copy of the prepared state in ``state``."""
    prepared = Settings()
    _copy_prepared(prepared.state_dir, state)
    environment = {"AISLE_STATE_DIR": str(state), "AISLE_DATABASE_URL": ""}
    for name, port in zip(("PORT", "RASA_PORT", "ACTIONS_PORT"), free_ports(3), strict=True):
        environment[f"AISLE_{name}"] = str(port)
    # The worker would write the catalogue with the language model all through the tests.
    environment |= {"AISLE_GEMMA_LANGUAGES": ""}
    environment |= {"AISLE_CONVERSATIONS_PER_MINUTE": "10000", "AISLE_MESSAGES_PER_MINUTE": "10000"}
    process = subprocess.Popen([sys.executable, "-m", "web.serve"], cwd=ROOT, env={**os.environ, **environment})
    values = {name.removeprefix("AISLE_").lower(): value for name, value in environment.items()}
    system = RunningSystem(Settings(**values), process)
    try:
        system.wait_until_ready()
    except RuntimeError:
        system.stop()
        raise
    return system


def _copy_prepared(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.name in ("log", "run", "jobs.db") or ".db-" in entry.name:
            continue
        if entry.suffix == ".db":
            _copy_database(entry, target / entry.name)
        elif entry.name in ("understanding", "models", "training"):  # what a test trains must not be found by the next
            shutil.copytree(entry, target / entry.name, copy_function=_link, ignore=shutil.ignore_patterns(".*"))
        elif entry.is_dir():
            os.symlink(entry.resolve(), target / entry.name)
        else:
            shutil.copy2(entry, target / entry.name)


def _link(source: str, target: str) -> None:
    """The same file under another name, which costs nothing; a copy where the two folders are on different disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _copy_database(source: Path, target: Path) -> None:
    # A plain copy would miss what still stands in the write-ahead log.
    with sqlite3.connect(source) as original, sqlite3.connect(target) as copy:
        original.backup(copy)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
