"""A client of the public chat API, for the terminal, the tests and the benchmarks."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from shop.errors import Unavailable

Event = dict[str, Any]


@dataclass
class ChatClient:
    """One conversation with a running shop at ``base_url``."""

    base_url: str
    customer_token: str | None = None
    language: str = "en"
    timeout_seconds: float = 60.0
    conversation_id: str = ""
    token: str = ""
    last_seq: int = 0
    events: list[Event] = field(default_factory=list)

    def open(self) -> ChatClient:
        """Begin the conversation."""
        body = {"language": self.language}
        if self.customer_token:
            body["customer_token"] = self.customer_token
        opened = self._post("/api/conversations", body)
        self.conversation_id, self.token = opened["conversation_id"], opened["token"]
        return self

    def send(self, client_id: str | None = None, **body: str) -> int:
        """Send ``text=...`` or ``choice=...`` and return the message's sequence number without waiting."""
        url = f"/api/conversations/{self.conversation_id}/messages"
        return int(self._post(url, {"client_id": client_id or uuid.uuid4().hex, **body})["seq"])

    def say(self, text: str) -> list[Event]:
        """Send a text and return what was answered."""
        return self.wait_for_answer(self.send(text=text))

    def choose(self, title: str) -> list[Event]:
        """Tap the latest choice whose title holds the words, and return what was answered."""
        for event in reversed(self.events):
            for choice in event.get("choices") or []:
                if title.lower() in choice["title"].lower():
                    return self.wait_for_answer(self.send(choice=choice["id"]))
        raise LookupError(f"no choice was offered that says {title!r}")

    def wait_for_answer(self, seq: int) -> list[Event]:
        """Everything after the message ``seq`` until the bot has finished its turn.

        Raises Unavailable when nothing comes within ``timeout_seconds``.
        """
        answers: list[Event] = []
        for name, event in self._stream():
            if name == "typing" and not event.get("typing") and answers:
                return answers
            if name == "message" and event["seq"] > seq and event["author"] != "shopper":
                answers.append(event)
        raise Unavailable(f"no answer to message {seq} within {self.timeout_seconds} s")

    def replay(self, after: int = 0) -> list[Event]:
        """All stored events after a sequence number, as a reconnecting widget gets them."""
        replayed: list[Event] = []
        last = self.last_seq
        for name, event in self._stream(after):
            if name == "message":
                replayed.append(event)
            if event.get("seq", 0) >= last:
                break
        return replayed

    def _stream(self, after: int | None = None) -> Iterator[tuple[str, Event]]:
        start = self.last_seq if after is None else after
        deadline = time.monotonic() + self.timeout_seconds
        url = f"/api/conversations/{self.conversation_id}/events"
        with (
            suppress(httpx.ReadTimeout),  # silence for as long as we wait: the same as the deadline
            self._http() as http,
            http.stream("GET", url, params={"after": start}) as response,
        ):
            response.raise_for_status()
            name, data = "message", ""
            for line in response.iter_lines():
                if time.monotonic() > deadline:
                    return
                key, _, value = line.partition(":")
                if key == "event":
                    name = value.strip()
                elif key == "data":
                    data = value.strip()
                elif not line and data:
                    event = json.loads(data)
                    self._keep(name, event)
                    yield name, event
                    name, data = "message", ""

    def _keep(self, name: str, event: Event) -> None:
        if name == "message" and event["seq"] > self.last_seq:
            self.last_seq = event["seq"]
            self.events.append(event)

    def _post(self, url: str, body: dict[str, str]) -> dict[str, Any]:
        with self._http() as http:
            answer = http.post(url, json=body)
        answer.raise_for_status()
        answered: dict[str, Any] = answer.json()
        return answered

    def _http(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=self.timeout_seconds)
