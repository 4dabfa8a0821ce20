"""What a shopper changes while a job is talked about."""

from __future__ import annotations

from collections.abc import Sequence

from actions.desk.addresses import read_address
from actions.desk.agenda import Agenda
from actions.desk.goods import about, count_in, find_mentions, owned_of
from actions.desk.options import OptionWish, described, read_wish, says_nothing
from actions.desk.payments import names_method, read_method
from actions.desk.reading import OF_GOODS, SWAPS, TWIN, Segment, find_jobs, possible_kind, segments
from actions.desk.request import Job, Target
from actions.desk.state import OF_ADDRESS
from actions.desk.variants import as_choices
from actions.desk.words import kind_in, says
from language.patterns import find_order_numbers
from shop.errors import BadInput


class Revising(Agenda):
    """Changes of mind, and one more wish."""

    def _instead(self) -> bool:
        """ "Then cancel the whole order", "return everything on it": another change of the order talked about."""
        order = self.shop.order(self.orders, self.job.order_number)
        if order is None or not self.turn.text:
            return False
        allowed = self.shop.allowed(self.orders)
        for segment in segments(self.turn):
            named = find_order_numbers(segment.text) or find_mentions(segment.text, owned_of(self.orders))
            if kind_in(segment.text) is None or named or says("all_orders", segment.text):
                continue
            kind = possible_kind(segment.kind, order.number, allowed)
            whole = says("everything", segment.text) or kind == "cancel_order"
            of_it = kind == "return_item" != self.job.kind and not whole
            if of_it and self.job.targets and says("it", segment.text):
                self.shop.withdraw(self.job)
                targets = [Target(item_id=target.item_id, text=segment.text) for target in self.job.targets]
                self.desk.jobs[0] = Job(kind=kind, order_number=order.number, targets=targets, text=segment.text)
                self.desk.asking = ""
                return True
            if not whole or (kind == self.job.kind and kind == "cancel_order"):
                continue
            found = find_jobs(Segment(kind, f"{segment.text} {order.number}"), [order], allowed)
            if found.jobs:
                self.shop.withdraw(self.job)
                self.desk.jobs[:1] = found.jobs
                self.desk.asking = ""
                return True
        return False

    def _revised(self) -> bool:
        """Read a message at the summary as a change of mind or one more wish; False when it is neither."""
        other_method = self._other_method()
        instead = self._says_no() and not says("also", self.turn.text) and not other_method
        if instead and self._another_change():
            return True
        ways = (
            self._changed_goods,
            self._other_line,
            self._one_more_request,
            self._other_options,
            self._other_address,
        )
        if not any(way() for way in ways) and not other_method:
            return False
        self.shop.withdraw(self.job)
        self.job.proposal_id = None
        self.desk.asking = ""
        return True

    def _another_change(self) -> bool:
        """ "Don't cancel it, change the address instead": the job goes, another of the same message comes."""
        alike = {self.job.kind, TWIN.get(self.job.kind, self.job.kind)}
        fresh = [s for s in segments(self.turn) if kind_in(s.text) and s.kind not in alike]
        if not fresh:
            return False
        number = self.job.order_number
        self._drop()
        for segment in fresh:
            named = find_order_numbers(segment.text) or find_mentions(segment.text, owned_of(self.orders))
            text = segment.text if named or not number else f"{segment.text} {number}"
            self._add(Segment(segment.kind, text, segment.otherwise))
        return True

    def _other_method(self) -> bool:
        if not self.turn.text or not names_method(self.turn.text) or self.job.kind == "cancel_order":
            return False
        method = read_method(self.turn.text, self.shop.methods(self.job))
        if method is None or method.id == self.job.method_id:
            return False
        self.job.method_id, self.job.method_said = method.id, True
        return True

    def _other_line(self) -> bool:
        """ "Rather the more expensive one": another line of the same product instead."""
        if self.job.kind not in OF_GOODS or len(self.job.targets) != 1 or not self.turn.text:
            return False
        item_id = self.job.targets[0].item_id
        allowed = self.shop.allowed(self.orders)[self.job.kind]
        lines = [line for line in owned_of(self.orders) if line.order.number in allowed]
        products = [line.item.product_id for line in lines if line.item.id == item_id]
        same = [line for line in lines if line.item.product_id in products]
        kept = {choice.id for choice in described(self.turn.text, as_choices(same))}
        if self.job.kind in SWAPS or len(kept) != 1 or item_id in kept:
            return False
        line = next(line for line in same if line.item.id in kept)
        self.job.order_number = line.order.number
        self.job.targets = [Target(item_id=line.item.id, text=self.job.text)]
        return True

    def _other_options(self) -> bool:
        if self.job.kind in SWAPS and len(self.job.targets) == 1:
            return self._revise_targets(self.job.targets[0])
        return False

    def _other_address(self) -> bool:
        if self.job.kind not in OF_ADDRESS:
            return False
        current, known = self.shop.addresses(self.job, self.orders)
        try:
            address = read_address(self.turn.text, known, current, self.shop.places)
        except BadInput:
            return False
        if address is None or address.model_dump() == self.job.address:
            return False
        self.job.address = address.model_dump()
        return True

    def _changed_goods(self) -> bool:
        """ "Only the lamp", "and the watch, too", "the blue one instead": other goods for the same job."""
        text = self._about_this_job()
        if not text:
            return False
        if self._kept_some() or self._fewer():
            return True
        if not find_mentions(text, owned_of(self.orders)):
            return False
        allowed = self.shop.allowed(self.orders)
        found = find_jobs(Segment(self.job.kind, text), self.orders, allowed, self.job.order_number)
        same = [job for job in found.jobs if (job.order_number, job.kind) == (self.job.order_number, self.job.kind)]
        if same and (says("only", text) or (self._says_no() and not says("also", text))):
            self._take_only(same, says("only", text))
            return True
        if found.unclear and not found.jobs:
            self.shop.withdraw(self.job)
            self.desk.jobs.insert(0, Job(kind=self.job.kind, text=text))
            return True
        return self._take_also(same, [job for job in found.jobs if job not in same])

    def _about_this_job(self) -> str:
        """What the message says that may be about the goods of the job; empty when it speaks of other changes."""
        if self.job.kind not in OF_GOODS or self.job.kind == "cancel_order":
            return ""
        alike = {self.job.kind, TWIN[self.job.kind]}
        found = [segment for segment in segments(self.turn) if segment.kind in alike]
        said = " ".join(segment.text for segment in found) if found or segments(self.turn) else self.turn.text
        return self._named(Segment(self.job.kind, said)).text

    def _take_only(self, said: Sequence[Job], only: bool) -> None:
        """The goods that are named, and no others; with "only", none that were not in the job before."""
        named = [target for job in said for target in job.targets]
        ids = {target.item_id for target in named}
        kept = [target for target in self.job.targets if target.item_id in ids]
        known = {target.item_id for target in kept}
        self.job.targets = kept if only and kept else [*kept, *(t for t in named if t.item_id not in known)]
        self._refresh(said)

    def _take_also(self, same: Sequence[Job], others: Sequence[Job]) -> bool:
        """Further goods of the order go into the job, those of others onto the agenda."""
        known = {target.item_id for target in self.job.targets}
        fresh = [target for job in same for target in job.targets if target.item_id not in known]
        self.job.targets += fresh
        refreshed = self._refresh(same)
        for job in others:
            self._merge(job)
        return bool(fresh) or refreshed or bool(others)

    def _kept_some(self) -> bool:
        """ "I want to keep the keyboard": out of the job with it."""
        order = self.shop.order(self.orders, self.job.order_number)
        mentions = find_mentions(self.turn.text, owned_of([order] if order else []))
        kept = {line.item.id for mention in mentions if mention.kept for line in mention.owned}
        return self._narrow([target for target in self.job.targets if target.item_id not in kept])

    def _only_some(self) -> bool:
        """ "Then only the thermostat": the other goods of the job stay as they are."""
        order = self.shop.order(self.orders, self.job.order_number)
        if not self.turn.text or not says("only", self.turn.text) or order is None:
            return False
        mentions = find_mentions(self.turn.text, owned_of([order]))
        named = {line.item.id for mention in mentions for line in mention.owned}
        return self._narrow([target for target in self.job.targets if target.item_id in named])

    def _fewer(self) -> bool:
        """ "Only one pair": fewer pieces of the one thing that the job is about."""
        count = count_in(self.turn.text) if says("only", self.turn.text) else None
        if count is None or len(self.job.targets) != 1:
            return False
        target = self.job.targets[0]
        if count >= (target.quantity or self.shop.item(target, self.orders).quantity):
            return False
        target.quantity = count
        return True

    def _narrow(self, left: list[Target]) -> bool:
        """Leave only some of the job's goods in it; False where none or all would be left."""
        if not left or len(left) == len(self.job.targets):
            return False
        self.job.targets = left
        return True

    def _refresh(self, jobs: Sequence[Job]) -> bool:
        """Take over what is newly said about the options of goods that are already in the job."""
        if self.job.kind not in SWAPS:
            return False
        changed = False
        for said in (target for job in jobs for target in job.targets):
            for target in self.job.targets:
                if target.item_id == said.item_id and said is not target:
                    choices, current = self.shop.variants(target, self.orders)
                    wish = read_wish(said.text, choices, current)
                    if not says_nothing(wish) and wish.to_json() != target.wish:
                        before = OptionWish.from_json(target.wish) if target.wish else wish
                        target.wish, target.variant_id = wish.merged_into(before).to_json(), None
                        changed = True
        return changed

    def _revise_targets(self, target: Target) -> bool:
        """Read the text as a wish for a target's options, together with what was wished before."""
        text = about(self.turn.text, target.item_id, owned_of(self.orders))
        if not text:
            return False
        choices, current = self.shop.variants(target, self.orders)
        by_number = next(iter(self.shop.numbered(target, text)), None)
        if by_number is not None:
            target.variant_id = by_number.id
            return True
        wish = read_wish(text, choices, current)
        if says_nothing(wish):
            return False
        before = OptionWish.from_json(target.wish) if target.wish else read_wish(target.text, choices, current)
        target.wish = wish.merged_into(before).to_json()
        target.variant_id = None
        return True

    def _one_more_request(self) -> bool:
        """Put further requests of the message on the agenda, behind what is talked about."""
        known = {self.job.kind, TWIN.get(self.job.kind, self.job.kind)}
        fresh = [s for s in segments(self.turn) if kind_in(s.text) and (s.kind not in known or self._elsewhere(s))]
        before = [(job.kind, job.order_number, len(job.targets)) for job in self.desk.jobs]
        for segment in fresh:
            self._add(segment)
        return [(job.kind, job.order_number, len(job.targets)) for job in self.desk.jobs] != before

    def _elsewhere(self, segment: Segment) -> bool:
        """Whether a segment names goods that are not of the order talked about."""
        mentions = find_mentions(self._named(segment).text, owned_of(self.orders))
        numbers = {o.order.number for mention in mentions for o in mention.owned}
        return bool(numbers) and self.job.order_number not in numbers

    def _more_in_message(self, dropped: Job) -> None:
        """ "No, cancel the other one instead": what else the message asks for."""
        for segment in segments(self.turn):
            if kind_in(segment.text) and find_mentions(segment.text, owned_of(self.orders)):
                found = find_jobs(segment, self.orders, self.shop.allowed(self.orders))
                for job in found.jobs:
                    if (job.kind, job.order_number) != (dropped.kind, dropped.order_number):
                        self._merge(job)
