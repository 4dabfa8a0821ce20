"""Event streams: nothing missed, nothing twice, in order, whoever wrote it."""

from __future__ import annotations

import httpx

from shop import conversations as talk
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.web.served import Shopper, served
from tests.web.stand_in import StandIn, echo


def seqs(shopper: Shopper, last: int, after: int = 0, **headers: str) -> list[int]:
    """The numbers of the messages up to ``last``; a wrong order or a repeat would show."""
    found: list[int] = []
    for name, number, event in shopper.events(after, **headers):
        if name == "message":
            assert number == str(event["seq"])
            found.append(event["seq"])
            if event["seq"] >= last:
                break
    return found


def test_a_reconnect_replays_exactly_what_was_missed(address: str) -> None:
    shopper = Shopper(address)
    for number in range(3):
        shopper.answer_to(shopper.say(f"number {number}"))
    assert seqs(shopper, 6) == [1, 2, 3, 4, 5, 6]
    assert seqs(shopper, 6, after=4) == [5, 6]
    assert seqs(shopper, 6, **{"Last-Event-ID": "3"}) == [4, 5, 6]
    assert seqs(shopper, 6, after=1, **{"Last-Event-ID": "5"}) == [6]
    assert seqs(shopper, 6, **{"Last-Event-ID": "rubbish"}) == [1, 2, 3, 4, 5, 6]


def test_a_long_conversation_is_replayed_whole(address: str, database: Database) -> None:
    shopper = Shopper(address)
    with database.work() as unit:
        for number in range(450):
            talk.append_message(unit.session, shopper.id, talk.Draft(author="bot", text=str(number)))
        unit.commit()
    assert seqs(shopper, 450) == list(range(1, 451))


def test_a_reconnect_in_mid_answer_gets_the_answer(address: str, rasa: StandIn) -> None:
    rasa.behave = rasa.slow
    shopper = Shopper(address)
    seq = shopper.say("hello")
    assert seqs(shopper, seq) == [1]  # and the connection is dropped
    rasa.release.set()
    assert shopper.answer_to(seq)["text"] == "you said hello"


def test_what_another_process_writes_arrives(address: str, database: Database) -> None:
    shopper = Shopper(address)
    listening = shopper.events()
    assert next(listening)[0] == "typing"  # the replay, of nothing, is over
    with database.work() as unit:
        talk.append_agent_message(unit.session, shopper.id, "Ana here.")
        unit.commit()
    assert next(listening)[2]["text"] == "Ana here."


def test_typing_is_shown_around_the_answer(address: str, rasa: StandIn) -> None:
    rasa.behave = rasa.slow
    shopper = Shopper(address)
    listening = shopper.events()
    assert next(listening) == ("typing", "", {"typing": False})
    shopper.say("hello")
    seen: list[object] = []
    while seen[-2:] != ["bot", False]:
        name, _, event = next(listening)
        seen.append(event["typing"] if name == "typing" else event["author"])
        if seen[-1] is True:
            rasa.release.set()
    assert sorted(map(str, seen)) == ["False", "True", "bot", "shopper"]


def test_the_shopper_sees_their_own_message_with_its_client_id(address: str) -> None:
    shopper = Shopper(address)
    seq = shopper.post(client_id="mine", text="hello").json()["seq"]
    event = shopper.until(lambda event: event["seq"] == seq)[-1]
    assert (event["author"], event["client_id"]) == ("shopper", "mine")


def test_payloads_never_leave(address: str, rasa: StandIn) -> None:
    button = {"title": "Yes", "payload": "/affirm"}
    rasa.behave = lambda asked: (200, {"messages": [{"text": "Sure?", "buttons": [button]}]})
    shopper = Shopper(address)
    event = shopper.answer_to(shopper.say("cancel it"))
    assert "/affirm" not in str(event)
    assert event["choices"][0]["title"] == "Yes"


def test_a_browser_may_show_its_token_in_the_address(address: str) -> None:
    shopper = Shopper(address)
    shopper.say("hello")
    with httpx.stream("GET", f"{address}{shopper.url}/events", params={"token": shopper.token}) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert next(answer.iter_lines()) == "id: 1"


def test_streams_of_one_conversation_are_bounded(settings: Settings) -> None:
    with served(settings) as address:
        shopper = Shopper(address)
        streams = [shopper.events() for _ in range(10)]
        for stream in streams:
            next(stream)
        refused = shopper.http.get(f"{shopper.url}/events", headers=shopper.bearer)
        assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")
        for stream in streams:
            stream.close()


def test_listeners_of_other_conversations_hear_nothing(address: str, rasa: StandIn) -> None:
    rasa.behave = echo
    talker, listener = Shopper(address), Shopper(address)
    heard = listener.events()
    next(heard)
    talker.answer_to(talker.say("a secret"))
    listener.say("only this")
    assert listener.until(lambda event: event["author"] == "bot")[0]["text"] == "only this"
