"""Asking Rasa for the answers to one message, within a bounded time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from shop.channel_secret import HEADER
from shop.conversations import LANGUAGES
from shop.settings import Settings

_RETRY_SECONDS = 0.4


class TurnFailed(Exception):
    """Rasa gave no usable answer. ``kind``: timeout, unreachable, bad_answer, empty, action."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


@dataclass(frozen=True)
class Ask:
    """One message for Rasa. ``words`` starting with ``/`` is a payload, everything else is text."""

    conversation_id: str
    message_id: str
    words: str
    language: str

    def body(self) -> dict[str, str]:
        """As the channel wants it."""
        name = "payload" if self.words.startswith("/") else "text"
        return {
            "conversation_id": self.conversation_id,
            "message_id": self.message_id,
            "language": self.language,
            name: self.words,
        }


@dataclass(frozen=True)
class RasaAnswer:
    """What came of a turn: answers, the parse of the message, and the names of actions that broke."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    parse: dict[str, Any] | None = None
    language: str | None = None
    failed_actions: list[str] = field(default_factory=list)


class RasaClient:
    """Rasa's channel, as the gateway uses it."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings) -> None:
        self._http = http
        self._url = f"http://127.0.0.1:{settings.rasa_port}/webhooks/aisle/webhook"
        self._headers = {HEADER: settings.channel_secret}
        self._timeout_seconds = settings.turn_timeout_seconds

    async def ask(self, ask: Ask) -> RasaAnswer:
        """The answers to a message. While Rasa is away (it may be restarting) this asks again, quietly.

        Raises TurnFailed when the time is up, or at once when Rasa answers with an error.
        """
        deadline = time.monotonic() + self._timeout_seconds
        while True:
            try:
                return _read(await self._post(ask, deadline - time.monotonic()))
            except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
                if time.monotonic() + _RETRY_SECONDS >= deadline:
                    raise TurnFailed("unreachable", repr(error)) from error
            except httpx.HTTPError as error:
                raise TurnFailed("bad_answer", repr(error)) from error
            await asyncio.sleep(_RETRY_SECONDS)

    async def _post(self, ask: Ask, seconds: float) -> httpx.Response:
        try:
            request = self._http.post(self._url, json=ask.body(), headers=self._headers, timeout=None)
            response = await asyncio.wait_for(request, max(seconds, 0))
        except asyncio.TimeoutError as error:
            raise TurnFailed("timeout", f"no answer within {self._timeout_seconds} seconds") from error
        if response.status_code == 503:  # Rasa runs, but its model is still being loaded
            raise httpx.ConnectError("no model is loaded")
        return response


def _read(response: httpx.Response) -> RasaAnswer:
    if response.status_code != 200:
        raise TurnFailed("bad_answer", f"status {response.status_code}")
    try:
        body = response.json()
        messages = [message for message in body["messages"] if isinstance(message, dict)]
        language = body.get("language") if body.get("language") in LANGUAGES else None
        return RasaAnswer(messages, body.get("parse"), language, list(body.get("failed_actions") or []))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TurnFailed("bad_answer", repr(error)) from error
