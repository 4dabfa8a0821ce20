"""What all skills share: never silence, an ear for how the shopper feels, and the thread of the conversation.

The thread: a question that is open (slot ``question``) has the first word on every message; a message that asks
for several things is served in its order; what has to wait for an answer stands in the slot ``waiting``.
"""

from __future__ import annotations

import asyncio
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.bootstrap import Services
from actions.turn import Turn

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]
Request = dict[str, Any]

#: Clearly upset messages in one conversation after which a person is offered with every answer.
OFFER_PERSON_AFTER = 2
#: A clause whose intent is less sure than this is no request of its own.
SURE = 0.6
#: The same where the clause points back to what was spoken of: "which card paid for it".
CLEAR = 0.75
#: Of one message no more requests are served; a longer list is no chat any more.
MAX_REQUESTS = 4


class Skills:
    """Finds a skill by its name or by the intent it serves; filled once, by ``actions.registry``."""

    def __init__(self, of_intent: Mapping[str, str]) -> None:
        self._by_name: dict[str, Skill] = {}
        self._of_intent = of_intent

    def add(self, skill: Skill) -> None:
        """Make a skill known."""
        self._by_name[skill.skill] = skill

    def __getitem__(self, name: str) -> Skill:
        return self._by_name[name]

    def __iter__(self) -> Any:
        return iter(self._by_name.values())

    def for_intent(self, intent: str) -> Skill:
        """The skill that serves an intent: the one of its name, where nothing else is said."""
        return self._by_name[self._of_intent.get(intent, intent)]


class Skill(Action, ABC):
    """One thing the bot can do. Subclasses name it and write ``handle``."""

    skill: ClassVar[str]
    #: Whether an upset shopper gets a word of sympathy before this skill's own answer.
    acknowledges: ClassVar[bool] = True
    #: Whether what it says ends the matter, so that an open question is not asked again after it.
    closes: ClassVar[bool] = False

    def __init__(self, services: Services, skills: Skills) -> None:
        self.services = services
        self.skills = skills

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
            events = self._serve(turn)
        except Exception:
            # A shopper must never meet silence, and Rasa swallows an action that raises.
            logger.exception("Skill %s failed in conversation %s.", self.skill, turn.conversation_id)
            turn.take_back()
            turn.say("utter_trouble")
            turn.offer("talk_to_person")
            events = []
        turn.finish()
        return events

    def _serve(self, turn: Turn) -> Events:
        """The open question first; what does not answer it is served, and then it is asked again."""
        asker = self._asker(turn)
        if asker is not None:
            taken = asker.take(turn)
            if taken is not None:  # an answer is no outburst: "ordered by mistake", "it does not fit"
                turn.apply(taken)
                return [*taken, *self._serve_waiting(turn)]
        heard = self._acknowledge(turn)
        events = heard + (serve_all(turn, self.skills, _requests(turn)) if turn.clauses else self.handle(turn))
        turn.apply(events)
        events += self._serve_waiting(turn)
        still_asking = self._asker(turn)
        if still_asking is None or still_asking is not asker:
            return events
        if self.closes:
            return [*events, *remember(question=None, waiting=None)]
        still_asking.ask_again(turn)
        return events

    def _serve_waiting(self, turn: Turn) -> Events:
        """What waited for an answer, once nothing is asked any more."""
        waiting = turn.slot("waiting")
        if not waiting or turn.slot("question"):
            return []
        emptied = remember(waiting=None)
        turn.apply(emptied)
        return [*emptied, *serve_all(turn, self.skills, waiting)]

    def _asker(self, turn: Turn) -> Asker | None:
        question = turn.slot("question")
        asker = self.skills[question["skill"]] if question else None
        return asker if isinstance(asker, Asker) else None

    def _acknowledge(self, turn: Turn) -> Events:
        if not turn.upset:
            return []
        count = int(turn.slot("upset_turns") or 0) + 1
        if self.acknowledges:
            turn.say("utter_acknowledge")
            if count >= OFFER_PERSON_AFTER:
                turn.offer("talk_to_person")
        return [SlotSet("upset_turns", count)]


class Asker(Skill):
    """A skill that asks and waits: its question has the first word on whatever is said next."""

    @abstractmethod
    def take(self, turn: Turn) -> Events | None:
        """Take the message as the answer; None when it is none, and something else is to be served first."""

    @abstractmethod
    def ask_again(self, turn: Turn) -> None:
        """Put the open question once more, after something else was served."""


def serve_all(turn: Turn, skills: Skills, requests: list[Request]) -> Events:
    """Serve requests one after the other, each by its own skill.

    When a skill asks something, the rest waits for the answer: the caller finds it in the slot ``waiting``.
    """
    events: Events = []
    for number, request in enumerate(requests):
        part = turn.for_request(request)
        done = skills.for_intent(part.intent).handle(part)
        turn.apply(done)
        events += done
        if turn.slot("question"):
            rest = [{**each, "whole": part.whole_text} for each in requests[number + 1 :]]
            left = [*(turn.slot("waiting") or []), *rest]
            waiting = remember(waiting=left or None)
            turn.apply(waiting)
            return [*events, *waiting]
    return events


def _requests(turn: Turn) -> list[Request]:
    """What a message of several parts asks for, in its order; changes of orders, which ask back, come last."""
    several = [clause for clause in turn.clauses if clause["asks"]]
    if any(clause["intent"]["name"] in ORDER_DESK_INTENTS for clause in several):
        # Beside a change of an order only a plain question is a request of its own: "and refund it to my card" is not.
        several = [c for c in several if c["intent"]["name"] in ORDER_DESK_INTENTS or is_question(c["text"])]
    by_skill: dict[str, Request] = {}
    for clause in several:
        name = "order_desk" if clause["intent"]["name"] in ORDER_DESK_INTENTS else clause["intent"]["name"]
        if by_skill and _is_unclear(clause):
            name = list(by_skill)[-1]  # it leans on what was asked before it
        known = by_skill.get(name)
        if known is None or name == "order_desk":
            by_skill.setdefault(name, clause)
        else:  # two questions for one skill are one request of both
            text = f"{known['text']}{clause.get('lead') or ' '}{clause['text']}"
            by_skill[name] = {**known, "text": text, "entities": [*known["entities"], *clause["entities"]]}
    desk = by_skill.pop("order_desk", None)
    chosen = [*by_skill.values()][:MAX_REQUESTS]
    whole = {**turn.request, "clauses": turn.clauses}
    if desk:
        later = [each for each in chosen if _AFTERWARDS.search(each["text"])]
        now = [each for each in chosen if each not in later]
        return [*now, {**whole, "intent": desk["intent"]}, *later]
    return chosen if len(chosen) > 1 else [whole if not chosen else {**whole, "intent": {"name": turn.intent}}]


_POINTS_BACK = re.compile(r"\b(?:it|its|them|they|that one|those)\b|它", re.I)


def _is_unclear(clause: Request) -> bool:
    """Whether a clause is no request by itself."""
    needed = CLEAR if _POINTS_BACK.search(clause["text"]) else SURE
    return float(clause["intent"].get("confidence", 1.0)) < needed


_QUESTION = re.compile(
    r"[?？]|吗|多少|什么|哪|几时|告诉我|想知道"
    r"|^\W*(?:(?:and|also|then|first|finally|lastly),?\s+)*"
    r"(?:how|(?:what|where|when|who)(?:'?s)?|which|why|is|are|do|does|tell me|let me know)\b"
    r"|\b(?:want|like|need|love) to (?:also )?(?:know|ask|check|find out)\b"
    r"|\b(?:tell|show|give) me\b|\bask (?:about|how|what)\b",
    re.I,
)


#: A question about how things are once the changes asked for beside it are made.
_AFTERWARDS = re.compile(
    r"\b(?:after|once|when)\b[^.?!]{0,24}\b(?:changes?|done|made|complete[d]?|this|that|these|exchange|return)\b|\bafterwards\b"
    r"|(?:之后|以后|完成后|办完|改完|换完|退完)",
    re.I,
)


def is_question(text: str) -> bool:
    """Whether a clause asks to be told something."""
    return bool(_QUESTION.search(text)) and not re.match(r"\W*(?:and |but |or )?(?:if|when|once)\b|\W*如果", text, re.I)


def remember(**slots: Any) -> Events:
    """Slots for Rasa to keep."""
    return [SlotSet(name, value) for name, value in slots.items()]


#: The changes of orders: one skill serves them all, because one message often asks for several of them.
ORDER_DESK_INTENTS = frozenset(
    {"cancel_order", "change_address", "change_payment", "change_items", "return_item", "exchange_item"}
)
