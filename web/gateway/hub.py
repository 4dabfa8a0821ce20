"""Who listens to which conversation, and waking them when something happens there.

Events written by this process wake their listeners at once. Those written by others (an action that hands
over, a colleague's answer) are noticed by looking at the database once a second, one query for all.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from shop.conversations import last_seqs
from shop.unit_of_work import Database

logger = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
_IDS_PER_QUERY = 500  # databases bound the number of parameters


class Hub:
    """The listeners of every conversation in this process, and who is being answered right now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._seen: dict[str, int] = {}
        self._typing: set[str] = set()
        self._poller: asyncio.Task[None] | None = None

    @contextmanager
    def listen(self, conversation_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the conversation should be looked at again."""
        event = asyncio.Event()
        self._listeners[conversation_id].add(event)
        try:
            yield event
        finally:
            self._listeners[conversation_id].discard(event)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]
                self._seen.pop(conversation_id, None)

    def count(self, conversation_id: str | None = None) -> int:
        """How many listen to a conversation, or to any."""
        if conversation_id is not None:
            return len(self._listeners.get(conversation_id, ()))
        return sum(len(events) for events in self._listeners.values())

    def wake(self, conversation_id: str) -> None:
        """Something was stored, or the typing state changed."""
        for event in self._listeners.get(conversation_id, ()):
            event.set()

    def is_typing(self, conversation_id: str) -> bool:
        """Whether the bot works on an answer now."""
        return conversation_id in self._typing

    @contextmanager
    def typing(self, conversation_id: str) -> Iterator[None]:
        """The bot works on an answer while the block runs."""
        self._typing.add(conversation_id)
        self.wake(conversation_id)
        try:
            yield
        finally:
            self._typing.discard(conversation_id)
            self.wake(conversation_id)

    async def start(self) -> None:
        """Begin to look at the database."""
        self._poller = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """Stop looking."""
        if self._poller is not None:
            self._poller.cancel()
            with suppress(asyncio.CancelledError):
                await self._poller

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            try:
                found = await run_in_threadpool(self._last_seqs, list(self._listeners))
            except SQLAlchemyError:
                logger.exception("The database did not say what is new; asking again in a second.")
                continue
            for conversation_id, seq in found.items():
                if self._seen.get(conversation_id) != seq and conversation_id in self._listeners:
                    self._seen[conversation_id] = seq
                    self.wake(conversation_id)

    def _last_seqs(self, conversation_ids: list[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        if not conversation_ids:
            return found
        with self._database.read() as unit:
            for start in range(0, len(conversation_ids), _IDS_PER_QUERY):
                found |= last_seqs(unit.session, conversation_ids[start : start + _IDS_PER_QUERY])
        return found
