"""Keeps what Rasa remembers of each conversation in the shop's database, bounded in length.

Rasa replays every event of a conversation on every turn, so that an unbounded history makes the 360th turn a
hundred times slower than the first. Here a history past ``MAX_EVENTS`` is cut back to its last turns, and the
slots as they stood at the cut are put in front. The full conversation stays in the ``messages`` table.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select

from shop.clock import now
from shop.conversations import ensure_conversation
from shop.settings import get_settings
from shop.tables import DialogueState
from shop.unit_of_work import Database

#: A turn writes about ten events.
MAX_EVENTS = 160
KEPT_TURNS = 6


class BoundedTrackerStore(TrackerStore):
    """One row a conversation, in the database of the settings."""

    def __init__(self, domain: Domain | None, event_broker: Any = None, **_: Any) -> None:
        super().__init__(domain, event_broker)
        self._database = Database.from_settings(get_settings())

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the tracker's events, cut to size."""
        await self.stream_events(tracker)
        events = [event.as_dict() for event in bounded(list(tracker.events))]
        with self._database.work() as unit:
            row = unit.session.get(DialogueState, tracker.sender_id)
            if row is None:
                # The gateway opens its conversations; one of `rasa shell` comes past it.
                ensure_conversation(unit.session, tracker.sender_id)
                row = DialogueState(conversation_id=tracker.sender_id)
                unit.session.add(row)
            row.events, row.updated_at = events, now()
            unit.commit()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker as it was saved, or None for a new conversation."""
        with self._database.read() as unit:
            row = unit.session.get(DialogueState, sender_id)
        if row is None:
            return None
        return DialogueStateTracker.from_dict(sender_id, row.events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        with self._database.read() as unit:
            return list(unit.session.scalars(select(DialogueState.conversation_id)))


def bounded(events: list[Event]) -> list[Event]:
    """The events themselves when few; else the slots and the running form as of a turn's start, and all since."""
    if len(events) <= MAX_EVENTS:
        return events
    starts = _turn_starts(events)
    if len(starts) <= KEPT_TURNS:
        return events
    cut = starts[-KEPT_TURNS]
    slots = {event.key: event.value for event in events[:cut] if isinstance(event, SlotSet)}
    snapshot: list[Event] = [SlotSet(name, value) for name, value in slots.items()]
    forms = [event for event in events[:cut] if isinstance(event, ActiveLoop)]
    if forms and forms[-1].name:
        snapshot.append(ActiveLoop(forms[-1].name))
    return [SessionStarted(), *snapshot, *events[cut:]]


def _turn_starts(events: list[Event]) -> list[int]:
    """Where a turn begins: the indices of ``action_listen`` before a shopper's message."""
    return [
        index
        for index, (event, following) in enumerate(itertools.pairwise(events))
        if isinstance(event, ActionExecuted)
        and event.action_name == ACTION_LISTEN_NAME
        and isinstance(following, UserUttered)
    ]
