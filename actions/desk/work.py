"""Answers at the order desk."""

from __future__ import annotations

from collections.abc import Sequence

from actions.desk.addresses import read_address, the_only_other
from actions.desk.either import read_choice
from actions.desk.filling import read_reason
from actions.desk.goods import Owned, about, find_mentions, owned_of
from actions.desk.options import described
from actions.desk.payments import read_method, the_payer
from actions.desk.reading import Segment, find_jobs, possible_kind
from actions.desk.request import Target
from actions.desk.revising import Revising
from actions.desk.state import OF_ADDRESS, OFFERED
from actions.desk.variants import as_choices
from actions.desk.words import kind_in, says
from actions.order_skill import offer_orders
from actions.skill import ORDER_DESK_INTENTS, is_question
from language.clauses import CONVERSATIONAL
from shop.errors import BadInput
from shop.orders import OrderView

#: Answers not understood in a row before a person is offered.
OFFER_PERSON_AFTER = 2


class Work(Revising):
    """Takes a message as the answer to what was asked."""

    def answer(self) -> bool:
        """Take the message as an answer; False when it is none."""
        asking = self.desk.asking
        if not self.desk.jobs or not asking:
            return False
        if self.turn.intent == "stop" and asking not in ("confirm", "options"):
            self._withdraw_all()
            return True
        before, job = len(self.turn.answers), self.job
        ways = [getattr(self, f"_answer_{asking}"), self._one_more_request]
        taken = any(way() for way in (ways if asking == "either" else [self._instead, *ways]))
        if taken:
            self.desk.tries = 0
            if asking != "confirm":
                job.refused = ""  # it was answered since: what was no good before may be all there is
            if self.desk.asking and len(self.turn.answers) == before:
                self.ask_again()  # noted for later; what was asked still is
            return True
        if self._other_request() or self._asks_beside():
            return False
        self._not_understood()
        return True

    def _other_request(self) -> bool:
        """Whether the message asks for something else that another skill serves."""
        intent = self.turn.intent
        return (intent not in CONVERSATIONAL | {"refine_search"} and intent not in ORDER_DESK_INTENTS) or intent in (
            "thank",
            "greet",
            "goodbye",
            "complain",
        )

    def _asks_beside(self) -> bool:
        """Whether a "wait" only comes before a question for another skill: "wait, when does the money arrive?"."""
        known = CONVERSATIONAL | ORDER_DESK_INTENTS | {"refine_search"}
        return any(clause["asks"] and clause["intent"]["name"] not in known for clause in self.turn.clauses)

    def _not_understood(self) -> None:
        self.desk.tries += 1
        self.turn.say("utter_desk_again")
        self.ask_again()
        if self.desk.tries >= OFFER_PERSON_AFTER:
            self.turn.offer("talk_to_person", "stop")

    def _answer_order(self) -> bool:
        choices = [order for order in self.orders if order.number in self.desk.choices]
        number = self.turn.entity("order_number")
        if number:
            chosen = [order for order in self.orders if order.number == number]
            if not chosen:
                self.turn.say("utter_order_not_found", number=number)
                offer_orders(self.turn, tuple(choices[:OFFERED]), "inform")
                return True
        else:
            chosen = self._pointed_orders(choices)
        if not chosen and self._says_no():
            self._drop()
            return True
        if not chosen:
            return False
        job = self.desk.jobs.pop(0)
        self.desk.asking = ""
        rest, self.desk.jobs = self.desk.jobs, []
        for order in chosen:
            segment = Segment(job.kind, f"{job.text} {order.number} {self.turn.text}", job.otherwise)
            found = find_jobs(segment, [order], self.shop.allowed(self.orders))
            for each in found.jobs or [job.model_copy(update={"order_number": order.number})]:
                self._merge(each)
        self.desk.jobs += rest
        return True

    def _pointed_orders(self, choices: list[OrderView]) -> list[OrderView]:
        text = self.turn.text
        if not text:
            return []
        if says("all_orders", text) or (says("plural", text) and len(text.split()) < 6):
            return choices
        found = find_jobs(Segment(self.job.kind, text), choices, self.shop.allowed(self.orders))
        numbers = {job.order_number for job in found.jobs}
        return [order for order in choices if order.number in numbers]

    def _answer_item(self) -> bool:
        lines = [line for line in owned_of(self.orders) if str(line.item.id) in self.desk.choices]
        picked = [line for line in lines if str(line.item.id) == self.turn.entity("choice")]
        text = self.turn.text
        if not picked and text:
            if says("everything", text) or says("plural", text):
                picked = lines
            else:
                mentions = find_mentions(text, lines)
                segment = Segment(self.job.kind, text)
                found = find_jobs(segment, self._orders_of(lines), self.shop.allowed(self.orders)) if mentions else None
                ids = {target.item_id for job in found.jobs for target in job.targets} if found else set()
                picked = [line for line in lines if line.item.id in ids] or self._described(text, lines)
        if not picked and self._says_no():
            self._drop()
            return True
        if not picked:
            return False
        self._take_lines(picked)
        return True

    @staticmethod
    def _orders_of(lines: Sequence[Owned]) -> list[OrderView]:
        return list({line.order.number: line.order for line in lines}.values())

    @staticmethod
    def _described(text: str, lines: list[Owned]) -> list[Owned]:
        kept = {choice.id for choice in described(text, as_choices(lines))}
        return [line for line in lines if line.item.id in kept] if len(kept) < len(lines) else []

    def _take_lines(self, lines: Sequence[Owned]) -> None:
        job = self.desk.jobs.pop(0)
        self.desk.asking = ""
        owned = owned_of(self.orders)
        allowed = self.shop.allowed(self.orders)
        for line in lines:
            target = Target(item_id=line.item.id, text=about(job.text, line.item.id, owned))
            number = line.order.number
            kind = possible_kind(job.kind, number, allowed)
            self._merge(job.model_copy(update={"kind": kind, "order_number": number, "targets": [target]}))

    def _answer_options(self) -> bool:
        item_id, variants = int(self.desk.choices[0]), self.desk.choices[1:]
        target = next(t for t in self.job.targets if t.item_id == item_id)
        choice = self.turn.entity("choice")
        if choice in variants:
            target.variant_id = int(choice)
            self.desk.asking = ""
            return True
        keeps = self.turn.intent == "stop" or says("keep", self.turn.text)
        if not keeps and (self._only_some() or self._kept_some() or self._revise_targets(target)):
            self.desk.asking = ""
            return True
        if keeps or self._says_no():
            self.job.targets = [t for t in self.job.targets if t.item_id != item_id]
            if self.job.targets:
                self.desk.asking = ""
            else:
                self._drop()
            return True
        if self._says_yes() and len(variants) == 1:
            target.variant_id = int(variants[0])
            self.desk.asking = ""
            return True
        return self._one_more_request()

    def _answer_reason(self) -> bool:
        reasons = self.shop.reasons(self.job.kind)
        code = self.turn.entity("choice") or read_reason(self.turn.text, reasons)
        if code in [reason.code for reason in reasons]:
            self.job.reason, self.desk.asking = code, ""
            return True
        if self.desk.tries and "other" in [reason.code for reason in reasons] and not self._other_request():
            self.job.reason, self.desk.asking = "other", ""
            return True
        if self._says_no() and len(self.turn.text.split()) < 4:
            self._drop()
            return True
        return self._one_more_request()

    def _answer_method(self) -> bool:
        methods = self.shop.methods(self.job)
        choice = self.turn.entity("choice")
        method = next((m for m in methods if str(m.id) == choice), None) or read_method(self.turn.text, methods)
        agrees = self._says_yes() and not self._says_no() and self.job.kind != "change_payment"
        if method is None and agrees:
            method = the_payer(methods)
        if method is not None:
            self.job.method_id, self.job.method_said, self.desk.asking = method.id, True, ""
            return True
        if self._says_no():
            self._drop()
            return True
        return False

    def _answer_address(self) -> bool:
        current, known = self.shop.addresses(self.job, self.orders)
        try:
            address = read_address(self.turn.text, known, current, self.shop.places)
        except BadInput:
            self.ask_again()
            return True
        if address is None and self.turn.intent not in ("deny", "stop") and not self._other_request():
            address = the_only_other(known, current)
        if address is not None:
            for job in self.desk.jobs:
                if job.kind in OF_ADDRESS and (job is self.job or job.address is None):
                    job.address = address.model_dump()
            self.desk.asking = ""
            return True
        if self._says_no():
            self._drop()
            return True
        return False

    def _answer_either(self) -> bool:
        """Keep the one of the two that is chosen; with a no neither."""
        pair = [job for job in self.desk.jobs if job.order_number == self.job.order_number]
        pair = [job for job in pair if job.kind in self.desk.choices]
        chosen = read_choice(self.turn, pair, self.shop, self.orders)
        if chosen is None and not self._says_no():
            return False
        self.desk.jobs = [job for job in self.desk.jobs if job is chosen or job not in pair]
        self.desk.asking = ""
        if chosen is None:
            self.turn.say("utter_withdrawn")
        return True

    def _answer_whole_order(self) -> bool:
        if self._says_no():
            job = self.job
            self.turn.say("utter_withdrawn")
            self.desk.jobs.pop(0)
            self.desk.asking = ""
            self._more_in_message(job)
            return True
        if self._says_yes() or says("everything", self.turn.text) or kind_in(self.turn.text) == "cancel_order":
            self.job.whole_agreed, self.desk.asking = True, ""
            self.job.reason = self.job.reason or read_reason(self.turn.text, self.shop.reasons("cancel_order"))
            return True
        return False

    def _answer_confirm(self) -> bool:
        asks = is_question(self.turn.text) and kind_in(self.turn.text) is None
        if asks and (self._other_request() or self._asks_beside()):
            return False  # "wait, is it in stock in black?" is neither a yes nor a no
        if self._says_no():
            return self._taken_back(asks)
        if self.turn.text and self._revised():
            return True
        if self._says_yes():
            self._commit()
            return True
        return False

    def _taken_back(self, asks: bool) -> bool:
        """A no to the summary, and what is wanted instead; no no is a "wait" before a question that nobody reads."""
        self.job.refused = self.job.shown
        if self._revised():
            return True
        if asks and says("wait", self.turn.text):
            self.job.refused = ""
            return False
        job = self.job
        self._drop()
        self._more_in_message(job)
        return True
