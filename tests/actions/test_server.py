"""The door Rasa knocks at: rasa_sdk's protocol, without ever giving back what was sent."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.server import create_app

SECRET = "jane@example.com"


class Answers(Action):
    def name(self) -> str:
        return "action_answers"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        dispatcher.utter_message(response="utter_hello", name="Ana")
        return [SlotSet("language", tracker.get_slot("language"))]


class Breaks(Action):
    def name(self) -> str:
        return "action_breaks"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        raise RuntimeError(f"cannot find {tracker.get_slot('email')}")


class Declines(Action):
    def name(self) -> str:
        return "action_declines"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Any]:
        raise ActionExecutionRejection(self.name())


@pytest.fixture(scope="module")
def door() -> Iterator[TestClient]:
    app = create_app([Answers(), Breaks(), Declines()])
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def call(action: str) -> dict[str, Any]:
    """What Rasa sends to run an action."""
    tracker = {
        "sender_id": "c1",
        "slots": {"language": "zh", "email": SECRET},
        "latest_message": {"text": f"I am {SECRET}"},
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": "action_listen",
    }
    return {"next_action": action, "sender_id": "c1", "tracker": tracker, "domain": {}}


def test_an_action_runs_and_answers(door: TestClient) -> None:
    answer = door.post("/webhook", json=call("action_answers"))
    assert answer.status_code == 200
    assert answer.json()["events"] == [{"event": "slot", "timestamp": None, "name": "language", "value": "zh"}]
    (response,) = answer.json()["responses"]
    assert (response["response"], response["name"]) == ("utter_hello", "Ana")


def test_a_compressed_request_is_read(door: TestClient) -> None:
    body = zlib.compress(json.dumps(call("action_answers")).encode())
    assert door.post("/webhook", content=body, headers={"Content-Encoding": "deflate"}).status_code == 200


@pytest.mark.parametrize(
    ("action", "status"), [("action_breaks", 500), ("action_declines", 400), ("action_unheard_of", 404)]
)
def test_a_failure_is_named_and_the_request_not_given_back(door: TestClient, action: str, status: int) -> None:
    answer = door.post("/webhook", json=call(action))
    assert answer.status_code == status
    assert answer.json()["action_name"] == action
    assert set(answer.json()) == {"error", "action_name"}
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (f'{{"text": "{SECRET}"', {}),
        (f'["{SECRET}"]', {}),
        (f'{{"next_action": "action_answers", "text": "{SECRET}"}}', {}),
        (SECRET, {"Content-Encoding": "deflate"}),
        ("", {}),
    ],
)
def test_a_request_that_is_none_fails_without_being_given_back(
    door: TestClient, body: str, headers: dict[str, str]
) -> None:
    answer = door.post("/webhook", content=body, headers=headers)
    assert answer.status_code >= 400
    assert SECRET not in answer.text


def test_it_says_that_it_is_up_and_nothing_about_itself(door: TestClient) -> None:
    assert door.get("/health").json() == {"status": "ok"}
    for path in ("/docs", "/openapi.json", "/actions"):
        assert door.get(path).status_code == 404


def test_with_a_secret_only_who_shows_it_runs_an_action() -> None:
    client = TestClient(create_app([Answers()], "the secret"))
    call = {
        "next_action": Answers().name(),
        "sender_id": "c1",
        "tracker": {"sender_id": "c1", "slots": {}},
        "domain": {},
    }
    assert client.post("/webhook", json=call).status_code == 403
    assert client.post("/webhook", json=call, headers={"x-aisle-secret": "another"}).status_code == 403
    assert client.post("/webhook", json=call, headers={"x-aisle-secret": "the secret"}).status_code == 200
