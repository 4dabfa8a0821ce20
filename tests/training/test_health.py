"""Health after a promotion, asked of processes that answer as Rasa's channel does, wrongly or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from shop.clock import now
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.training.registered import archive, shop_in
from training import models
from training.models.gate import Gate
from training.models.health import check_health
from training.models.registry import keep, register

PROBES = [{"text": "hello", "likeliest": "greet"}, {"text": "thanks", "likeliest": "thank"}]


class StandIn:
    """Stands in for a Rasa process, so that it can have the wrong model or read wrongly: the real one seldom does."""

    def __init__(self, secret: str) -> None:
        self.etag = ""
        self.model = "second"
        self.reads = {"hello": "greet", "thanks": "thank"}
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer({"etag": stand_in.etag})

            def do_POST(self) -> None:
                texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["texts"]
                parses = [{"model": stand_in.model, "likeliest": stand_in.reads.get(text)} for text in texts]
                self._answer({"parses": parses})

            def _answer(self, body: dict[str, Any]) -> None:
                self.send_response(200 if self.headers["x-aisle-secret"] == secret else 403)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[list[StandIn]]:
    made = [StandIn(Settings(state_dir=tmp_path).channel_secret) for _ in range(2)]
    yield made
    for each in made:
        each.server.shutdown()
        each.server.server_close()


@pytest.fixture
def shop(tmp_path: Path, processes: list[StandIn]) -> tuple[Database, Settings]:
    database, settings = shop_in(tmp_path, rasa_urls=",".join(each.url for each in processes))
    models.ensure_champion(database, settings, archive(tmp_path / "first.tar.gz", "first"))
    kept = keep(settings, archive(tmp_path / "second.tar.gz", "second"))
    with database.work() as unit:
        model = register(unit.session, settings, kept, "")
        first = models.champion(unit.session)
        assert first is not None
        model.gate, model.evaluation = Gate("passed", first.id).as_json(), {"probes": PROBES}
        unit.commit()
    models.promote(database, settings, model.id, "staff:7")
    return database, settings


def champion(database: Database) -> Any:
    with database.read() as unit:
        return models.champion(unit.session)


def later(database: Database, seconds: int) -> None:
    """As if the promotion had been ``seconds`` ago."""
    with database.work() as unit:
        model = models.champion(unit.session)
        assert model is not None
        model.health = {**model.health, "since": (now() - timedelta(seconds=seconds)).isoformat()}
        unit.commit()


def test_healthy_once_every_process_reads_with_it(shop: tuple[Database, Settings], processes: list[StandIn]) -> None:
    sha256 = champion(shop[0]).archive_sha256
    processes[0].etag = sha256
    found = check_health(*shop)
    assert found is not None
    assert (found.state, [each.follows for each in found.processes]) == ("waiting", [True, False])
    processes[1].etag = sha256
    found = check_health(*shop)
    assert found is not None
    assert (found.state, [each.agreeing for each in found.processes]) == ("healthy", [1.0, 1.0])
    assert models.health_of(champion(shop[0])) == found


@pytest.mark.parametrize("astray", ["reads", "model"])
def test_one_that_reads_otherwise_brings_the_one_before_back(
    shop: tuple[Database, Settings], processes: list[StandIn], astray: str
) -> None:
    for each in processes:
        each.etag = champion(shop[0]).archive_sha256
    if astray == "reads":
        processes[1].reads["hello"] = "out_of_scope"
    else:
        processes[1].model = "first"
    found = check_health(*shop)
    assert found is not None
    assert found.state == "failed"
    assert processes[1].url in found.text
    assert champion(shop[0]).fingerprint == "first"


def test_one_that_cannot_load_it_brings_the_one_before_back(
    shop: tuple[Database, Settings], processes: list[StandIn]
) -> None:
    processes[0].etag = champion(shop[0]).archive_sha256
    later(shop[0], 600)
    found = check_health(*shop)
    assert found is not None
    assert found.state == "failed"
    assert champion(shop[0]).fingerprint == "first"


def test_while_no_process_runs_it_waits(shop: tuple[Database, Settings], processes: list[StandIn]) -> None:
    for each in processes:
        each.server.shutdown()
        each.server.server_close()
    later(shop[0], 600)
    found = check_health(*shop)
    assert found is not None
    assert found.state == "waiting"
    assert champion(shop[0]).fingerprint == "second"
