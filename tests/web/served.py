"""The web application on a real port, and a reader of its event streams."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import httpx
import uvicorn

from shop.settings import Settings
from web.app import create_app

Event = dict[str, Any]


@contextmanager
def served(settings: Settings, port: int = 0) -> Iterator[str]:
    """The application's address while the block runs."""
    config = uvicorn.Config(
        create_app(settings), port=port, log_level="warning", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started or not thread.is_alive())
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    while Shopper.clients:  # open connections would hold the server up
        Shopper.clients.pop().close()
    server.should_exit = True
    thread.join(20)


def wait_until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something that must come true; fail when it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


class Shopper:
    """One conversation, as a client of the API sees it."""

    clients: ClassVar[list[httpx.Client]] = []

    def __init__(self, address: str, **body: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=20)
        self.clients.append(self.http)
        answer = self.http.post("/api/conversations", json=body)
        assert answer.status_code == 201, answer.text
        self.id, self.token = answer.json()["conversation_id"], answer.json()["token"]

    @property
    def url(self) -> str:
        return f"/api/conversations/{self.id}"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, **body: Any) -> httpx.Response:
        body.setdefault("client_id", uuid.uuid4().hex)
        return self.http.post(f"{self.url}/messages", json=body, headers=self.bearer)

    def say(self, text: str) -> int:
        answer = self.post(text=text)
        assert answer.status_code == 202, answer.text
        return int(answer.json()["seq"])

    def tap(self, event: Event, index: int) -> int:
        answer = self.post(choice=event["choices"][index]["id"])
        assert answer.status_code == 202, answer.text
        return int(answer.json()["seq"])

    def events(self, after: int = 0, **headers: str) -> Iterator[tuple[str, str, Event]]:
        """(name, id, data) of each event, for as long as the caller reads."""
        wanted = {**self.bearer, **headers}
        with self.http.stream("GET", f"{self.url}/events?after={after}", headers=wanted) as answer:
            assert answer.status_code == 200
            name = number = data = ""
            for line in answer.iter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    number = value
                elif field == "data":
                    data = value
                elif not line and data:
                    yield name, number, json.loads(data)
                    name = number = data = ""

    def until(self, holds: Callable[[Event], object], after: int = 0) -> list[Event]:
        """The messages up to the first for which the condition holds."""
        found = []
        for name, _, event in self.events(after):
            if name == "message":
                found.append(event)
                if holds(event):
                    return found
        raise AssertionError("the stream ended")

    def answer_to(self, seq: int) -> Event:
        """The first message of anybody else after a number."""
        return self.until(lambda event: event["seq"] > seq and event["author"] != "shopper", seq)[-1]
