"""A part of a page that stays true by itself: sent as a server-sent event whenever it has changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from web.staff.pages import HEADERS

_LOOK_SECONDS = 0.5
_HEARTBEAT_SECONDS = 15
_FAREWELL_SECONDS = 2
_LONGEST_SECONDS = 300
"""Then the browser asks anew, and whoever signed out in between hears nothing more."""


@dataclass(frozen=True)
class Part:
    """What is shown: HTML of our own templates, one plain sentence that is read aloud when it changes, and whether
    nothing more will change."""

    html: str
    words: str
    is_over: bool


def live(look: Callable[[], Part]) -> EventSourceResponse:
    """The stream of a part; the last event is the one that is over."""
    closing = anyio.Event()  # set when the server is told to stop
    return EventSourceResponse(
        _events(look, closing),
        headers=HEADERS,
        ping=_HEARTBEAT_SECONDS,
        shutdown_event=closing,
        shutdown_grace_period=_FAREWELL_SECONDS,
    )


async def _events(look: Callable[[], Part], closing: anyio.Event) -> AsyncIterator[ServerSentEvent]:
    sent: Part | None = None
    with anyio.move_on_after(_LONGEST_SECONDS):
        while not closing.is_set():
            part = await run_in_threadpool(look)
            if part != sent:
                sent = part
                yield ServerSentEvent(json.dumps(asdict(part), ensure_ascii=False), event="part")
            if part.is_over:
                return
            with anyio.move_on_after(_LOOK_SECONDS):
                await closing.wait()
