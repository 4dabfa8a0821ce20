"""The client of the chat API, against the real web application."""

from __future__ import annotations

import pytest

from shop.errors import Unavailable
from tests.web.stand_in import StandIn
from web.client import ChatClient


@pytest.fixture
def client(address: str) -> ChatClient:
    return ChatClient(address, timeout_seconds=20).open()


def test_what_is_said_is_answered(client: ChatClient) -> None:
    (answer,) = client.say("hello")
    assert (answer["author"], answer["text"]) == ("bot", "you said hello")
    (answer,) = client.say("again")
    assert answer["text"] == "you said again"


def test_the_latest_choice_with_the_words_is_tapped(client: ChatClient, rasa: StandIn) -> None:
    def offer(asked: dict[str, str]) -> tuple[int, object]:
        text = asked.get("payload") or "pick"
        buttons = [{"title": "Track my order", "payload": f"/track_{text.strip('/')}"}]
        return 200, {"messages": [{"text": text, "buttons": buttons}], "parse": None}

    rasa.behave = offer
    client.say("hello")
    assert client.choose("track MY")[0]["text"] == "/track_pick"
    assert client.choose("order")[0]["text"] == "/track_track_pick"
    with pytest.raises(LookupError, match="sofa"):
        client.choose("sofa")


def test_a_reconnecting_client_gets_what_it_missed(client: ChatClient) -> None:
    client.say("one")
    client.say("two")
    assert [event["text"] for event in client.replay()] == ["one", "you said one", "two", "you said two"]
    assert [event["text"] for event in client.replay(after=2)] == ["two", "you said two"]


def test_waiting_for_what_never_comes_ends_honestly(client: ChatClient) -> None:
    client.timeout_seconds = 0.3
    with pytest.raises(Unavailable, match="no answer to message 99"):
        client.wait_for_answer(99)
