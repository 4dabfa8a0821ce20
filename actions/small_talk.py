"""Short answers that depend on what was asked before: yes, no, never mind, another language, bare facts."""

from __future__ import annotations

from typing import ClassVar

from actions.answer_question import carry_on
from actions.skill import Events, Skill, remember
from actions.turn import Turn
from shop.vocabulary import has_cjk


class SmallTalk(Skill):
    """What is said the same way whoever says it, and leaves everything else as it was."""

    skill = "small_talk"
    acknowledges = False

    #: Intent -> sentence.
    SENTENCES: ClassVar[dict[str, str]] = {
        "greet": "utter_greet",
        "goodbye": "utter_goodbye",
        "thank": "utter_thank",
        "bot_challenge": "utter_bot_challenge",
        "help": "utter_help",
        "praise": "utter_praise",
        "out_of_scope": "utter_out_of_scope",
    }

    def handle(self, turn: Turn) -> Events:
        """Say it; what seems to be no business of ours may go on with a policy question ("and abroad?")."""
        if turn.intent != "out_of_scope" or not carry_on(turn):
            turn.say(self.SENTENCES[turn.intent])
        return []


class Affirm(Skill):
    """Yes to what the bot offered last."""

    skill = "affirm"

    def handle(self, turn: Turn) -> Events:
        """Do what was offered; without an offer, ask what is meant."""
        offer = turn.slot("offer")
        if offer:
            return [*remember(offer=None), *self.skills[offer].handle(turn)]
        turn.say("utter_affirm")
        turn.offer("track_order", "find_product", "recommend")
        return []


class Deny(Skill):
    """No to what the bot offered last."""

    skill = "deny"

    def handle(self, turn: Turn) -> Events:
        """Leave it."""
        turn.say("utter_deny")
        return remember(offer=None)


class Stop(Skill):
    """Never mind: forget what was begun."""

    skill = "stop"
    acknowledges = False

    def handle(self, turn: Turn) -> Events:
        """Back to the start, or on to the other thing named in the same breath ("forget it, show me bags")."""
        forgotten = remember(offer=None, search=None, current_product=None, last_skill=None)
        if turn.entity("product"):
            return [*forgotten, *self.skills["find_product"].handle(turn)]
        turn.say("utter_stop")
        turn.offer("track_order", "find_product", "help")
        return forgotten


class SwitchLanguage(Skill):
    """Speak the language asked for."""

    skill = "switch_language"

    def handle(self, turn: Turn) -> Events:
        """Take the language that is named; unnamed, the other one."""
        text = turn.text.lower()
        wants_chinese = any(name in text for name in ("chinese", "mandarin", "中文", "汉语", "普通话", "国语", "华语"))
        wants_english = any(name in text for name in ("english", "英文", "英语", "英語"))
        if wants_chinese == wants_english:
            wants_chinese = not has_cjk(text)
        turn.say("utter_language_zh" if wants_chinese else "utter_language_en")
        return remember(language="zh" if wants_chinese else "en")


class Inform(Skill):
    """Bare facts ("M", "#W1234567", "the blue one"): they belong to what was talked about last."""

    skill = "inform"

    def handle(self, turn: Turn) -> Events:
        """Hand the facts to the skill they are for."""
        return self.skills[self._skill_for(turn)].handle(turn)

    def _skill_for(self, turn: Turn) -> str:
        last = turn.slot("last_skill")
        if turn.entity("order_number"):
            return "track_order"
        if last in ("check_stock", "product_details", "size_advice", "compare_products", "recommend"):
            return str(last)
        if turn.slot("search") and self._limits(turn):
            return "refine_search"
        return "find_product" if turn.entity("product") else "fallback"

    @staticmethod
    def _limits(turn: Turn) -> bool:
        return any(turn.entity(name) for name in ("size", "colour", "attribute", "max_price", "min_price", "product"))
