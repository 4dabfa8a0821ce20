"""What a job still needs before it can be proposed, read from what was said, or else named as missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from actions.desk.addresses import read_address
from actions.desk.goods import Owned, owned_of
from actions.desk.options import Choice, OptionWish, Picked, pick, read_wish, says_nothing
from actions.desk.payments import names_method, read_method
from actions.desk.reading import SWAPS
from actions.desk.request import Job, Target
from actions.desk.shop_desk import ShopDesk
from actions.desk.words import gives_reason, says
from shop.errors import NotAllowed
from shop.orders import OrderView
from shop.policy import Reason
from shop.vocabulary import has_cjk, stems

#: Words that a reason has in common with any request about an order.
_GENERAL = frozenset(stems("order ordered the it i them cancel return item please because"))


@dataclass(frozen=True)
class Missing:
    """What to ask for."""

    what: Literal["item", "options", "reason", "method", "address", "whole_order"]
    lines: Sequence[Owned] = ()
    item_id: int = 0
    name: str = ""
    unmet: str = ""
    variants: Sequence[Choice] = ()


def fill(job: Job, shop: ShopDesk, orders: Sequence[OrderView]) -> Missing | None:
    """Read what is known into the job; the first thing that is not known comes back."""
    if job.kind == "cancel_order":
        return _whole_order(job, shop, orders) or _reason(job, shop)
    if job.kind == "return_item":
        _method(job, shop)
        return _targets(job, shop, orders) or _reason(job, shop)
    if job.kind in SWAPS:
        _method(job, shop)
        return _targets(job, shop, orders) or _options(job, shop, orders)
    if job.kind == "change_payment":
        _method(job, shop)
        return None if job.method_id else Missing("method")
    return _address(job, shop, orders)


def _whole_order(job: Job, shop: ShopDesk, orders: Sequence[OrderView]) -> Missing | None:
    order = shop.order(orders, job.order_number)
    if order is None or job.whole_agreed or len(owned_of([order])) == 1:
        return None
    if not job.targets:
        return Missing("whole_order") if says("single_item", job.text) else None
    named = {target.item_id for target in job.targets}
    return None if named >= {o.item.id for o in owned_of([order])} else Missing("whole_order")


def _targets(job: Job, shop: ShopDesk, orders: Sequence[OrderView]) -> Missing | None:
    if job.targets:
        return None
    order = shop.order(orders, job.order_number)
    lines = owned_of([order] if order else [])
    if len(lines) == 1:
        job.targets = [Target(item_id=lines[0].item.id, text=job.text)]
        return None
    return Missing("item", lines=lines)


def _reason(job: Job, shop: ShopDesk) -> Missing | None:
    reasons = shop.reasons(job.kind)
    if not reasons:
        return None
    job.reason = job.reason or read_reason(job.text, reasons)
    return None if job.reason else Missing("reason")


def read_reason(text: str, reasons: Sequence[Reason]) -> str:
    """The code of the accepted reason that a text gives; empty when it gives none."""
    best, most = "", 0.0
    said = set(stems(text))
    for reason in reasons:
        for wording in (reason.code, reason.en, reason.zh):
            share = _shared(wording, text, said)
            if share > most:
                best, most = reason.code, share
    return best or next((reason.code for reason in reasons if gives_reason(reason.code, text)), "")


def _shared(wording: str, text: str, said: set[str]) -> float:
    """The share of a reason's telling words that a text has; nothing below all but one."""
    if has_cjk(wording):
        pieces = {wording[at : at + 2] for at in range(len(wording) - 1)}
        found = len([piece for piece in pieces if piece in text]) / len(pieces)
        return found if found >= 0.5 else 0.0
    words = set(stems(wording)) - _GENERAL
    found = len(words & said) / len(words) if words else 0.0
    return found if found >= 0.5 else 0.0


def _method(job: Job, shop: ShopDesk) -> None:
    """The method that the text names, where it names one."""
    if job.method_said or not names_method(job.text):
        return
    method = read_method(job.text, shop.methods(job))
    if method is not None:
        job.method_id, job.method_said = method.id, True


def _options(job: Job, shop: ShopDesk, orders: Sequence[OrderView]) -> Missing | None:
    for target in [each for each in job.targets if each.variant_id is None]:
        try:
            missing = _choose(job, target, shop, orders)
        except NotAllowed as refusal:
            if refusal.code != "same_variant" or len(job.targets) == 1:
                raise
            job.targets.remove(target)  # of several it may be what is wished already: it stays as it is
            job.staying.append(shop.item(target, orders).name)
            continue
        if missing:
            return missing
    return None


def _choose(job: Job, target: Target, shop: ShopDesk, orders: Sequence[OrderView]) -> Missing | None:
    item = shop.item(target, orders)
    numbered = shop.numbered(target, target.text)
    if numbered:
        target.variant_id = numbered[0].id
        return None
    choices, current = shop.variants(target, orders)
    wish = OptionWish.from_json(target.wish) if target.wish else _wish(target.text, choices, current, orders)
    others = [choice for choice in choices if choice.available and choice.id != item.variant_id]
    if says_nothing(wish) and target.shared:
        wish = _wish(target.shared, choices, current, orders)
    if says_nothing(wish) and shop.is_other_product(item, target.text):
        raise NotAllowed("other_product", f"{item.name} cannot become another product")
    if says_nothing(wish) and not wish.same:
        return Missing("options", item_id=item.id, name=item.name, variants=others)
    if says("all_options", target.text) and not target.wish:
        fitting = _fitting(wish, choices, current)
        if len(fitting) > 1:
            target.wish = wish.to_json()
            return Missing("options", item_id=item.id, name=item.name, variants=fitting)
    picked = pick(wish, choices, current)
    if picked.already:
        raise NotAllowed("same_variant", f"{item.name} is this variant already")
    unmet = "" if picked.exact else shop.in_words(_wished(wish, current, picked), choices)
    offered = picked.variants if picked.exact or picked.unmet else _all_that_fit(wish, picked, others)
    if len(offered) == 1 and all(option in wish.keep for option, _ in picked.unmet):
        target.variant_id = offered[0].id
        if unmet:
            job.nearest[item.name] = unmet
        return None
    return Missing("options", item_id=item.id, name=item.name, unmet=unmet, variants=offered)


def _fitting(wish: OptionWish, choices: Sequence[Choice], current: Choice | None) -> list[Choice]:
    """Every variant that has what was asked for, whatever else it is; none where that cannot be had."""
    one_by_one = [pick(wish, [choice], current) for choice in choices]
    return [choice for picked in one_by_one if not picked.unmet for choice in picked.variants]


def _all_that_fit(wish: OptionWish, picked: Picked, others: Sequence[Choice]) -> Sequence[Choice]:
    """The nearest variants first, then all others that have what was asked for outright."""
    if wish.extreme or wish.compare or not wish.hard:
        return picked.variants
    fitting = [c for c in others if all(c.options.get(name) in values for name, values in wish.hard.items())]
    return [*picked.variants, *(choice for choice in fitting if choice not in picked.variants)]


def _wished(wish: OptionWish, current: Choice | None, picked: Picked) -> list[str]:
    """The values of the variant that there is none of: what was wished, and else as it is."""
    relative = [comparison.option for comparison in wish.compare] + [extreme.option for extreme in wish.extreme]
    if relative and picked.unmet:
        return [value for _, value in picked.unmet]
    if relative and current:
        return [value for name, value in current.options.items() if name not in relative]
    here = dict(current.options) if current else {}
    wished = {name: values[0] for name, values in wish.hard.items()}
    return list({**here, **wished}.values())


def _wish(text: str, choices: Sequence[Choice], current: Choice | None, orders: Sequence[OrderView]) -> OptionWish:
    """The wish of a text; "like the one in my other order" is the variant that the customer has there."""
    wish = read_wish(text, choices, current)
    if current is None or wish.hard:
        return wish
    ids = {choice.id: choice for choice in choices}
    twins = [o for o in owned_of(orders) if o.item.variant_id in ids and o.item.variant_id != current.id]
    if says("like_another", text) and len({o.item.variant_id for o in twins}) == 1:
        options = ids[twins[0].item.variant_id].options
        return OptionWish(
            hard={name: (value,) for name, value in options.items()},
            preferred={}, excluded={}, compare=(), extreme=(), free=(), keep=(), same=False,
        )  # fmt: skip
    return wish


def _address(job: Job, shop: ShopDesk, orders: Sequence[OrderView]) -> Missing | None:
    if job.address is not None:
        return None
    current, known = shop.addresses(job, orders)
    address = read_address(_without_own_number(job), known, current, shop.places)
    if address is None:
        return Missing("address")
    job.address = address.model_dump()
    return None


def _without_own_number(job: Job) -> str:
    return job.text.replace(job.order_number, " ") if job.order_number else job.text
