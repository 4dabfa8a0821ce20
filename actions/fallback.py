"""When the bot is not sure: the knowledge base first, then the two likeliest readings, then what it can do."""

from __future__ import annotations

from actions.answer_question import quote
from actions.desk.mending import mend
from actions.desk.words import kind_in
from actions.skill import Events, Skill, remember
from actions.turn import Turn
from actions.wording import has_word, intent_button

#: An intent below this is not worth proposing.
PLAUSIBLE = 0.1
#: What is carried into a proposed reading.
_KEPT = ("product", "attribute", "colour", "size", "order_number", "min_price", "max_price")
#: Asking for a kind of thing reads like each of these; showing what there is answers them all.
_SWAPS = {"exchange_item", "change_items"}
_PRODUCT_INTENTS = ("find_product", "check_stock", "product_details", "recommend", "refine_search")


class Fallback(Skill):
    """Not understood."""

    skill = "fallback"

    def handle(self, turn: Turn) -> Events:
        """Find something useful to say; the second time in a row offer a person, too."""
        count = int(turn.slot("fallbacks") or 0) + 1
        if self._about_products(turn):
            return [*remember(fallbacks=0), *self.skills["find_product"].handle(turn)]
        misspelt = kind_in(mend(turn.text)) if mend(turn.text) != turn.text else None
        if misspelt:  # "canel my order"
            return [*remember(fallbacks=0), *self._changes(turn, misspelt)]
        if turn.text and quote(turn, turn.text):
            return remember(fallbacks=0)
        likely = self._likeliest(turn)
        if likely and set(likely) <= _SWAPS:  # two names of one thing: the state of the order tells which
            return [*remember(fallbacks=0), *self._changes(turn, likely[0])]
        turn.say("utter_ask_back" if likely else "utter_not_understood")
        kept = {name: turn.entity(name) for name in _KEPT if turn.entity(name)}
        for intent in likely:
            entities = {"question": turn.text} if intent.startswith("ask_") else kept
            turn.offer(intent_button(intent, turn.language, entities))
        if not likely:
            turn.offer("track_order", "find_product", "recommend")
        if count >= 2 or not likely:
            turn.offer("talk_to_person")
        return remember(fallbacks=count, handover_reason="unanswered")

    def _changes(self, turn: Turn, kind: str) -> Events:
        """What the order desk makes of it."""
        intent = {"name": "change_address" if kind == "change_default_address" else kind}
        return self.skills.for_intent(intent["name"]).handle(turn.for_request({"intent": intent}))

    @staticmethod
    def _about_products(turn: Turn) -> bool:
        """Whether the product intents, none of them sure, are together likelier than any other."""
        confidence = {intent["name"]: intent["confidence"] for intent in turn.intent_ranking}
        together = sum(confidence.get(name, 0.0) for name in _PRODUCT_INTENTS)
        others = [value for name, value in confidence.items() if name not in _PRODUCT_INTENTS]
        return bool(turn.entity("product")) and together > max(others, default=0.0)

    @staticmethod
    def _likeliest(turn: Turn) -> list[str]:
        ranked = [i["name"] for i in turn.intent_ranking if i["confidence"] >= PLAUSIBLE]
        return [name for name in ranked if has_word("intent", name)][:2]
