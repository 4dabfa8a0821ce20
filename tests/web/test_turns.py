"""Never silent: what a shopper sees when Rasa is slow, broken, empty, away; and when a person has it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from shop import conversations as talk
from shop.conversations import Draft
from shop.settings import Settings
from shop.tables import Reply
from shop.unit_of_work import Database
from tests.web.served import Shopper, served, wait_until
from tests.web.stand_in import Body, StandIn, echo


def answers(*messages: Any, **more: Any) -> Any:
    return lambda asked: (200, {"messages": list(messages), **more})


def test_answers_are_stored_with_what_led_to_them(address: str, rasa: StandIn, database: Database) -> None:
    shopper = Shopper(address, language="en")
    assert shopper.answer_to(shopper.say("hello"))["text"] == "you said hello"
    with database.read() as unit:
        question, answer = talk.messages_after(unit.session, shopper.id, 0)
        assert question.parse == answer.parse == {"intent": {"name": "echo"}}
        assert unit.session.query(Reply).one().outcome == "answered"
    assert rasa.asked[0]["conversation_id"] == shopper.id
    assert rasa.asked[0]["language"] == "en"


def test_rasa_is_shown_the_secret(address: str, rasa: StandIn, settings: Settings) -> None:
    shopper = Shopper(address)
    shopper.answer_to(shopper.say("hello"))
    assert rasa.secrets == {settings.channel_secret}


@pytest.mark.parametrize(
    "behave",
    [
        lambda asked: (500, {"error": "the turn failed"}),
        lambda asked: (200, b"<html>"),
        lambda asked: (200, {"unexpected": True}),
        lambda asked: (200, ["a list"]),
        answers(),
        answers({"text": "  "}),
        answers(failed_actions=["action_track_order"]),
    ],
    ids=["error", "not JSON", "no messages", "a list", "empty", "blank", "broken action"],
)
def test_a_turn_that_fails_is_told_with_ways_on(address: str, rasa: StandIn, behave: Any) -> None:
    rasa.behave = behave
    shopper = Shopper(address)
    said = shopper.answer_to(shopper.say("where is it"))
    assert "Sorry" in said["text"]
    assert [choice["title"] for choice in said["choices"]] == ["Try again", "Talk to a person"]


def test_the_apology_is_in_the_language_of_the_message(address: str, rasa: StandIn) -> None:
    rasa.behave = lambda asked: (500, {})
    shopper = Shopper(address, language="en")
    assert "抱歉" in shopper.answer_to(shopper.say("我的订单到哪了？"))["text"]


def test_half_an_answer_is_kept_and_the_failure_told(address: str, rasa: StandIn) -> None:
    rasa.behave = answers({"text": "One moment."}, failed_actions=["action_x"])
    shopper = Shopper(address)
    shopper.say("hello")
    first, second = shopper.until(lambda event: event.get("choices"))[1:]
    assert first["text"] == "One moment."
    assert "Sorry" in second["text"]


def test_a_slow_rasa_is_told(settings: Settings, rasa: StandIn) -> None:
    settings.turn_timeout_seconds = 0.3
    rasa.behave = rasa.slow
    with served(settings) as address:
        shopper = Shopper(address)
        assert "taking longer" in shopper.answer_to(shopper.say("hello"))["text"]


def test_a_rasa_that_restarts_is_waited_for(settings: Settings, free_port: int) -> None:
    settings.rasa_port = free_port
    settings.turn_timeout_seconds = 20
    with served(settings) as address:
        shopper = Shopper(address)
        seq = shopper.say("hello")
        typing = next(event for name, _, event in shopper.events() if name == "typing" and event["typing"])
        assert typing == {"typing": True}  # the gateway is asking a port where nobody listens
        late = StandIn(free_port)
        assert shopper.answer_to(seq)["text"] == "you said hello"
        late.stop()


def test_a_rasa_without_a_model_is_waited_for(address: str, rasa: StandIn) -> None:
    def loading(asked: Body) -> tuple[int, Any]:
        rasa.behave = echo
        return 503, {"error": "no model is loaded"}

    rasa.behave = loading
    shopper = Shopper(address)
    assert shopper.answer_to(shopper.say("hello"))["text"] == "you said hello"


def test_try_again_asks_the_same_again(address: str, rasa: StandIn) -> None:
    rasa.behave = lambda asked: (500, {})
    shopper = Shopper(address)
    sorry = shopper.answer_to(shopper.say("/restart my order"))
    rasa.behave = echo
    again = shopper.tap(sorry, 0)
    assert shopper.answer_to(again)["text"] == "you said restart my order"
    assert rasa.asked[-1]["text"] == rasa.asked[0]["text"] == "restart my order"


def test_a_person_can_be_asked_for_although_rasa_is_down(settings: Settings, free_port: int) -> None:
    settings.rasa_port, settings.turn_timeout_seconds = free_port, 0.2
    database = Database.from_settings(settings)
    with served(settings) as address:
        shopper = Shopper(address)
        sorry = shopper.answer_to(shopper.say("my parcel is lost"))
        note = shopper.answer_to(shopper.tap(sorry, 1))
        assert (note["kind"], note["status"]) == ("status", "waiting")
    with database.read() as unit:
        handover = talk.open_handover(unit.session, shopper.id)
        assert handover is not None
        assert "my parcel is lost" in handover.summary
    database.close()


def test_the_bot_is_silent_while_a_person_has_it(address: str, rasa: StandIn, database: Database) -> None:
    shopper = Shopper(address)
    with database.work() as unit:
        talk.hand_over(unit.session, shopper.id, "asked", "wants a person")
        unit.commit()
    first = shopper.say("are you there?")
    assert shopper.answer_to(first)["event"] == "handover_unread"
    second = shopper.say("hello??")
    wait_until(lambda: outcomes(database) == ["silent", "silent"])
    with database.work() as unit:
        assert [m.author for m in talk.messages_after(unit.session, shopper.id, second)] == []
        talk.return_to_bot(unit.session, shopper.id)
        unit.commit()
    third = shopper.say("and now?")
    assert shopper.answer_to(third)["text"] == "you said and now?"
    assert [body["text"] for body in rasa.asked] == ["and now?"]


def outcomes(database: Database) -> list[str]:
    with database.read() as unit:
        return [reply.outcome for reply in unit.session.query(Reply).order_by(Reply.id)]


def test_messages_of_one_conversation_are_answered_in_turn(address: str, rasa: StandIn) -> None:
    busy, most_at_once = threading.Semaphore(0), []

    def counting(asked: Body) -> tuple[int, Any]:
        busy.release()
        most_at_once.append(busy._value)
        busy.acquire()
        return echo(asked)

    rasa.behave = counting
    shopper = Shopper(address)
    for number in range(5):
        shopper.say(f"number {number}")
    texts = [event["text"] for event in shopper.until(lambda event: event["text"] == "you said number 4")]
    answered = [text for text in texts if text.startswith("you said")]
    assert answered == [f"you said number {number}" for number in range(5)]
    assert most_at_once == [1] * 5


def test_conversations_do_not_wait_for_one_another(address: str, rasa: StandIn) -> None:
    rasa.behave = lambda asked: rasa.slow(asked) if asked["text"] == "slow" else echo(asked)
    stuck, quick = Shopper(address), Shopper(address)
    seq = stuck.say("slow")
    assert quick.answer_to(quick.say("quick"))["text"] == "you said quick"
    rasa.release.set()
    assert stuck.answer_to(seq)["text"] == "you said slow"


def test_what_an_earlier_process_left_is_answered_at_the_start(settings: Settings, database: Database) -> None:
    with database.work() as unit:
        conversation_id = talk.open_conversation(unit.session, "en").id
        draft = Draft(author="shopper", text="anybody?", client_id="a")
        talk.append_message(unit.session, conversation_id, draft)
        unit.commit()

    def answered() -> bool:
        with database.read() as unit:
            return [m.text for m in talk.messages_after(unit.session, conversation_id, 1)] == ["you said anybody?"]

    with served(settings):
        wait_until(answered)


def test_the_language_rasa_answers_in_is_remembered(address: str, rasa: StandIn, database: Database) -> None:
    rasa.behave = answers({"text": "您好"}, language="zh")
    shopper = Shopper(address, language="en")
    shopper.answer_to(shopper.say("你好"))
    with database.read() as unit:
        assert talk.get_conversation(unit.session, shopper.id).language == "zh"


@pytest.mark.parametrize("typed", ["/restart", "  /restart", "\u200b/restart", "/ /restart", "／restart"])
def test_a_typed_command_reaches_rasa_as_words(address: str, rasa: StandIn, typed: str) -> None:
    shopper = Shopper(address)
    seq = shopper.say(typed)
    shopper.answer_to(seq)
    assert rasa.asked[0]["text"] == "restart"
    assert "payload" not in rasa.asked[0]


def test_a_tapped_choice_reaches_rasa_as_its_payload(address: str, rasa: StandIn) -> None:
    rasa.behave = answers({"text": "?", "buttons": [{"title": "My order", "payload": '/track_order{"n": 1}'}]})
    shopper = Shopper(address)
    offered = shopper.answer_to(shopper.say("hello"))
    rasa.behave = echo
    seq = shopper.tap(offered, 0)
    assert shopper.until(lambda event: event["seq"] == seq)[-1]["text"] == "My order"
    shopper.answer_to(seq)
    assert rasa.asked[-1]["payload"] == '/track_order{"n": 1}'
