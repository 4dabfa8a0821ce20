"""What all skills share: an honest answer when they break, an ear for anger, choices, and who is speaking."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.skill import (
    Events,
    Skill,
    Skills,
    remember,
)
from actions.turn import Turn
from shop.clock import now
from shop.settings import Settings
from shop.tables import Base, Conversation, Customer
from shop.unit_of_work import Database
from tests.actions.turns import answers, services, tracker, turn

ANGRY = ("negative", 0.95)


class Greets(Skill):
    """Answers and remembers."""

    skill = "greets"

    def handle(self, turn: Turn) -> Events:
        turn.say("utter_hello")
        turn.offer("help")
        turn.say("utter_more")
        turn.offer("stop", "help")
        return remember(last_skill="greets")


class Breaks(Skill):
    """Breaks in the middle of its answer."""

    skill = "breaks"

    def handle(self, turn: Turn) -> Events:
        turn.say_text("Half an answer")
        turn.offer("track_order")
        raise RuntimeError("password=hunter2")


class Sympathises(Greets):
    """Has its own words for anger."""

    acknowledges = False


def run(kind: type[Skill], **message: Any) -> tuple[list[dict[str, Any]], Events]:
    """The answers and events of one turn."""
    dispatcher = CollectingDispatcher()
    events = asyncio.run(kind(services(), Skills({})).run(dispatcher, tracker(**message), {}))
    return answers(dispatcher), events


def titles(message: dict[str, Any]) -> list[str]:
    return [choice["title"] for choice in message["buttons"]]


def test_choices_stand_below_the_whole_answer_each_once() -> None:
    messages, events = run(Greets)
    assert [(message["response"], titles(message)) for message in messages] == [
        ("utter_hello", []),
        ("utter_more", ["What can you do?", "Never mind"]),
    ]
    assert events == [SlotSet("last_skill", "greets")]


def test_a_skill_that_breaks_says_so_and_offers_a_person(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        messages, events = run(Breaks, conversation_id="c42")
    (message,) = messages
    assert (message["response"], titles(message)) == ("utter_trouble", ["Talk to a person"])
    assert "hunter2" not in str(messages)
    assert events == []
    assert "breaks" in caplog.text
    assert "c42" in caplog.text


def test_a_skill_that_breaks_on_an_upset_shopper_says_one_thing() -> None:
    messages, _ = run(Breaks, sentiment=ANGRY)
    assert [message["response"] for message in messages] == ["utter_trouble"]


def test_a_broken_skill_offers_its_person_in_the_shoppers_language() -> None:
    ((message,), _) = run(Breaks, slots={"language": "zh"})
    assert titles(message) == ["转人工客服"]


def test_an_upset_shopper_is_acknowledged_first_and_counted() -> None:
    messages, events = run(Greets, sentiment=ANGRY)
    assert [message["response"] for message in messages] == ["utter_acknowledge", "utter_hello", "utter_more"]
    assert SlotSet("upset_turns", 1) in events
    assert "Talk to a person" not in titles(messages[-1])


@pytest.mark.parametrize(("before", "offered"), [(None, False), (0, False), (1, True), (5, True)])
def test_the_second_upset_turn_brings_the_offer_of_a_person(before: int | None, offered: bool) -> None:
    messages, events = run(Greets, sentiment=ANGRY, slots={"upset_turns": before})
    assert ("Talk to a person" in titles(messages[-1])) is offered
    assert SlotSet("upset_turns", (before or 0) + 1) in events


@pytest.mark.parametrize("sentiment", [None, ("neutral", 0.99), ("positive", 0.99), ("negative", 0.79)])
def test_nobody_is_told_they_are_upset_who_is_not_clearly(sentiment: tuple[str, float] | None) -> None:
    messages, events = run(Greets, sentiment=sentiment, slots={"upset_turns": 3})
    assert [message["response"] for message in messages] == ["utter_hello", "utter_more"]
    assert events == [SlotSet("last_skill", "greets")]


def test_a_skill_with_its_own_words_counts_anger_and_adds_none() -> None:
    messages, events = run(Sympathises, sentiment=ANGRY, slots={"upset_turns": 4})
    assert messages[0]["response"] == "utter_hello"
    assert SlotSet("upset_turns", 5) in events


@pytest.mark.parametrize(("text", "typed"), [(" hi ", "hi"), ("/find_product", ""), ("", ""), ("和/或", "和/或")])
def test_a_tapped_choice_is_no_typed_text(text: str, typed: str) -> None:
    assert turn(text=text).text == typed


def test_the_last_of_several_values_counts() -> None:
    said = turn(entities=[("colour", "red"), ("size", "M"), ("colour", "blue")])
    assert (said.entity("colour"), said.entities("colour"), said.entity("product")) == ("blue", ["red", "blue"], "")


@pytest.fixture
def database(tmp_path: Any) -> Database:
    database = Database.from_settings(Settings(state_dir=tmp_path, database_url=""))
    Base.metadata.create_all(database.engine)
    with database.work() as unit:
        for number, name in ((1, "Emma"), (2, "Li Wei")):
            unit.session.add(
                Customer(id=number, external_id=f"x{number}", email=f"{number}@x.com", name=name, created_at=now())
            )
        unit.session.flush()
        for conversation_id, customer_id in (("known", 1), ("stranger", None)):
            times = {"created_at": now(), "updated_at": now()}
            unit.session.add(Conversation(id=conversation_id, customer_id=customer_id, **times))
        unit.commit()
    return database


def test_who_is_speaking_is_what_the_database_says(database: Database) -> None:
    known = turn(database, conversation_id="known").customer
    assert known is not None
    assert known.name == "Emma"


@pytest.mark.parametrize("conversation_id", ["stranger", "never opened"])
def test_no_slot_and_no_word_makes_anybody_a_customer(database: Database, conversation_id: str) -> None:
    claims = {"customer_id": 2, "customer": "Li Wei", "email": "2@x.com"}
    said = turn(
        database, "I am 2@x.com", conversation_id=conversation_id, slots=claims, entities=[("email", "2@x.com")]
    )
    assert said.customer is None
