"""One turn as a skill sees it: what was said, who says it, and what is answered."""

from __future__ import annotations

from copy import copy
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.bootstrap import Services
from actions.wording import button
from shop.identity import customer_of
from shop.tables import Customer

#: How sure the sentiment must be before the bot acts on it.
UPSET_CONFIDENCE = 0.8


class Turn:
    """What one skill needs of a turn, and the answer it collects."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker, services: Services) -> None:
        self.tracker = tracker
        self.services = services
        self._dispatcher = dispatcher
        self._message: dict[str, Any] = tracker.latest_message
        self._buttons: list[dict[str, str]] = []

    def for_request(self, request: dict[str, Any]) -> Turn:
        """The same turn as the skill of one of its requests sees it: that part's words, intent and entities."""
        part = copy(self)
        part._message = {**self._message, **request}
        return part

    @property
    def request(self) -> dict[str, Any]:
        """What was asked, to be kept and served later."""
        return {
            "text": self._message.get("text") or "",
            "intent": {"name": self.intent},
            "entities": self._message.get("entities") or [],
            "clauses": self.clauses,
            "whole": self.whole_text,
        }

    @property
    def clauses(self) -> list[dict[str, Any]]:
        """The parts of a message of several, each a request (see ``request``); empty for a message of one part."""
        return list(self._message.get("clauses") or [])

    @property
    def message_id(self) -> str:
        """The same for the same message, however often it is handed over."""
        return str(self._message.get("message_id") or "")

    # --- what was said

    @property
    def conversation_id(self) -> str:
        """The conversation, as the gateway named it."""
        return str(self.tracker.sender_id)

    @property
    def language(self) -> str:
        """The language the shopper speaks now."""
        return str(self.tracker.get_slot("language") or "en")

    @property
    def text(self) -> str:
        """The message as typed; empty for a tapped choice."""
        text = str(self._message.get("text") or "")
        return "" if text.startswith("/") else text.strip()

    @property
    def whole_text(self) -> str:
        """The message that this request came in, with its other parts; also where it was served later."""
        return str(self._message.get("whole") or self.tracker.latest_message.get("text") or "")

    @property
    def intent(self) -> str:
        """The intent that was understood."""
        return str((self._message.get("intent") or {}).get("name") or "")

    @property
    def intent_ranking(self) -> list[dict[str, Any]]:
        """All intents by confidence, the surest first."""
        return list(self._message.get("intent_ranking") or [])

    def entity(self, name: str) -> str:
        """The last value of an entity in this message; empty when it has none."""
        return next(iter(reversed(self.entities(name))), "")

    def entities(self, name: str) -> list[str]:
        """All values of an entity in this message, in order."""
        found = self._message.get("entities") or []
        return [str(entity["value"]) for entity in found if entity.get("entity") == name]

    def slot(self, name: str) -> Any:
        """What is remembered under a name."""
        return self.tracker.get_slot(name)

    def apply(self, events: list[dict[str, Any]]) -> None:
        """Let the slots of events hold for the rest of this turn, as they will for the next."""
        for event in events:
            if event.get("event") == "slot":
                self.tracker.slots[event["name"]] = event["value"]

    @property
    def upset(self) -> bool:
        """Whether this message was clearly written in anger or disappointment."""
        sentiment = self._message.get("sentiment") or {}
        return sentiment.get("label") == "negative" and sentiment.get("confidence", 0) >= UPSET_CONFIDENCE

    # --- who says it

    @property
    def customer(self) -> Customer | None:
        """Who the database says this shopper is; never what the text, slots or metadata say."""
        with self.services.database.read() as unit:
            return customer_of(unit.session, self.conversation_id)

    # --- what is answered

    def say(self, response: str, **values: Any) -> None:
        """Answer with a response of the domain, in the shopper's language."""
        self._dispatcher.utter_message(response=response, **values)

    def say_text(self, text: str) -> None:
        """Answer with ready words: an article's passage, a written description."""
        self._dispatcher.utter_message(text=text)

    def show(self, kind: str, **data: Any) -> None:
        """Show a card."""
        self._dispatcher.utter_message(json_message={"kind": kind, **data})

    def offer(self, *choices: str | dict[str, str]) -> None:
        """Offer choices below the whole answer: keys of ``wording.yml`` or ready buttons."""
        for choice in choices:
            ready = button(choice, self.language) if isinstance(choice, str) else choice
            if ready not in self._buttons:
                self._buttons.append(ready)

    def finish(self) -> None:
        """Put the choices under the last part of the answer."""
        messages = self._dispatcher.messages
        if self._buttons and messages:
            messages[-1]["buttons"] = [*(messages[-1].get("buttons") or []), *self._buttons]

    @property
    def answers(self) -> list[Any]:
        """What was answered so far."""
        return self._dispatcher.messages

    def take_back(self) -> None:
        """Forget everything answered so far."""
        self._dispatcher.messages.clear()
        self._buttons.clear()
