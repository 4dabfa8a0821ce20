"""The agenda of the order desk: what is missing, the proposal, the commit, the next job."""

from __future__ import annotations

from collections.abc import Sequence

from actions.desk import telling
from actions.desk.either import cannot_be_had, rival_of, say_either
from actions.desk.filling import Missing, fill
from actions.desk.goods import find_mentions, owned_of
from actions.desk.reading import Segment, possible_kind
from actions.desk.request import Done, Job
from actions.desk.state import OF_ADDRESS
from actions.desk.taking_down import TakingDown
from actions.desk.words import kind_in, says
from actions.skill import Events, remember
from actions.wording import joined, word
from shop.errors import BadInput, NotAllowed
from shop.money import Money

#: Refusals that another payment method may mend.
OF_METHOD = ("method_needed", "gift_card_too_small", "method_not_accepted")


class Agenda(TakingDown):
    """Works on the jobs one after the other until something has to be asked or all is done."""

    def go_on(self) -> Events:
        """Work on the agenda until something has to be asked or all is done."""
        if not self.desk.asking:
            self._sort()
        while self.desk.jobs and not self.desk.asking:
            self._work_on(self.job)
        if not self.desk.asking:
            return self._finish()
        return remember(desk=self.desk.model_dump(mode="json"), question={"skill": "order_desk"})

    def _sort(self) -> None:
        """What can no longer be done after another change of the same order comes before it."""
        place = {job.order_number: n for n, job in reversed(list(enumerate(self.desk.jobs)))}
        jobs = list(self.desk.jobs)
        self.desk.jobs.sort(key=lambda job: (place[job.order_number], self._rules_out(job, jobs)))

    def _rules_out(self, job: Job, jobs: Sequence[Job]) -> int:
        """How many others of the jobs are impossible once this one is done."""
        order = self.shop.order(self.orders, job.order_number)
        others = [other.kind for other in jobs if other.order_number == job.order_number and other is not job]
        return len([kind for kind in others if order and self.shop.ruled_out(kind, order, job.kind)])

    def _finish(self) -> Events:
        done = self.desk.done
        if done:
            self._say_total(done)
            self.turn.say("utter_anything_else")
        return remember(desk=None, question=None)

    def _say_total(self, done: Sequence[Done]) -> None:
        if len([each for each in done if each.cents]) < 2 or len({each.currency for each in done}) > 1:
            return
        cents = sum(each.cents for each in done)
        response = "utter_total_refund" if cents < 0 else "utter_total_charge"
        self.turn.say(response, amount=str(Money.from_cents(abs(cents), done[0].currency)))

    def _work_on(self, job: Job) -> None:
        """Ask for the first thing that is missing, or propose."""
        try:
            if not job.order_number and job.kind != "change_default_address":
                self._ask_for_order(job)
                return
            if job.kind != "change_default_address":
                job.kind = possible_kind(job.kind, job.order_number, self.shop.allowed(self.orders))
                self.shop.check(job)
                rival = rival_of(job, self.desk.jobs, self.shop, self.orders)
                if rival is not None and not cannot_be_had(job, self.shop, self.orders):
                    self._choose_between(job, rival)
                    return
            missing = fill(job, self.shop, self.orders)
            if missing:
                self._ask_or_leave(missing)
                return
            self._pass_address_on(job)
            proposal = self.shop.propose(job, self.desk.proposals)
        except NotAllowed as refusal:
            self._refused(job, refusal)
            return
        except BadInput:
            self._ask("address", "utter_ask_address")
            return
        self.desk.proposals += 1
        job.proposal_id = proposal.id
        if proposal.plan.model_dump_json() == job.refused:  # the same once more is no answer to a no
            self._drop()
            return
        job.shown = proposal.plan.model_dump_json()
        order = self.shop.order(self.orders, job.order_number)
        if order and {job.kind, job.asked} == {"cancel_order", "return_item"}:
            status = word("order_status", order.status, self.turn.language)
            self.turn.say("utter_twin_instead", number=order.number, status=status)
        job.asked = None
        for name, wish in job.nearest.items():
            self.turn.say_text(word("note", "nearest", self.turn.language).format(name=name, wish=wish))
        job.nearest = {}
        if job.staying:
            names = joined(job.staying, self.turn.language)
            self.turn.say_text(word("note", "staying", self.turn.language).format(names=names))
        job.staying = []
        telling.say_summary(self.turn, proposal.plan)
        self.desk.asking, self.desk.tries = "confirm", 0

    def _pass_address_on(self, job: Job) -> None:
        """ "And my default address, too": the address of one change is that of others which only point at it."""
        for other in self.desk.jobs if job.kind in OF_ADDRESS else ():
            pointing = says("also", other.text) or says("that_address", other.text)
            if other.kind in OF_ADDRESS and other.address is None and pointing:
                other.address = job.address

    def _choose_between(self, job: Job, rival: Job) -> None:
        """Ask which of two; but first about the one whose wish cannot be met, for then only the other is left."""
        if cannot_be_had(rival, self.shop, self.orders):
            self.desk.jobs.remove(rival)
            self.desk.jobs.insert(0, rival)
            return
        pair = [job, rival]
        self.desk.asking, self.desk.choices = "either", [job.kind for job in pair]
        say_either(self.turn, pair, self.shop, self.orders)

    def _ask_or_leave(self, missing: Missing) -> None:
        if missing.what == "options" and not missing.variants:
            self._no_variant(missing)
        elif missing.what == "options" and missing.unmet and self.job.otherwise:
            self.turn.say("utter_no_such_variant", name=missing.name, wish=missing.unmet)
            self._otherwise(self.desk.jobs.pop(0))
        else:
            self._ask_for(missing)

    def _no_variant(self, missing: Missing) -> None:
        """There is nothing that the item could become: it stays, and the job goes on without it."""
        self.turn.say("utter_no_other_variant", name=missing.name)
        self.job.targets = [t for t in self.job.targets if t.item_id != missing.item_id]
        if not self.job.targets:
            self._otherwise(self.desk.jobs.pop(0))

    def _refused(self, job: Job, refusal: NotAllowed) -> None:
        """Say why; then what can be asked instead, what the shopper named instead, or the next job."""
        order = self.shop.order(self.orders, job.order_number)
        reasons = self.shop.reasons(job.kind)
        if refusal.code in OF_METHOD and job.kind != "cancel_order":
            if refusal.code != "method_needed":
                telling.say_refused(self.turn, refusal, order)
            job.method_id = None
            job.method_said = True
            self._ask_for_method(job)
            return
        if refusal.code == "reason_not_accepted":
            self._ask("reason", self._reason_question(job), number=job.order_number)
            return
        telling.say_refused(self.turn, refusal, order, reasons)
        if refusal.code in ("same_variant", "sold_out") and job.targets:
            self._ask_for_other_options(job)
            return
        self.desk.jobs.pop(0)
        if job.otherwise:
            self._otherwise(job)
        else:
            self.turn.offer("talk_to_person")

    def _ask_for_other_options(self, job: Job) -> None:
        """Another variant than the one that cannot be had."""
        target = next((each for each in job.targets if each.variant_id is None), job.targets[0])
        target.wish, target.variant_id, target.text = {}, None, ""
        missing = fill(job, self.shop, self.orders)
        if missing:
            self._ask_or_leave(missing)

    def _otherwise(self, job: Job) -> None:
        """What the shopper wanted in that case."""
        kind = kind_in(job.otherwise)
        if kind is None:
            return
        self.turn.say("utter_change_instead")
        named = find_mentions(job.otherwise, owned_of(self.orders))
        text = job.otherwise if named else f"{job.otherwise} {job.order_number}"
        before = len(self.desk.jobs)
        self._add(Segment(kind, text))
        self.desk.jobs = [*self.desk.jobs[before:], *self.desk.jobs[:before]]

    def ask_again(self) -> None:
        """The open question once more, as it stands now."""
        if self.desk.asking == "confirm":  # the summary stands as it is
            self.turn.say("utter_ask_confirm")
            self.turn.offer("accept", "decline")
        elif self.desk.jobs:
            self.desk.asking = ""
            self._work_on(self.job)

    def _commit(self) -> None:
        job = self.desk.jobs.pop(0)
        self.desk.asking = ""
        try:
            receipt = self.shop.commit(job)
        except NotAllowed as refusal:
            telling.say_refused(self.turn, refusal, self.shop.order(self.orders, job.order_number))
            if refusal.code == "changed_since":
                self.desk.jobs.insert(0, job.model_copy(update={"proposal_id": None}))
            return
        telling.say_done(self.turn, receipt.plan)
        plan = receipt.plan
        done = Done(kind=plan.kind, order_number=plan.order_number, cents=plan.total.cents, currency=plan.currency)
        self.desk.done.append(done)
        self.__dict__.pop("orders", None)  # they are not what they were
        self.shop.forget()
