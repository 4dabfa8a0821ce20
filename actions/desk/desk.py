"""The order desk: cancel, change, return and exchange, in the shopper's own words, with a yes before anything moves."""

from __future__ import annotations

import re

from actions.answer_question import AnswerQuestion, quote
from actions.desk.mending import mended
from actions.desk.words import says
from actions.desk.work import Work
from actions.skill import Asker, Events, remember
from actions.turn import Turn
from actions.wording import intent_button

#: Which articles tell how a change is done; of the others the index decides alone.
_CATEGORIES = {"return_item": "returns", "exchange_item": "returns"}
_ANY_GOODS = re.compile(r"\b(?:an?|any|some)\b", re.IGNORECASE)


class OrderDesk(Asker):
    """Takes down what shall be changed, asks for what is missing, sums it up, and does it on a yes."""

    skill = "order_desk"

    def handle(self, turn: Turn) -> Events:
        """Take down the changes that the message asks for, and begin with the first.

        Who only asks how it is done gets the help article, and may begin with a tap.
        """
        if _asks_how(turn) and quote(turn, turn.text, _CATEGORIES.get(turn.intent)):
            turn.offer(intent_button(turn.intent, turn.language))
            return remember(last_skill=AnswerQuestion.skill)
        if turn.customer is None:
            return self.skills["identify"].handle(turn)
        work = Work.open(mended(turn))
        work.take_down()
        return work.go_on()

    def take(self, turn: Turn) -> Events | None:
        """Take the message as the answer to what was asked, as a change of mind, or as one more wish."""
        if turn.intent == "human_handover" or turn.customer is None:
            return None
        work = Work.open(mended(turn))
        return work.go_on() if work.answer() else None

    def ask_again(self, turn: Turn) -> None:
        """The open question once more."""
        Work.open(turn).ask_again()


def _asks_how(turn: Turn) -> bool:
    """Whether a message asks how something is done, and has no goods or order of the shopper's own in mind."""
    if turn.entity("order_number") or not says("asks_how", turn.text) or says("means_own", turn.text):
        return False
    return not turn.entity("product") or _ANY_GOODS.search(turn.text) is not None
