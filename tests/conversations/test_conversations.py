"""Whole conversations through the public door, read from the YAML files beside this one.

A file holds one conversation: ``customer`` (signed in as; empty for nobody), ``language`` of the widget, and
``turns``. A turn says ``say`` (typed), ``choose`` (tap the latest choice with these words) or ``code: true``
(type the code from the mailbox), and what the answer must hold: ``expect`` (each of these words somewhere in
it), ``refuse`` (none of these), ``kinds`` (these kinds among its parts), ``choices`` (a choice with each of
these words), ``products`` (limits that every shown product must meet).
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from shop.tables import Conversation, Mail
from tests.running_system import RunningSystem
from web.client import ChatClient, Event

pytestmark = pytest.mark.end_to_end

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.rglob("*.yml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER).with_suffix("")))
def test_conversation(path: Path, system: RunningSystem) -> None:
    conversation = yaml.safe_load(path.read_text("utf-8"))
    customer = conversation.get("customer")
    token = system.customer_token(customer) if customer else None
    client = ChatClient(system.url, token, conversation["language"]).open()
    for number, turn in enumerate(conversation["turns"], 1):
        answers = _take(turn, client, system)
        problems = list(_problems(turn, answers))
        assert not problems, f"turn {number} ({turn}):\n" + "\n".join(problems) + f"\nanswered: {_text(answers)}"
    if "status" in conversation:
        with system.database().read() as unit:
            assert unit.session.get(Conversation, client.conversation_id).status == conversation["status"]


def _take(turn: dict[str, Any], client: ChatClient, system: RunningSystem) -> list[Event]:
    if "choose" in turn:
        return client.choose(turn["choose"])
    if turn.get("code"):
        return client.say(_latest_code(system, turn["code"]))
    return client.say(turn["say"])


def _latest_code(system: RunningSystem, recipient: str) -> str:
    with system.database().read() as unit:
        query = select(Mail.body).where(Mail.recipient == recipient).order_by(Mail.id.desc()).limit(1)
        body = unit.session.scalars(query).one()
    found = re.search(r"\b\d{6}\b|\d{6}", body)
    assert found, f"no code in the mail {body!r}"
    return found.group()


def _problems(turn: dict[str, Any], answers: list[Event]) -> list[str]:
    text = _text(answers).lower()
    kinds = [event["kind"] for event in answers]
    titles = " | ".join(choice["title"] for event in answers for choice in event.get("choices") or []).lower()
    products = [product for event in answers for product in event.get("products") or []]
    problems = [f"missing: {words!r}" for words in turn.get("expect", []) if str(words).lower() not in text]
    problems += [f"must not say: {words!r}" for words in turn.get("refuse", []) if str(words).lower() in text]
    problems += [f"no {kind} among {kinds}" for kind in turn.get("kinds", []) if kind not in kinds]
    problems += [
        f"no choice {words!r} among {titles}" for words in turn.get("choices", []) if words.lower() not in titles
    ]
    return problems + _product_problems(turn.get("products") or {}, products)


def _product_problems(limits: dict[str, Any], products: list[dict[str, Any]]) -> list[str]:
    if not limits:
        return []
    problems = [] if products else ["no product was shown"]
    for product in products:
        if Decimal(product["price"]["amount"]) > Decimal(str(limits.get("max_price", "1000000"))):
            problems.append(f"too dear: {product}")
        if limits.get("in_stock") and not product["in_stock"]:
            problems.append(f"sold out: {product}")
        if not any(word.lower() in product["name"].lower() for word in limits.get("named", [""])):
            problems.append(f"something else: {product['name']}")
    return problems


def _text(answers: list[Event]) -> str:
    parts = []
    for event in answers:
        parts.append(event["text"])
        if "order" in event:
            parts += [event["order"]["number"], event["order"]["status_text"]]
        parts += [product["name"] for product in event.get("products") or []]
    return "\n".join(parts)
