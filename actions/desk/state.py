"""What every part of the order desk works with: the message, the agenda, the shop."""

from __future__ import annotations

from functools import cached_property

from typing_extensions import Self

from actions.desk.request import Desk, Job
from actions.desk.shop_desk import ShopDesk
from actions.desk.words import says
from actions.turn import Turn
from shop.orders import OrderView

#: How many choices a question offers.
OFFERED = 6
OF_ADDRESS = ("change_address", "change_default_address")


class AtDesk:
    """One message at the order desk. Everything that lasts is in ``desk``, the slot of that name."""

    def __init__(self, turn: Turn, desk: Desk, shop: ShopDesk) -> None:
        self.turn = turn
        self.desk = desk
        self.shop = shop
        self._said_nothing = False

    @classmethod
    def open(cls, turn: Turn) -> Self:
        """Take the agenda up where it was left."""
        return cls(turn, Desk.model_validate(turn.slot("desk") or {}), ShopDesk(turn))

    @cached_property
    def orders(self) -> tuple[OrderView, ...]:
        """The customer's orders as they are now."""
        return self.shop.orders()

    @property
    def job(self) -> Job:
        """The job that is talked about."""
        return self.desk.jobs[0]

    def _says_no(self) -> bool:
        return self.turn.intent in ("deny", "stop") or bool(self.turn.text and says("no", self.turn.text))

    def _says_yes(self) -> bool:
        return self.turn.intent == "affirm" or bool(self.turn.text and says("yes", self.turn.text))

    def _withdraw_all(self) -> None:
        for job in self.desk.jobs:
            self.shop.withdraw(job)
        self.turn.say("utter_withdrawn")
        self.desk.jobs, self.desk.asking = [], ""

    def _drop(self) -> None:
        self.shop.withdraw(self.job)
        self.turn.say("utter_withdrawn")
        self.desk.jobs.pop(0)
        self.desk.asking = ""
