"""Two changes of one order of which the shop's rules allow only one: said before anything is done, and to be chosen."""

from __future__ import annotations

from collections.abc import Sequence

from actions.desk.filling import fill
from actions.desk.goods import find_mentions, owned_of
from actions.desk.reading import SWAPS
from actions.desk.request import Job
from actions.desk.shop_desk import ShopDesk
from actions.desk.words import kind_in, says
from actions.turn import Turn
from actions.wording import joined, payload, word
from shop.changes import Plan
from shop.errors import BadInput, NotAllowed
from shop.orders import OrderView

#: Changes that are alike enough to be chosen between; a cancelled order has nothing left to change.
_OF_DELIVERED = ("return_item", "exchange_item")


def rival_of(job: Job, jobs: Sequence[Job], shop: ShopDesk, orders: Sequence[OrderView]) -> Job | None:
    """The job for the same order that is impossible after this one, as this one is after it."""
    order = shop.order(orders, job.order_number)
    if order is None or job.kind not in _OF_DELIVERED:
        return None
    others = [other for other in jobs if other.order_number == job.order_number and other.kind in _OF_DELIVERED]
    return next((other for other in others if shop.rule_each_other_out(job.kind, other.kind, order)), None)


def cannot_be_had(job: Job, shop: ShopDesk, orders: Sequence[OrderView]) -> bool:
    """Whether nothing in stock is just what a job wishes, so that it has to be talked about first."""
    try:
        missing = fill(job.model_copy(deep=True), shop, orders)
    except NotAllowed:
        return True
    return missing is not None and missing.what == "options" and (bool(missing.unmet) or not missing.variants)


def say_either(turn: Turn, pair: Sequence[Job], shop: ShopDesk, orders: Sequence[OrderView]) -> None:
    """Say that only one of the two is possible, what each would mean, and ask which."""
    language = turn.language
    lines = [f"{place}. {_told(job, shop, orders, language)}" for place, job in enumerate(pair, 1)]
    asked = word("either", "ask", language).format(number=pair[0].order_number)
    turn.say_text("\n".join([asked, *lines, word("either", "which", language)]))
    for job in pair:
        title = word("either", job.kind, language).format(items=_names(job, shop, orders, language))
        turn.offer({"title": title, "payload": payload("inform", {"choice": job.kind})})


def read_choice(turn: Turn, pair: Sequence[Job], shop: ShopDesk, orders: Sequence[OrderView]) -> Job | None:
    """Which of the two an answer means: by its kind, its goods, its place, or the money it gives back."""
    text, choice = turn.text, turn.entity("choice")
    kind = choice or kind_in(text)
    by_kind = [job for job in pair if kind == job.kind or {kind, job.kind} <= set(SWAPS)]
    if by_kind:
        return by_kind[0]
    if says("saves_most", text):
        plans = [(plan.total.cents, place) for place, job in enumerate(pair) if (plan := _preview(job, shop, orders))]
        return pair[min(plans)[1]] if len(plans) == len(pair) else None
    named = {line.item.id for mention in find_mentions(text, owned_of(orders)) for line in mention.owned}
    of_goods = [job for job in pair if named & {target.item_id for target in job.targets}]
    if len(of_goods) == 1:
        return of_goods[0]
    by_place = [job for job, place in zip(pair, ("former", "latter"), strict=True) if says(place, text)]
    return by_place[0] if len(by_place) == 1 else None


def _told(job: Job, shop: ShopDesk, orders: Sequence[OrderView], language: str) -> str:
    """``Return Water Bottle: $54.04 goes back``; without the money where it depends on what is not said yet."""
    told = word("either", job.kind, language).format(items=_names(job, shop, orders, language))
    plan = _preview(job, shop, orders)
    if plan is None:
        return told
    cents = plan.total.cents
    key = "refund" if cents < 0 else "charge" if cents else "even"
    return f"{told}{word('either', key, language).format(amount=plan.amount(abs(cents)))}"


def _names(job: Job, shop: ShopDesk, orders: Sequence[OrderView], language: str) -> str:
    return joined([shop.item(target, orders).name for target in job.targets], language)


def _preview(job: Job, shop: ShopDesk, orders: Sequence[OrderView]) -> Plan | None:
    """What a job would do as far as it is known; the reason changes nothing about the money."""
    draft = job.model_copy(deep=True)
    reasons = shop.reasons(draft.kind)
    draft.reason = draft.reason or (reasons[0].code if reasons else "")
    try:
        return None if fill(draft, shop, orders) else shop.preview(draft)
    except (NotAllowed, BadInput):
        return None
