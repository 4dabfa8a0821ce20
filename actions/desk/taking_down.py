"""Taking down what a shopper wants."""

from __future__ import annotations

from actions.desk.addresses import read_address
from actions.desk.goods import find_mentions, lines_of
from actions.desk.questions import Questions
from actions.desk.reading import SWAPS, Segment, find_jobs, segments
from actions.desk.request import Job
from actions.desk.state import OF_ADDRESS
from actions.desk.words import pattern, says
from actions.order_skill import offer_orders
from actions.skill import ORDER_DESK_INTENTS
from actions.wording import word
from language.patterns import find_order_numbers
from shop.changes import PostalAddress
from shop.errors import BadInput
from shop.orders import OrderView


class TakingDown(Questions):
    """From what a message asks for to jobs on the agenda."""

    def take_down(self) -> None:
        """Put what the message asks for on the agenda."""
        if self.turn.entity("order_number") and not self.turn.text:
            kind = self.turn.intent
            if kind in ORDER_DESK_INTENTS:
                self._add(Segment(kind, self.turn.entity("order_number")))  # type: ignore[arg-type]
            return
        found = segments(self.turn)
        telling_much = [segment for segment in found if self._is_plain(segment)]
        for segment in telling_much or found:
            self._add(segment)

    def _is_plain(self, segment: Segment) -> bool:
        """Whether a segment says what it is about; "I'd like to make some changes" beside others does not."""
        if segment.kind not in (*SWAPS, "return_item"):
            return True
        named = self._named(segment).text
        return (
            says("everything", named)
            or says("its", named)
            or says("the_item", named)
            or bool(find_mentions(named, lines_of(self.orders)) or find_order_numbers(named))
        )

    def _named(self, segment: Segment) -> Segment:
        """The segment with the product's name before each item number, so that it is found like any other."""
        names = self.shop.names_of_numbers(segment.text)
        text = segment.text
        for number, name in names.items():
            text = text.replace(number, f"{name} {number}")
        return Segment(segment.kind, text, segment.otherwise)

    def _add(self, segment: Segment) -> None:
        segment = self._talked_about(self._named(segment))
        if self._unknown_order(segment):
            return
        if segment.kind in SWAPS and says("add_goods", segment.text):
            self.turn.say("utter_change_refused", why=word("refusal", "cannot_add", self.turn.language))
            self.turn.offer("find_product")
            return
        if segment.kind in OF_ADDRESS and self._add_address(segment):
            return
        same = self.desk.jobs[-1].order_number if self.desk.jobs and says("its", segment.text) else ""
        orders = [order for order in self.orders if order.number == same] or self.orders
        found = find_jobs(segment, orders, self.shop.allowed(self.orders))
        for job in found.jobs:
            self._merge(job)
        if found.unclear and found.jobs:  # asked first, so that all goods of an order go into one change
            self.desk.jobs.insert(0, Job(kind=segment.kind, text=segment.text, otherwise=segment.otherwise))
        elif not found.jobs:
            self.desk.jobs.append(Job(kind=segment.kind, text=segment.text, otherwise=segment.otherwise))

    def _talked_about(self, segment: Segment) -> Segment:
        """ "Can I still cancel it?": the order that was talked about last, where nothing else is named."""
        number = self.turn.slot("current_order")
        if any(says(hint, segment.text) for hint in ("pending", "delivered", "newest", "oldest")):
            return segment
        named = find_order_numbers(segment.text) or find_mentions(segment.text, lines_of(self.orders))
        if not number or named or self.desk.jobs or not says("it", segment.text) or says("all_orders", segment.text):
            return segment
        return Segment(segment.kind, f"{segment.text} {number}", segment.otherwise)

    def _unknown_order(self, segment: Segment) -> bool:
        """Say so where a segment names an order that the customer does not have."""
        own = {order.number for order in self.orders}
        unknown = [entity.value for entity in find_order_numbers(segment.text) if entity.value not in own]
        if unknown:
            self.turn.say("utter_order_not_found", number=unknown[0])
            offer_orders(self.turn, self.orders, segment.kind)
        return bool(unknown)

    def _add_address(self, segment: Segment) -> bool:
        """Where the new address is one that the shop knows: it goes to the orders that do not go there yet."""
        source = self._order_sent_there(segment.text)
        job = Job(kind=segment.kind, text=segment.text, otherwise=segment.otherwise)
        current, known = self.shop.addresses(job, self.orders)
        if source is not None:
            address: PostalAddress | None = next(each.address for each in known if source.number in each.order_numbers)
        else:
            try:
                address = read_address(_source_of(segment.text), known, current, self.shop.places)
            except BadInput:
                return False
        if address is None:
            return False
        job.address = address.model_dump()
        if segment.kind == "change_default_address":
            self._merge(job)
            return True
        there = next((each.order_numbers for each in known if each.address == address), ())
        elsewhere = [order for order in self.orders if order.number not in there]
        rest = segment.text if source is None else segment.text.replace(source.number, "")
        meant = find_jobs(Segment(segment.kind, rest), elsewhere, self.shop.allowed(self.orders))
        if source is not None and not meant.jobs and len(meant.unclear_orders) == 1:
            meant.jobs = [job.model_copy(update={"order_number": meant.unclear_orders[0].number})]
        for each in meant.jobs:
            self._merge(each.model_copy(update={"address": job.address}))
        return bool(meant.jobs)

    def _order_sent_there(self, text: str) -> OrderView | None:
        """The order whose address is named by its goods: "I bought a luggage set sent to this new address"."""
        for mention in find_mentions(text, lines_of(self.orders)):
            if pattern("sent_there").match(text, mention.end):
                return mention.owned[0].order
        return None

    def _merge(self, job: Job) -> None:
        """A change of the same kind of the same order joins the one on the agenda: some are allowed only once.

        What is named for one change is no part of "everything" of another: "return all, but exchange the boots".
        """
        for known in [each for each in self.desk.jobs if each.order_number == job.order_number and job.order_number]:
            wide, narrow = (known, job) if _is_wide(known) else (job, known)
            named = {target.item_id for target in narrow.targets}
            left = [target for target in wide.targets if target.item_id not in named]
            if known.kind != job.kind and _is_wide(wide) and not _is_wide(narrow) and left:
                wide.targets = left
        for known in self.desk.jobs:
            if (known.kind, known.order_number) == (job.kind, job.order_number) and job.order_number:
                ids = {target.item_id for target in known.targets}
                known.targets += [target for target in job.targets if target.item_id not in ids]
                known.text = f"{known.text} {job.text}" if job.text not in known.text else known.text
                known.otherwise = known.otherwise or job.otherwise
                known.proposal_id = None
                return
        self.desk.jobs.append(job)


def _is_wide(job: Job) -> bool:
    """Whether a job is about all goods of an order because the text says so, not because it names them."""
    return len(job.targets) > 1 and (says("everything", job.text) or says("all_orders", job.text))


def _source_of(text: str) -> str:
    """What a text says of the new address: the first order it numbers is the one to be sent there."""
    numbers = find_order_numbers(text)
    if not numbers or (len(numbers) == 1 and says("same_as", text)):
        return text
    return text[: numbers[0].start] + text[numbers[0].end :]
