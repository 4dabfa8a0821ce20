"""Turns as Rasa would hand them to a skill, on a real database."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from shop.unit_of_work import Database


def tracker(
    text: str = "",
    entities: list[tuple[str, str]] | None = None,
    slots: dict[str, Any] | None = None,
    conversation_id: str = "c1",
    sentiment: tuple[str, float] | None = None,
) -> Tracker:
    """A tracker whose latest message holds (name, value) entities and a (label, confidence) sentiment."""
    message: dict[str, Any] = {
        "text": text,
        "intent": {"name": "find_product", "confidence": 0.9},
        "entities": [{"entity": name, "value": value} for name, value in entities or []],
    }
    if sentiment:
        message["sentiment"] = {"label": sentiment[0], "confidence": sentiment[1]}
    return Tracker(conversation_id, slots or {}, message, [], False, None, {}, "action_listen")


def services(database: Database | None = None) -> Any:
    """The part of ``Services`` that needs no models."""
    return SimpleNamespace(database=database)


def turn(database: Database | None = None, text: str = "", **message: Any) -> Turn:
    """A turn of its own dispatcher."""
    return Turn(CollectingDispatcher(), tracker(text, **message), services(database))


def answers(of: Turn | CollectingDispatcher) -> list[dict[str, Any]]:
    """What was answered so far."""
    dispatcher = of._dispatcher if isinstance(of, Turn) else of
    return list(dispatcher.messages)
