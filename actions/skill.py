"""What all skills share: never silence, and an ear for how the shopper feels."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.bootstrap import Services
from actions.turn import Turn

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]

#: Clearly upset messages in one conversation after which a person is offered with every answer.
OFFER_PERSON_AFTER = 2


class Skill(Action, ABC):
    """One thing the bot can do. Subclasses name it and write ``handle``."""

    skill: ClassVar[str]
    #: Whether an upset shopper gets a word of sympathy before this skill's own answer.
    acknowledges: ClassVar[bool] = True

    def __init__(self, services: Services) -> None:
        self.services = services

    def name(self) -> str:
        """Rasa's name of the action."""
        return f"action_{self.skill}"

    @abstractmethod
    def handle(self, turn: Turn) -> Events:
        """Answer the turn; returns what Rasa shall remember."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Answer within the action server; database and models run off its event loop."""
        turn = Turn(dispatcher, tracker, self.services)
        return await asyncio.to_thread(self._answer, turn)

    def _answer(self, turn: Turn) -> Events:
        try:
            events = self._acknowledge(turn) + self.handle(turn)
        except Exception:
            # A shopper must never meet silence, and Rasa swallows an action that raises.
            logger.exception("Skill %s failed in conversation %s.", self.skill, turn.conversation_id)
            turn.take_back()
            turn.say("utter_trouble")
            turn.offer("talk_to_person")
            events = []
        turn.finish()
        return events

    def _acknowledge(self, turn: Turn) -> Events:
        if not turn.upset:
            return []
        count = int(turn.slot("upset_turns") or 0) + 1
        if self.acknowledges:
            turn.say("utter_acknowledge")
            if count >= OFFER_PERSON_AFTER:
                turn.offer("talk_to_person")
        return [SlotSet("upset_turns", count)]


def remember(**slots: Any) -> Events:
    """Slots for Rasa to keep."""
    return [SlotSet(name, value) for name, value in slots.items()]
