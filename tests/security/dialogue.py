"""A conversation with the real skills, the real model and the real database, without Rasa and HTTP between them.

Does what the gateway (``web.gateway.cleaning``) and Rasa (``bot.components.understanding``, the rules, the slots)
do with a message. What the answers hold is looked at raw: values before they are put into sentences, choices with
their payloads.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.bootstrap import Services
from actions.registry import all_skills
from language.clauses import leading, read_clauses
from language.detection import detect
from language.entities import Entity
from language.understanding import Understanding
from shop.conversations import Draft, append_message, open_conversation
from web.gateway.cleaning import clean, without_command

BOT = Path(__file__).parents[2] / "bot"
Message = dict[str, Any]


class Bot:
    """The skills of a shop, and the understanding before them."""

    def __init__(self, services: Services, model: Understanding) -> None:
        self.services = services
        self.skills = {skill.name(): skill for skill in all_skills(services)}
        self.understand: Callable[[str], Message] = lru_cache(maxsize=None)(lambda text: _understood(text, model))


class Dialogue:
    """One conversation, anonymous or of a customer."""

    def __init__(self, bot: Bot, language: str, customer_id: int | None) -> None:
        self.bot = bot
        self.slots: dict[str, Any] = {"language": language}
        self.buttons: list[dict[str, str]] = []
        with bot.services.database.work() as unit:
            self.id = str(open_conversation(unit.session, language, customer_id).id)
            unit.commit()

    def type(self, text: str) -> list[Message]:
        """Send a text; what was answered."""
        words = without_command(clean(text))
        if not words:
            return []  # the gateway refuses an empty message
        with self.bot.services.database.work() as unit:
            append_message(unit.session, self.id, Draft(author="shopper", text=words))
            unit.commit()
        self.slots["language"] = detect(words) or self.slots["language"]
        return self._run(self.bot.understand(words))

    def tap(self, title: str) -> list[Message]:
        """Tap the latest choice whose title holds the words; typed where there is none."""
        chosen = next((b for b in self.buttons if title.casefold() in b["title"].casefold()), None)
        return self.send_payload(chosen["payload"]) if chosen else self.type(title)

    def send_payload(self, payload: str) -> list[Message]:
        """Hand over a choice's payload, as Rasa reads it: an intent and entities, believed as they are."""
        name, brace, rest = payload.removeprefix("/").partition("{")
        entities = json.loads(brace + rest) if brace else {}
        found = [{"entity": key, "value": value} for key, value in entities.items()]
        return self._run({"text": payload, "intent": {"name": name.strip(), "confidence": 1.0}, "entities": found})

    def _run(self, message: Message) -> list[Message]:
        given = {**message, "message_id": uuid.uuid4().hex}
        tracker = Tracker(self.id, dict(self.slots), given, [], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        skill = self.bot.skills[_actions().get(message["intent"]["name"], "action_fallback")]
        for event in asyncio.run(skill.run(dispatcher, tracker, {})):
            if event.get("event") == "slot":
                self.slots[event["name"]] = event["value"]
        answers: list[Message] = dispatcher.messages
        self.buttons = [button for answer in answers for button in answer.get("buttons") or []]
        return answers


@lru_cache(maxsize=1)
def _actions() -> dict[str, str]:
    """Intent -> action, as the rules say."""
    steps = [
        rule["steps"]
        for file in sorted((BOT / "data" / "rules").glob("*.yml"))
        for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]
    ]
    return {first["intent"]: second["action"] for first, second, *_ in steps if "intent" in first}


def _understood(text: str, model: Understanding) -> Message:
    reading, clauses = model.read(text), read_clauses(text, model.read)
    first = leading(reading, clauses)
    acted_on = first.reading if first else reading
    return {
        "text": text,
        "intent": _guess(acted_on.intent),
        "intent_ranking": [_guess(guess) for guess in acted_on.ranking],
        "entities": [_entity(entity) for entity in reading.entities],
        "sentiment": _named(reading.sentiment, "label"),
        "clauses": [
            {
                "text": clause.text,
                "lead": clause.lead,
                "intent": _guess(clause.reading.intent),
                "entities": [_entity(entity) for entity in clause.reading.entities],
                "asks": clause.asks,
            }
            for clause in clauses
        ],
    }


def _guess(guess: Any) -> dict[str, Any]:
    return _named(guess, "name")


def _named(guess: Any, name: str) -> dict[str, Any]:
    return {name: guess.label, "confidence": guess.confidence}


def _entity(entity: Entity) -> dict[str, Any]:
    return {"entity": entity.entity, "value": entity.value, "start": entity.start, "end": entity.end}
