"""What Rasa remembers: bounded in length, and yet the bot stands where it stood."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.tracker_store import KEPT_TURNS, MAX_EVENTS, BoundedTrackerStore, bounded
from shop.migrations import upgrade
from shop.settings import get_settings
from shop.tables import DialogueState
from shop.unit_of_work import Database

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [talk]
    entities: [email]
    forms: {identify_form: {required_slots: [email]}}
    slots:
      language: {type: text, influence_conversation: false, mappings: [{type: custom}]}
      search: {type: any, mappings: [{type: custom}]}
      email: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: email}]}
    """
)
OPENING: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]


def turn(number: int, *extra: Event) -> list[Event]:
    """A turn of ten events, as the bot's turns are."""
    return [
        ActionExecuted("action_listen"),
        UserUttered(f"message {number}", intent={"name": "talk", "confidence": 0.9}),
        SlotSet("language", "zh" if number % 2 else "en"),
        ActionExecuted("action_find_product"),
        BotUttered(f"answer {number}"),
        BotUttered("a card"),
        SlotSet("search", {"product": f"thing {number}"}),
        *extra,
    ]


def talk(turns: int) -> list[Event]:
    return [*OPENING, *(event for number in range(turns) for event in turn(number, SlotSet("email", None)))]


def tracker(events: list[Event]) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c1", events, DOMAIN.slots)


def said(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, UserUttered)]


def standing(events: list[Event]) -> tuple[Any, ...]:
    """Where a conversation stands: all that the policies and skills go by."""
    now = tracker(events)
    return now.current_slot_values(), now.active_loop_name, now.latest_action_name, now.latest_message.text


def test_a_short_history_is_left_alone() -> None:
    events = talk(5)
    assert bounded(events) is events


def test_a_long_history_keeps_its_last_turns_and_all_slots() -> None:
    events = talk(100)
    kept = bounded(events)
    assert said(kept) == [f"message {number}" for number in range(100 - KEPT_TURNS, 100)]
    assert standing(kept) == standing(events)


def test_a_slot_set_only_long_ago_is_kept() -> None:
    events = [*OPENING, *turn(0, SlotSet("email", "jane@example.com"))]
    events += [event for number in range(1, 100) for event in turn(number)]
    assert tracker(bounded(events)).get_slot("email") == "jane@example.com"


def test_the_history_of_300_turns_never_grows_past_the_limit() -> None:
    events = list(OPENING)
    for number in range(300):
        events = bounded([*events, *turn(number, SlotSet("email", None))])
        assert len(events) <= MAX_EVENTS
    assert standing(events) == standing(talk(300))


def in_form(numbers: range) -> list[Event]:
    """Turns in which the identity form asks again and again."""
    begun = turn(numbers.start, ActionExecuted("identify_form"), ActiveLoop("identify_form"))
    later = [
        turn(number, ActionExecuted("identify_form"), SlotSet("requested_slot", "email")) for number in numbers[1:]
    ]
    return [*begun, *(event for events in later for event in events)]


def test_a_form_left_open_for_long_is_bounded_and_still_open() -> None:
    events = [*talk(40), *in_form(range(40, 340))]
    kept = bounded(events)
    assert len(kept) <= MAX_EVENTS
    assert said(kept) == [f"message {number}" for number in range(340 - KEPT_TURNS, 340)]
    assert [event.name for event in kept if isinstance(event, ActiveLoop)] == ["identify_form"]
    assert standing(kept) == standing(events)


def test_after_the_form_it_may_be_cut_away() -> None:
    events = [*talk(5), *in_form(range(5, 20)), ActiveLoop(None), *talk(20)[len(OPENING) :]]
    kept = bounded(events)
    assert not [event for event in kept if isinstance(event, ActiveLoop)]
    assert len(said(kept)) == KEPT_TURNS
    assert standing(kept) == standing(events)


def test_tapping_and_failing_turns_do_not_stop_the_cut() -> None:
    # A turn whose action broke ends early: listen, message, nothing more.
    broken = [ActionExecuted("action_listen"), UserUttered("/help", intent={"name": "talk"})]
    assert len(bounded([*OPENING, *broken * 200])) <= MAX_EVENTS


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["talk", "form", "end"]), min_size=20, max_size=60))
def test_wherever_it_is_cut_the_bot_stands_where_it_stood(plan: list[str]) -> None:
    events = list(OPENING)
    for number, what in enumerate(plan):
        loop = {"talk": [], "form": [ActiveLoop("identify_form")], "end": [ActiveLoop(None)]}[what]
        events += turn(number, *loop)
    assert standing(bounded(events)) == standing(events)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'aisle.db'}"
    upgrade(url)
    return url


@pytest.fixture
def store(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[BoundedTrackerStore]:
    monkeypatch.setenv("AISLE_DATABASE_URL", url)
    get_settings.cache_clear()
    yield BoundedTrackerStore(DOMAIN)
    get_settings.cache_clear()


def test_a_tracker_comes_back_as_it_was_saved(store: BoundedTrackerStore) -> None:
    before = tracker([*talk(3), *in_form(range(3, 5))])
    asyncio.run(store.save(before))
    after = asyncio.run(store.retrieve("c1"))
    assert after is not None
    assert list(after.events) == list(before.events)
    assert standing(list(after.events)) == standing(list(before.events))


def test_who_never_spoke_has_no_tracker(store: BoundedTrackerStore) -> None:
    assert asyncio.run(store.retrieve("nobody")) is None
    assert list(asyncio.run(store.keys())) == []


def test_each_conversation_has_its_own(store: BoundedTrackerStore) -> None:
    for name in ("a", "b"):
        asyncio.run(
            store.save(DialogueStateTracker.from_events(name, [SlotSet("email", f"{name}@x.com")], DOMAIN.slots))
        )
    assert sorted(asyncio.run(store.keys())) == ["a", "b"]
    found = asyncio.run(store.retrieve("b"))
    assert found is not None
    assert found.get_slot("email") == "b@x.com"


def test_what_is_stored_of_a_long_conversation_stays_small(store: BoundedTrackerStore, url: str) -> None:
    async def converse() -> DialogueStateTracker | None:
        for number in range(40):
            now = await store.retrieve("c1") or DialogueStateTracker("c1", DOMAIN.slots)
            for event in turn(number, SlotSet("email", f"{number}@x.com")):
                now.update(event)
            await store.save(now)
        return await store.retrieve("c1")

    found = asyncio.run(converse())
    assert found is not None
    assert standing(list(found.events)) == standing(
        [event for number in range(40) for event in turn(number, SlotSet("email", f"{number}@x.com"))]
    )
    with Database.from_settings(get_settings()).read() as unit:
        row = unit.session.get(DialogueState, "c1")
        assert len(row.events) <= MAX_EVENTS
