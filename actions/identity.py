"""Finding out who the shopper is: e-mail, one-time code, and back to what they wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

from actions.bootstrap import Services
from actions.order_skill import OrderSkill, OrderWish
from actions.skill import Events, Skill, remember
from actions.turn import Turn
from shop.errors import NotFound, Refused, TooManyTries
from shop.identity import check_code, request_code, waiting_email

_MAIL = {
    "en": ("Your code: {code}", "Your one-time code for {shop} is {code}. It is valid for {minutes} minutes."),
    "zh": ("您的验证码：{code}", "您在 {shop} 的一次性验证码是 {code}，{minutes} 分钟内有效。"),
}


class IdentifyForm(FormValidationAction):
    """Checks the e-mail and the code as they come in."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def name(self) -> str:
        """Rasa's name of the form's validation."""
        return "validate_identify_form"

    async def validate_email(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Send a code to the address, whoever's it is."""
        if value is None:  # the slot was emptied when the form began, which Rasa may hand over as an answer
            return {"email": None}
        turn = Turn(dispatcher, tracker, self.services)
        return await asyncio.to_thread(self._email, turn, str(value))

    async def validate_code(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Check the code; a right one makes its owner this conversation's customer."""
        if value is None:
            return {"code": None}
        turn = Turn(dispatcher, tracker, self.services)
        return await asyncio.to_thread(self._code, turn, str(value))

    def _email(self, turn: Turn, email: str) -> dict[str, Any]:
        if send_code(turn, email):
            turn.say("utter_code_sent", address=email)
            return {"email": email}
        return {"email": None, "requested_slot": None}

    def _code(self, turn: Turn, code: str) -> dict[str, Any]:
        with self.services.database.work() as unit:
            try:
                check_code(unit.session, turn.conversation_id, code, self.services.settings)
            except TooManyTries:
                turn.say("utter_code_too_often")
                return {"code": None, "requested_slot": None}
            except NotFound:
                turn.say("utter_code_expired")
                turn.offer("resend_code")
                return {"code": None}
            except Refused:
                turn.say("utter_code_wrong")
                turn.offer("resend_code", "stop")
                return {"code": None}
            finally:
                unit.commit()  # a wrong try counts, too
                turn.finish()
        return {"code": "checked"}


class ResendCode(Skill):
    """A fresh code to the same address."""

    skill = "resend_code"

    def handle(self, turn: Turn) -> Events:
        """Send it again, when one was asked for."""
        with self.services.database.read() as unit:
            email = turn.slot("email") or waiting_email(unit.session, turn.conversation_id)
        if not email:
            turn.say("utter_no_code_needed")
        elif send_code(turn, email):
            turn.say("utter_code_sent", address=email)
        return []


class Resume(Skill):
    """After the form: greet the customer by name and do what they came for."""

    skill = "resume"

    def __init__(self, services: Services, find: Callable[[str], OrderSkill]) -> None:
        super().__init__(services)
        self._find = find

    def handle(self, turn: Turn) -> Events:
        """Serve the remembered skill, or nobody when the shopper was not identified."""
        pending = dict(turn.slot("pending_skill") or {})
        forgotten: Events = remember(pending_skill=None, email=None, code=None, last_skill=pending.get("skill"))
        if turn.customer is None:
            turn.say("utter_not_identified")
            turn.offer("talk_to_person")
            return forgotten
        turn.say("utter_identified", name=turn.customer.name)
        if not pending:
            return forgotten
        wish = OrderWish(pending.get("order_number", ""), pending.get("product", ""))
        return [*forgotten, *self._find(pending["skill"]).serve(turn, turn.customer, wish)]


def send_code(turn: Turn, email: str) -> bool:
    """Mail a code in the shopper's language; says so and returns False when too many were asked for."""
    settings = turn.services.settings
    subject, body = _MAIL[turn.language]
    values = {"shop": settings.shop_name, "minutes": settings.code_ttl_seconds // 60, "code": "{code}"}
    with turn.services.database.work() as unit:
        try:
            mail = (subject, body.format(**values))
            request_code(unit.session, turn.conversation_id, email, settings, mail)
        except TooManyTries:
            turn.say("utter_code_too_often")
            return False
        unit.commit()
    return True


def forget_identity_form() -> Events:
    """What ends the form without an answer."""
    return [
        {"event": "active_loop", "name": None, "timestamp": None},
        SlotSet("requested_slot", None),
        *remember(pending_skill=None, email=None, code=None),
    ]
