"""A promotion while shoppers talk: two Rasa processes follow and go back, and no message is lost."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from shop.errors import Refused
from shop.tables import Message, Reply
from tests.running_system import ROOT, RunningSystem, free_ports
from training import models
from training.models.registry import archive_of, keep, register
from web.client import ChatClient

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(900)]

REASON = "tried in a test of two processes"
PATIENCE_SECONDS = 240
SENTENCES = ("where is my order", "hello", "how do returns work", "我的订单到哪了", "thanks")


def wait_until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_SECONDS} s"
        time.sleep(0.5)


@pytest.fixture
def second_rasa(system: RunningSystem) -> Iterator[str]:
    """Another Rasa of the same shop; its address."""
    [port] = free_ports(1)
    state = system.settings.state_dir
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "run", "--endpoints", str(state / "run" / "endpoints.yml")]
    command += ["--credentials", "bot/credentials.yml", "--interface", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "AISLE_STATE_DIR": str(state), "PYTHONPATH": str(ROOT), "AISLE_DATABASE_URL": ""}
    with (state / "log" / "second_rasa.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(f"{url}/webhooks/aisle/"), "the second Rasa starts")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def loaded(system: RunningSystem, url: str) -> str:
    headers = {"X-Aisle-Secret": system.settings.channel_secret}
    return str(httpx.get(f"{url}/webhooks/aisle/model", headers=headers, timeout=60).json()["etag"])


def repacked(archive: Path, target: Path, fingerprint: str) -> Path:
    """The same archive, but its model calls itself otherwise."""
    with tarfile.open(archive) as old, tarfile.open(target, "w:gz", compresslevel=1) as new:
        for member in old:
            content = old.extractfile(member)
            data = content.read() if content else b""
            if member.name.endswith("/understanding.json"):
                data = json.dumps(json.loads(data) | {"fingerprint": fingerprint}).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data) if content else None)
    return target


def candidate(system: RunningSystem, folder: Path, fingerprint: str) -> int:
    with system.database().read() as unit:
        serving = models.champion(unit.session)
    assert serving is not None
    made = repacked(archive_of(serving, system.settings), folder / f"{fingerprint}.tar.gz", fingerprint)
    kept = keep(system.settings, made)
    with system.database().work() as unit:
        model = register(unit.session, system.settings, kept, "the same, repacked")
        unit.commit()
        return int(model.id)


class Shoppers:
    """A few conversations that go on and on; what each sent."""

    def __init__(self, url: str, count: int = 3) -> None:
        self._stopping = threading.Event()
        self.clients = [ChatClient(url, timeout_seconds=120).open() for _ in range(count)]
        self.sent = 0
        self._threads = [threading.Thread(target=self._talk, args=(client,)) for client in self.clients]

    def __enter__(self) -> Shoppers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _talk(self, client: ChatClient) -> None:
        number = 0
        while not self._stopping.is_set():
            client.say(SENTENCES[number % len(SENTENCES)])
            number += 1
            self.sent += 1
            time.sleep(0.2)


def outcomes(system: RunningSystem, clients: list[ChatClient]) -> tuple[list[str], set[str]]:
    """(outcome of every shopper's message, models that read them). ``too late``: the gateway stopped waiting."""
    patience_milliseconds = 1000 * system.settings.turn_timeout_seconds
    with system.database().read() as unit:
        query = (
            select(Reply.outcome, Reply.duration_milliseconds, Message.parse)
            .join(Message, Message.id == Reply.message_id)
            .where(Message.conversation_id.in_([client.conversation_id for client in clients]))
        )
        rows = unit.session.execute(query).all()
    late = [row.outcome == "failed" and row.duration_milliseconds >= patience_milliseconds for row in rows]
    found = ["too late" if too_late else row.outcome for too_late, row in zip(late, rows, strict=True)]
    return found, {row.parse["model"] for row in rows if row.parse}


def test_two_processes_follow_there_and_back_and_nothing_is_lost(
    system: RunningSystem, second_rasa: str, tmp_path: Path
) -> None:
    both = (*system.settings.resolved_rasa_urls, second_rasa)
    database, settings = system.database(), system.settings
    with database.read() as unit:
        first = models.champion(unit.session)
    assert first is not None
    assert {loaded(system, url) for url in both} == {first.archive_sha256}
    other = candidate(system, tmp_path, "repacked")

    with Shoppers(system.url) as shoppers:
        wait_until(lambda: shoppers.sent > 5, "the shoppers talk")
        promoted = models.promote(database, settings, other, "command", REASON)
        wait_until(lambda: {loaded(system, url) for url in both} == {promoted.archive_sha256}, "both follow")
        models.return_to(database, settings, first.id, "command")
        wait_until(lambda: {loaded(system, url) for url in both} == {first.archive_sha256}, "both go back")

    found, read_with = outcomes(system, shoppers.clients)
    assert len(found) == shoppers.sent
    assert set(found) <= {"answered", "too late"}  # on a machine with too much to do; nothing may fail otherwise
    assert found.count("answered") > len(found) / 2
    assert read_with == {first.fingerprint, "repacked"}


def test_a_broken_archive_never_reaches_rasa(system: RunningSystem, tmp_path: Path) -> None:
    before = loaded(system, system.settings.resolved_rasa_urls[0])
    broken = candidate(system, tmp_path, "broken")
    with system.database().read() as unit:
        file = archive_of(models.get_model(unit.session, broken), system.settings)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(Refused, match="broken"):
        models.promote(system.database(), system.settings, broken, "command", REASON)
    time.sleep(2 * system.settings.model_pull_seconds)
    assert loaded(system, system.settings.resolved_rasa_urls[0]) == before
