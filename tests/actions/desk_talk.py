"""A shopper at the order desk, without a model: what is said comes with its intent."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.desk.desk import OrderDesk
from actions.turn import Turn
from shop.tables import ChangeProposal
from tests.actions.turns import answers, tracker
from tests.shop.small_shop import SmallShop


@dataclass
class Talk:
    """A conversation in one language; ``messages`` and ``said`` are the answers to the last thing said."""

    shop: SmallShop
    language: str = "en"
    slots: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    left_alone: bool = False
    """Whether the last thing said was no answer, so that another skill is to serve it."""
    _count: int = 0

    def say(self, text: str, intent: str = "inform", *parts: tuple[str, str], **entities: str) -> list[str]:
        """Say something: as the answer to an open question, else as a request. ``parts``: (text, intent) of clauses.

        Returns the names of the answers.
        """
        self._count += 1
        turn = self._turn(text, intent, parts, entities)
        desk = OrderDesk(turn.services, None)  # type: ignore[arg-type]
        events = desk.take(turn) if self.slots.get("question") else desk.handle(turn)
        self.left_alone = events is None
        if events is None:
            desk.ask_again(turn)
        self.slots |= {event["name"]: event["value"] for event in events or []}
        turn.finish()
        self.messages = answers(turn)
        return self.said

    def _turn(self, text: str, intent: str, parts: Any, entities: dict[str, str]) -> Turn:
        slots = {"language": self.language, **self.slots}
        heard = tracker(text, list(entities.items()), slots, self.shop.conversation_id)
        heard.latest_message |= {
            "intent": {"name": intent, "confidence": 0.9},
            "message_id": f"m{self._count}",
            "clauses": [_clause(*part) for part in parts],
        }
        services: Any = SimpleNamespace(database=self.shop.database, policy=self.shop.policy)
        return Turn(CollectingDispatcher(), heard, services)

    @property
    def said(self) -> list[str]:
        """The names of the answers, "utter_" left out."""
        return [message["response"].removeprefix("utter_") for message in self.messages if message.get("response")]

    def value(self, response: str, name: str) -> str:
        """A value of the answer of that name."""
        return next(str(m[name]) for m in self.messages if m.get("response") == f"utter_{response}")

    @property
    def summary(self) -> str:
        """What the change that was proposed will do."""
        return self.value("change_summary", "what")

    @property
    def titles(self) -> list[str]:
        """What is on the buttons."""
        return [button["title"] for message in self.messages for button in message.get("buttons") or []]

    def states(self) -> list[str]:
        """The states of all proposals of this shop's conversation, the oldest first."""
        with self.shop.database.read() as unit:
            rows = unit.session.query(ChangeProposal).filter_by(conversation_id=self.shop.conversation_id)
            return [str(row.state) for row in rows.order_by(ChangeProposal.id)]


def _clause(text: str, intent: str) -> dict[str, Any]:
    asks = intent not in ("inform", "affirm", "deny")
    return {"text": text, "lead": " ", "intent": {"name": intent, "confidence": 0.9}, "entities": [], "asks": asks}
