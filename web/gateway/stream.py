"""A conversation as server-sent events: replay, then live, each message exactly once and in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import anyio
from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from shop.conversations import messages_after
from shop.feedback import votes
from shop.tables import Message
from shop.unit_of_work import Database
from web.gateway.feedback import marks
from web.gateway.hub import Hub

_PAGE = 200
_CLOSING_LOOK_SECONDS = 0.5


def as_event(message: Message, vote: int | None = None) -> dict[str, Any]:
    """A message as the public API shows it, with the thumb that it has."""
    event: dict[str, Any] = {
        "seq": message.seq,
        "author": message.author,
        "kind": message.kind,
        "text": message.text,
        "created_at": message.created_at.isoformat(),
    }
    if message.client_id is not None:
        event["client_id"] = message.client_id
    if vote is not None:
        event["vote"] = vote
    return {**message.data, **event, **marks(message)}


async def event_stream(
    database: Database, hub: Hub, conversation_id: str, after: int, closing: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    """All messages above ``after``, then every new one, until the listener leaves or ``closing`` is set.

    Numbers are given under a lock on the conversation, so that a lower number is never committed after a
    higher one: reading on from the last number sent misses nothing and repeats nothing.
    """
    shown_typing: bool | None = None  # so that a listener is told after the replay whether an answer is coming
    with hub.listen(conversation_id) as changed:
        while not closing.is_set():
            changed.clear()
            typing = hub.is_typing(conversation_id)
            page = await run_in_threadpool(_read, database, conversation_id, after)
            for event in page:
                after = event["seq"]
                yield _event(event, "message", after)
            if typing != shown_typing:
                shown_typing = typing
                yield _event({"typing": typing}, "typing")
            if len(page) < _PAGE:
                await _wait(changed, closing)


async def _wait(changed: asyncio.Event, closing: anyio.Event) -> None:
    while not changed.is_set() and not closing.is_set():
        with anyio.move_on_after(_CLOSING_LOOK_SECONDS):
            await changed.wait()


def _read(database: Database, conversation_id: str, after: int) -> list[dict[str, Any]]:
    with database.read() as unit:
        page = messages_after(unit.session, conversation_id, after, _PAGE)
        given = votes(unit.session, [message.id for message in page])
        return [as_event(message, given.get(message.id)) for message in page]


def _event(data: dict[str, Any], name: str, seq: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=name, id=None if seq is None else str(seq))
