"""Finding out who the shopper is, and back to what they wanted.

How is the shop's policy: an e-mail with a one-time code, the e-mail alone, or name and postcode.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from actions.skill import Asker, Events, Skill, remember
from actions.turn import Turn
from shop.errors import NotFound, Refused, TooManyTries
from shop.identity import (
    check_code,
    identify_by_email,
    identify_by_name_and_postcode,
    request_code,
    waiting_email,
)
from shop.tables import Customer

_MAIL = {
    "en": ("Your code: {code}", "Your one-time code for {shop} is {code}. It is valid for {minutes} minutes."),
    "zh": ("您的验证码：{code}", "您在 {shop} 的一次性验证码是 {code}，{minutes} 分钟内有效。"),
}


_FEW_WORDS = 8
#: A code of an address that many were asked for (``shop.identity``).
_LONG_CODE = re.compile(r"(?<!\d)\d(?:[ -]?\d){9}(?!\d)")
_NAMES_ONESELF = re.compile(
    r"(?:\b(?:my name is|name is|i am|i'm|this is|name:)|我叫|我是|姓名)[^\d.?!。？！]{2,48}\d", re.I
)


class Identify(Asker):
    """Asks who the shopper is, and then serves what waits for it."""

    skill = "identify"

    def handle(self, turn: Turn) -> Events:
        """Begin with what the message already says; what it asked for waits."""
        before = turn.slot("waiting") or []
        waiting = remember(waiting=before if turn.request in before else [*before, turn.request])
        turn.apply(waiting)
        taken = self._read(turn, _NAMES_ONESELF.search(turn.text) is not None)
        if taken is not None:
            return [*waiting, *taken]
        if (turn.slot("question") or {}).get("skill") == self.skill:
            return waiting  # what is open already is asked again after this
        self._ask(turn)
        return [*waiting, *remember(question={"skill": self.skill, "step": "who"})]

    def take(self, turn: Turn) -> Events | None:
        """An e-mail, a code, a name with a postcode; or that the shopper gives up."""
        if turn.intent == "deny":
            turn.say("utter_not_identified")
            return remember(question=None, waiting=None)
        if turn.intent == "stop":
            turn.apply(forgotten := remember(question=None, waiting=None))
            return [*forgotten, *self.skills["stop"].handle(turn)]
        return self._read(turn, len(turn.text.split()) <= _FEW_WORDS or _NAMES_ONESELF.search(turn.text) is not None)

    def ask_again(self, turn: Turn) -> None:
        """Ask for what is still missing."""
        if (turn.slot("question") or {}).get("step") == "code":
            turn.say("utter_ask_code")
        else:
            self._ask(turn)

    def _ask(self, turn: Turn) -> None:
        ways = self.services.policy.identity
        turn.say("utter_ask_identity" if "name_and_postcode" in ways else "utter_ask_email")

    def _read(self, turn: Turn, named: bool) -> Events | None:
        """What the message says of who the shopper is; None when it says nothing.

        ``named``: whether a number in it may be the shopper's own postcode rather than part of an address.
        """
        ways = self.services.policy.identity
        asked = (turn.slot("question") or {}).get("step")
        long_code = _LONG_CODE.search(turn.text) if asked == "code" else None
        email, code = turn.entity("email"), re.sub(r"\D", "", long_code[0]) if long_code else turn.entity("code")
        if email and "email" in ways:
            return self._try(turn, lambda session: identify_by_email(session, turn.conversation_id, email))
        if email:
            return self._send(turn, email)
        if code and asked == "code":
            return self._check(turn, code)
        if "name_and_postcode" in ways and turn.text and named:
            text = turn.text
            return self._try(turn, lambda session: identify_by_name_and_postcode(session, turn.conversation_id, text))
        return None

    def _try(self, turn: Turn, identify: Callable[[Any], Customer | None]) -> Events | None:
        with self.services.database.work() as unit:
            try:
                found = identify(unit.session)
            except TooManyTries:
                turn.say("utter_code_too_often")
                turn.offer("talk_to_person")
                return remember(question=None, waiting=None)
            except Refused:
                turn.say("utter_identity_unknown")
                return remember(question={"skill": self.skill, "step": "who"})
            finally:
                unit.commit()  # a wrong try counts, too
        return None if found is None else self._go_on(turn)

    def _send(self, turn: Turn, email: str) -> Events:
        if not send_code(turn, email):
            return remember(question=None, waiting=None)
        turn.say("utter_code_sent", address=email)
        turn.say("utter_ask_code")
        return remember(question={"skill": self.skill, "step": "code", "email": email})

    def _check(self, turn: Turn, code: str) -> Events:
        with self.services.database.work() as unit:
            try:
                check_code(unit.session, turn.conversation_id, code, self.services.settings)
            except TooManyTries:
                turn.say("utter_code_too_often")
                return remember(question=None, waiting=None)
            except NotFound:
                turn.say("utter_code_expired")
                turn.offer("resend_code")
                return []
            except Refused:
                turn.say("utter_code_wrong")
                turn.offer("resend_code", "stop")
                return []
            finally:
                unit.commit()  # a wrong try counts, too
        return self._go_on(turn)

    def _go_on(self, turn: Turn) -> Events:
        """Greet the customer by name; what waited is served next."""
        customer = turn.customer
        turn.say("utter_identified", name=customer.name if customer else "")
        return remember(question=None)


class ResendCode(Skill):
    """A fresh code to the same address."""

    skill = "resend_code"

    def handle(self, turn: Turn) -> Events:
        """Send it again, when one was asked for."""
        with self.services.database.read() as unit:
            email = (turn.slot("question") or {}).get("email") or waiting_email(unit.session, turn.conversation_id)
        if not email:
            turn.say("utter_no_code_needed")
        elif send_code(turn, email):
            turn.say("utter_code_sent", address=email)
        return []


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
