"""The questions of the order desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from actions.desk.filling import Missing
from actions.desk.goods import Owned, owned_of
from actions.desk.reading import Segment, find_jobs
from actions.desk.request import Asking, Job
from actions.desk.state import OFFERED, AtDesk
from actions.order_skill import offer_orders
from actions.wording import payload
from shop.money import Money


class Questions(AtDesk):
    """What the desk asks, with its choices."""

    def _ask(self, asking: Asking, response: str, **values: str) -> None:
        self.desk.asking = asking
        self.turn.say(response, **values)

    def _ask_for(self, missing: Missing) -> None:
        ask: dict[str, Callable[[], None]] = {
            "item": lambda: self._ask_for_item(missing),
            "options": lambda: self._ask_for_options(missing),
            "reason": self._ask_for_reason,
            "method": lambda: self._ask_for_method(self.job),
            "address": lambda: self._ask("address", "utter_ask_address"),
            "whole_order": self._ask_for_whole_order,
        }
        ask[missing.what]()

    def _ask_for_order(self, job: Job) -> None:
        found = find_jobs(Segment(job.kind, job.text), self.orders, self.shop.allowed(self.orders))
        if found.unclear:
            self._offer_items(found.unclear)
            return
        numbers = self.shop.allowed(self.orders)[job.kind]
        fitting = found.unclear_orders or [order for order in self.orders if order.number in numbers]
        if not fitting:
            if not self._said_nothing:
                self.turn.say("utter_nothing_to_change")
            self._said_nothing = True
            self.turn.offer("order_history", "talk_to_person")
            self.desk.jobs.pop(0)
            return
        if len(fitting) == 1:
            job.order_number = fitting[0].number
            return
        self._ask("order", "utter_ask_which_order")
        self.desk.choices = [order.number for order in fitting]
        offer_orders(self.turn, tuple(fitting[:OFFERED]), "inform")

    def _ask_for_item(self, missing: Missing) -> None:
        order = self.shop.order(self.orders, self.job.order_number)
        self._offer_items(missing.lines or owned_of([order] if order else []))

    def _offer_items(self, lines: Sequence[Owned]) -> None:
        self._ask("item", "utter_ask_which_item")
        self.desk.choices = [str(line.item.id) for line in lines]
        for line in lines[:OFFERED]:
            title = f"{line.item.name} ({line.item.options}) · {line.order.number}"
            self.turn.offer({"title": title, "payload": payload("inform", {"choice": str(line.item.id)})})

    def _ask_for_options(self, missing: Missing) -> None:
        if missing.unmet:
            self._ask("options", "utter_variant_unavailable", name=missing.name, wish=missing.unmet)
        else:
            self._ask("options", "utter_ask_options", name=missing.name)
        self.desk.choices = [str(missing.item_id), *(str(v.id) for v in missing.variants)]
        for variant in missing.variants[:OFFERED]:
            options = variant.options_zh if self.turn.language == "zh" and variant.options_zh else variant.options
            title = f"{', '.join(options.values())} · {self._money(variant.price_cents)}"
            self.turn.offer({"title": title, "payload": payload("inform", {"choice": str(variant.id)})})

    def _money(self, cents: int) -> Money:
        order = self.shop.order(self.orders, self.job.order_number)
        return Money.from_cents(cents, order.total.currency if order else "USD")

    def _ask_for_reason(self) -> None:
        self._ask("reason", self._reason_question(self.job), number=self.job.order_number)
        for reason in self.shop.reasons(self.job.kind):
            title = reason.zh if self.turn.language == "zh" else reason.en
            self.turn.offer({"title": title, "payload": payload("inform", {"choice": reason.code})})

    @staticmethod
    def _reason_question(job: Job) -> str:
        return "utter_ask_cancel_reason" if job.kind == "cancel_order" else "utter_ask_return_reason"

    def _ask_for_method(self, job: Job) -> None:
        self._ask("method", "utter_ask_payment_method")
        methods = self.shop.methods(job)
        for method in [each for each in methods if each.may_pay or each.may_get_refund] or methods:
            balance = f" ({method.balance})" if method.balance is not None else ""
            choice = {"choice": str(method.id)}
            self.turn.offer({"title": f"{method.label}{balance}", "payload": payload("inform", choice)})

    def _ask_for_whole_order(self) -> None:
        order = self.shop.order(self.orders, self.job.order_number)
        names = ", ".join(f"{item.name} {item.price}" for item in order.items) if order else ""
        self._ask("whole_order", "utter_ask_whole_order", number=self.job.order_number, items=names)
        self.turn.offer("accept", "decline")
