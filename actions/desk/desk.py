"""The order desk: cancel, change, return and exchange, in the shopper's own words, with a yes before anything moves."""

from __future__ import annotations

from actions.desk.mending import mended
from actions.desk.work import Work
from actions.skill import Asker, Events
from actions.turn import Turn


class OrderDesk(Asker):
    """Takes down what shall be changed, asks for what is missing, sums it up, and does it on a yes."""

    skill = "order_desk"

    def handle(self, turn: Turn) -> Events:
        """Take down the changes that the message asks for, and begin with the first."""
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
