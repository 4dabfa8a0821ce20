"""Attempts through the doors of the running system: forged tokens and metadata, replays, typed commands, its ports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from shop.clock import now
from shop.tables import Conversation, Mail, OneTimeCode
from tests.running_system import RunningSystem
from tests.security.attempts import filled, table
from tests.security.conftest import World, people_a_shop
from tests.security.forging import WAYS, forged_tokens
from tests.security.people import Attacker, make_attacker
from tests.security.watch import leaks
from web.client import ChatClient

pytestmark = pytest.mark.end_to_end

REQUESTS = table("requests.yml")
TYPED = table("payloads.yml")["typed"]


@pytest.fixture(scope="module")
def running(system: RunningSystem) -> World:
    """The running shop, with victims in it."""
    return people_a_shop(system.database(), system.settings)


@pytest.fixture
def facts(running: World) -> Iterator[dict[str, str]]:
    """The victim's words; after the test nothing that is not an attacker's may have changed."""
    victim = running.victims["en"]
    yield {**victim.facts, "number": str(victim.customer_id)}
    assert running.changes() == {}


@pytest.fixture
def attacker(running: World) -> Attacker:
    """A customer with an account of their own."""
    return make_attacker(running.database)


@pytest.fixture
def chat(system: RunningSystem, attacker: Attacker) -> ChatClient:
    """The attacker's own conversation, signed in."""
    return ChatClient(system.url, system.customer_token(attacker.facts["own_id"])).open()


def harmless(running: World, shown: Any, *typed: str) -> bool:
    """Whether an answer holds nothing of the victims."""
    return leaks(shown, typed, running.victims.values()) == []


@pytest.mark.parametrize("way", WAYS)
def test_forged_customer_token(
    way: str, system: RunningSystem, running: World, facts: dict[str, str], attacker: Attacker
) -> None:
    settings = system.settings
    own = system.customer_token(attacker.facts["own_id"])
    tokens = forged_tokens("aisle-customer", facts["id"], settings.customer_token_key, settings.secret_key, own)
    answer = httpx.post(f"{system.url}/api/conversations", json={"customer_token": tokens[way]})
    assert answer.status_code == 401
    assert harmless(running, answer.text)


@pytest.mark.parametrize("subject", ["nobody", "x' OR external_id = '<id>", "<id>\x00", "%", "<number>", "<email>"])
def test_customer_token_that_names_nobody(
    subject: str, system: RunningSystem, running: World, facts: dict[str, str]
) -> None:
    token = system.customer_token(filled(subject, facts))
    answer = httpx.post(f"{system.url}/api/conversations", json={"customer_token": token})
    assert answer.status_code == 401
    assert harmless(running, answer.text, subject)


@pytest.mark.parametrize("way", [*WAYS, "own conversation's", "own customer token"])
@pytest.mark.parametrize("door", ["listen", "listen by query", "send"])
def test_forged_conversation_token(
    door: str, way: str, system: RunningSystem, running: World, facts: dict[str, str], chat: ChatClient
) -> None:
    settings = system.settings
    keys = settings.secret_key, settings.customer_token_key
    tokens = forged_tokens("aisle-conversation", facts["conversation"], *keys, chat.token)
    tokens |= {"own conversation's": chat.token, "own customer token": chat.customer_token or ""}
    url = f"{system.url}/api/conversations/{facts['conversation']}"
    bearer = {"Authorization": f"Bearer {tokens[way]}"}
    if door == "send":
        answer = httpx.post(f"{url}/messages", json={"client_id": "1", "text": "order history"}, headers=bearer)
    elif door == "listen":
        answer = httpx.get(f"{url}/events", headers=bearer)
    else:
        answer = httpx.get(f"{url}/events", params={"token": tokens[way]})
    assert answer.status_code == 401
    assert harmless(running, answer.text)


@pytest.mark.parametrize("body", REQUESTS["open"], ids=str)
def test_forged_opening(body: Any, system: RunningSystem, running: World, facts: dict[str, str]) -> None:
    answer = httpx.post(f"{system.url}/api/conversations", json=filled(body, facts))
    assert answer.status_code == 422
    assert harmless(running, answer.text, str(filled(body, facts)))


@pytest.mark.parametrize("body", REQUESTS["send"], ids=str)
def test_forged_message(
    body: Any, system: RunningSystem, running: World, facts: dict[str, str], chat: ChatClient
) -> None:
    url = f"{system.url}/api/conversations/{chat.conversation_id}/messages"
    sent = {"client_id": "forged", **filled(body, facts)}
    answer = httpx.post(url, json=sent, headers={"Authorization": f"Bearer {chat.token}"})
    assert answer.status_code == 422
    assert harmless(running, answer.text, str(sent))


@pytest.mark.parametrize("extra", REQUESTS["carried"], ids=str)
def test_metadata_beside_the_body(extra: Any, system: RunningSystem, running: World, facts: dict[str, str]) -> None:
    carried = filled(extra, facts)
    answer = httpx.post(f"{system.url}/api/conversations", json={}, **carried)
    opened = answer.json()
    assert answer.status_code == 201
    with running.database.read() as unit:
        assert unit.session.get(Conversation, opened["conversation_id"]).customer_id is None
    stranger = ChatClient(system.url, conversation_id=opened["conversation_id"], token=opened["token"])
    assert harmless(running, stranger.say("order history"), str(carried))


@pytest.mark.parametrize("text", TYPED)
def test_typed_command(text: str, running: World, facts: dict[str, str], attacker: Attacker, chat: ChatClient) -> None:
    typed = filled(text, {**facts, **attacker.facts})
    answers = [*chat.say(typed), *chat.say("yes")]
    assert harmless(running, [event for event in answers if event["author"] != "shopper"], typed)
    with running.database.read() as unit:
        assert unit.session.get(Conversation, chat.conversation_id).customer_id == attacker.customer_id


@pytest.mark.parametrize("asked", REQUESTS["rasa"], ids=lambda asked: asked["path"])
def test_port_of_rasa(asked: Any, system: RunningSystem, running: World, facts: dict[str, str]) -> None:
    request = filled(asked, facts)
    url = f"http://127.0.0.1:{system.settings.rasa_port}{request['path']}"
    method = "POST" if "json" in request else "GET"
    answer = httpx.request(method, url, json=request.get("json"), headers=request.get("headers"))
    assert answer.status_code in (401, 403, 404, 405)
    assert harmless(running, answer.text, str(request))


@pytest.mark.parametrize("action", ["action_order_history", "action_account_balance", "action_order_details"])
def test_port_of_the_actions(action: str, system: RunningSystem, running: World, facts: dict[str, str]) -> None:
    message = {"text": "", "intent": {"name": action.removeprefix("action_")}, "entities": []}
    tracker = {"sender_id": facts["conversation"], "slots": {}, "latest_message": message, "events": []}
    call = {"next_action": action, "sender_id": facts["conversation"], "tracker": tracker, "domain": {}}
    answer = httpx.post(f"http://127.0.0.1:{system.settings.actions_port}/webhook", json=call)
    assert harmless(running, answer.text)


def test_a_message_sent_twice_is_answered_once(chat: ChatClient, facts: dict[str, str]) -> None:
    seq = chat.send("again", text="order history")
    chat.wait_for_answer(seq)
    assert chat.send("again", text=f"cancel {facts['pending']}") == seq
    assert [event for event in chat.replay() if facts["pending"] in event["text"]] == []


def test_a_choice_of_an_own_other_conversation(
    system: RunningSystem, attacker: Attacker, chat: ChatClient, facts: dict[str, str]
) -> None:
    chat.say("order history")
    choice = next(choice for event in chat.events for choice in event.get("choices") or [])
    stranger = ChatClient(system.url).open()
    with pytest.raises(httpx.HTTPStatusError, match="422"):
        stranger.send(choice=choice["id"])


@pytest.mark.parametrize("spoilt", ["used", "expired", "of another conversation"])
def test_a_code_that_is_no_longer_good(
    spoilt: str, system: RunningSystem, running: World, attacker: Attacker, facts: dict[str, str]
) -> None:
    first, email = ChatClient(system.url).open(), attacker.facts["own_email"]
    first.say("order history")
    first.say(email)
    code = _latest_code(running, email)
    if spoilt == "used":
        first.say(code)
        with running.database.work() as unit:
            unit.session.execute(
                update(Conversation).where(Conversation.id == first.conversation_id).values(customer_id=None)
            )
            unit.commit()
        first.say("order history")
    elif spoilt == "expired":
        with running.database.work() as unit:
            past = now() - timedelta(seconds=1)
            unit.session.execute(update(OneTimeCode).where(OneTimeCode.email == email).values(expires_at=past))
            unit.commit()
    else:
        first = ChatClient(system.url).open()
        first.say("order history")
        first.say(email)
    first.say(code)
    with running.database.read() as unit:
        assert unit.session.get(Conversation, first.conversation_id).customer_id is None


def _latest_code(running: World, email: str) -> str:
    query = select(Mail.body).where(Mail.recipient == email).order_by(Mail.id.desc()).limit(1)
    with running.database.read() as unit:
        found = re.search(r"\d{6}", unit.session.scalars(query).one())
    assert found
    return found.group()
