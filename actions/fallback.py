"""When the bot is not sure: the knowledge base first, then the two likeliest readings, then what it can do."""

from __future__ import annotations

from actions.answer_question import quote
from actions.skill import Events, Skill, remember
from actions.turn import Turn
from actions.wording import has_word, intent_button

#: An intent below this is not worth proposing.
PLAUSIBLE = 0.1
#: What is carried into a proposed reading.
_KEPT = ("product", "attribute", "colour", "size", "order_number", "min_price", "max_price")


class Fallback(Skill):
    """Not understood."""

    skill = "fallback"

    def handle(self, turn: Turn) -> Events:
        """Find something useful to say; the second time in a row offer a person, too."""
        count = int(turn.slot("fallbacks") or 0) + 1
        if turn.text and quote(turn, turn.text):
            return remember(fallbacks=0)
        likely = self._likeliest(turn)
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

    @staticmethod
    def _likeliest(turn: Turn) -> list[str]:
        ranked = [i["name"] for i in turn.intent_ranking if i["confidence"] >= PLAUSIBLE]
        return [name for name in ranked if has_word("intent", name)][:2]
