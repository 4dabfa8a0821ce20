"""From a message to the changes it asks for: which kind, of which order, of which goods.

A message is read clause by clause. A clause that names a change by its words, or that the model reads as one,
begins a segment; clauses after it that name none belong to it. Which of two like changes is meant (a return or a
cancellation, an exchange or a change of items) is decided by the state of the order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.desk.goods import Mention, Owned, all_but, find_mentions, lines_of, owned_of
from actions.desk.request import Job, Target
from actions.desk.telling_apart import hinted, merged, told_apart, which, with_goods
from actions.desk.words import kind_in, kinds_named, only_refuses, pattern, says
from actions.skill import ORDER_DESK_INTENTS, is_question
from actions.turn import Turn
from language.clauses import CONVERSATIONAL
from language.patterns import find_order_numbers
from shop.orders import OrderView
from shop.policy import Kind
from shop.vocabulary import has_cjk

_FEW_WORDS = 6
#: What is meant instead where the order's state allows only this.
TWIN: dict[Kind, Kind] = {
    "cancel_order": "return_item",
    "return_item": "cancel_order",
    "exchange_item": "change_items",
    "change_items": "exchange_item",
}
OF_GOODS: tuple[Kind, ...] = ("return_item", "exchange_item", "change_items", "cancel_order")
SWAPS: tuple[Kind, ...] = ("exchange_item", "change_items")


@dataclass
class Segment:
    """A part of a message that asks for one kind of change; ``otherwise`` is what to do where it is impossible."""

    kind: Kind
    text: str
    otherwise: str = ""
    last: str = ""
    """What of the text speaks of the last of several wishes of the kind."""


@dataclass
class Found:
    """What a segment means among the customer's orders; several candidates where it does not say which."""

    jobs: list[Job] = field(default_factory=list)
    unclear: list[Owned] = field(default_factory=list)
    unclear_orders: list[OrderView] = field(default_factory=list)


def segments(turn: Turn) -> list[Segment]:
    """The changes that a message asks for, in its order."""
    found: list[Segment] = []
    before = ""
    for clause in turn.clauses or [turn.request]:
        text = clause["text"].strip()
        joined = (clause.get("lead") or " ") + text  # ", but make sure": the conjunction belongs to the meaning
        if found and says("condition", text):
            _condition(found, text, kind_in(text))
            continue
        if says("condition", text):
            text = consequent(text)  # the shopper says it because the condition holds, and is asked for a yes anyway
        if kind_in(text) is None and _is_beside(clause, text):
            continue
        kind = _kind_of(clause, text, found)
        if kind is None and not found:
            before += joined
            continue
        for each in _kinds(kind, text) if kind else [found[-1].kind]:
            if found and _alike(found[-1].kind, each):
                found[-1].text += joined
                found[-1].last = joined if kind else found[-1].last and found[-1].last + joined
            else:
                found.append(Segment(each, before + joined))
                before = ""
    if not found and turn.intent in ORDER_DESK_INTENTS:
        return [Segment(turn.intent, before or turn.text)]  # type: ignore[arg-type]
    return found


def _kind_of(clause: dict[str, Any], text: str, found: list[Segment]) -> Kind | None:
    """The change that a clause asks for: by its words, else, of the first, by what the model reads."""
    kind = kind_in(text)
    if found and kind == "cancel_order" and says("mere_reason", text):
        return None  # "return the socks, I no longer need them"
    intent = clause["intent"]["name"]
    return intent if kind is None and not found and intent in ORDER_DESK_INTENTS else kind


def _is_beside(clause: dict[str, Any], text: str) -> bool:
    """Whether a clause that names no change says nothing of any.

    "I never want to cancel the whole order" makes nothing be about the whole order; and another request of the same
    message is served by its own skill.
    """
    if only_refuses(text) and (says("everything", text) or says("all_orders", text)):
        return True
    intent = clause["intent"]["name"]
    return is_question(text) and intent not in CONVERSATIONAL | ORDER_DESK_INTENTS


def _alike(one: Kind, other: Kind) -> bool:
    """Whether two clauses speak of one kind of change: an exchange and a change of items are one to shoppers."""
    return one == other or {one, other} <= set(SWAPS)


def consequent(text: str) -> str:
    """What a condition leads to: "if it is not available, just return it" -> "just return it"."""
    match = re.search(r",|，|\bjust\b|\bthen\b|就|那么?", text)
    return text[match.end() :].strip() if match else text


def _kinds(kind: Kind, text: str) -> list[Kind]:
    """ "My account's and all orders' addresses" are two changes."""
    if kind == "change_default_address" and pattern("all_orders").search(text):
        return [kind, "change_address"]
    if kind == "change_default_address" and " order" in text.lower() and pattern("also").search(text):
        return ["change_address", kind]
    return [kind]


def _condition(found: list[Segment], text: str, kind: Kind | None) -> None:
    """ "If that is impossible, cancel it" waits; "if there is none, without backlight" is about the goods.

    "If you have the same in stock, I'd rather exchange it" is what is wanted first; "if there are several, show me
    all of them" asks for a choice.
    """
    if not found:
        return
    if not says("impossible", text):
        if kind in SWAPS and found[-1].kind == "return_item" and says("in_stock", text):
            _rather_exchange(found, text)
        elif says("all_options", text):
            found[-1].text += " " + text
        return
    if kind is not None and kind not in (found[-1].kind, *SWAPS):
        found[-1].otherwise = consequent(text)
    else:
        found[-1].text += " " + text


def _rather_exchange(found: list[Segment], text: str) -> None:
    """Make the last of the returns an exchange."""
    returned = found[-1]
    wish = returned.last or returned.text
    returned.text = returned.text.removesuffix(wish)
    found[-1:] = [*([returned] if returned.text else []), Segment("exchange_item", f"{wish} {text}")]


def find_jobs(
    segment: Segment, orders: Sequence[OrderView], allowed: dict[Kind, set[str]], talked_about: str = ""
) -> Found:
    """Which orders and goods a segment means.

    ``allowed``: the numbers of the orders that allow each kind; ``talked_about``: the number of the order whose
    goods are meant first.
    """
    if segment.kind == "change_default_address":
        return Found([_job(segment, "")])
    chosen = _named_orders(segment, orders)
    if segment.kind in OF_GOODS:
        return _of_goods(segment, sorted(orders, key=lambda o: o.number != talked_about), chosen, allowed, talked_about)
    fitting = chosen or [order for order in orders if order.number in allowed[segment.kind]]
    if not chosen and len(fitting) > 1:
        fitting = hinted(segment.text, with_goods(segment.text, fitting) or fitting)
    if len(fitting) == 1 or says("all_orders", segment.text):
        return Found([_job(segment, order.number) for order in fitting])
    return Found(unclear_orders=fitting)


def _job(segment: Segment, number: str, targets: Sequence[Target] = (), kind: Kind | None = None) -> Job:
    return Job(
        kind=kind or segment.kind,
        asked=kind if kind in kinds_named(segment.text) else segment.kind,
        order_number=number,
        targets=list(targets),
        text=segment.text,
        otherwise=segment.otherwise,
    )


def _named_orders(segment: Segment, orders: Sequence[OrderView]) -> list[OrderView]:
    """The orders whose numbers the segment gives; of an address "the same as order #W2" that one is not meant."""
    numbers = [entity.value for entity in find_order_numbers(segment.text)]
    if segment.kind == "change_address" and len(numbers) > 1:
        numbers = numbers[:1]
    named = [order for order in orders if order.number in numbers]
    if named or not says("all_orders", segment.text) or segment.kind != "cancel_order" or _either_way(segment):
        return named
    return [order for order in orders if order.status == "pending"]


def _of_goods(
    segment: Segment,
    orders: Sequence[OrderView],
    chosen: list[OrderView],
    allowed: dict[Kind, set[str]],
    talked_about: str,
) -> Found:
    kinds = (segment.kind, TWIN[segment.kind])
    possible = [order for order in chosen or orders if any(order.number in allowed[kind] for kind in kinds)]
    first = [order for order in possible if order.number in allowed[segment.kind]]
    if segment.kind == "cancel_order" and chosen and not find_mentions(segment.text, owned_of(chosen)):
        return Found([_job(segment, order.number) for order in chosen])
    if _either_way(segment):
        return _everything(segment, possible, allowed)
    if says("everything", segment.text) and not _single_goods(segment, first or possible):
        return _everything(segment, first or possible, allowed)
    for lines in (owned_of(first), owned_of(possible), lines_of(chosen or orders)):
        mentions = find_mentions(segment.text, lines)
        if mentions:
            wider = _more_than_allowed(segment, mentions, owned_of(possible))
            if wider:
                return Found(unclear=wider)
            among = list({line.order.number: line.order for line in lines}.values())
            return _mentioned(segment, mentions, among, allowed, talked_about)
    by_state = says("pending", segment.text) or says("delivered", segment.text)
    fitting = possible if by_state else first or (possible if chosen else [])
    found = _unnamed(segment, hinted(segment.text, fitting), allowed)
    return found if found.jobs or found.unclear or found.unclear_orders else Found(unclear_orders=chosen)


def _more_than_allowed(segment: Segment, mentions: Sequence[Mention], possible: Sequence[Owned]) -> list[Owned]:
    """ "Both headphones", of which one can be returned and one only cancelled: all of them, to be asked about."""
    if len(mentions) != 1 or not says("both", segment.text) or len(mentions[0].owned) != 1:
        return []
    wider = find_mentions(segment.text, possible)
    return list(wider[0].owned) if len(wider) == 1 and len(wider[0].owned) == 2 else []


def _either_way(segment: Segment) -> bool:
    """ "Cancel or return all my orders": each as its state allows."""
    return says("all_orders", segment.text) and kinds_named(segment.text) >= {"cancel_order", "return_item"}


def _unnamed(segment: Segment, fitting: list[OrderView], allowed: dict[Kind, set[str]]) -> Found:
    """What a segment means that names no goods: "cancel my last order", "return the blue one"."""
    lines = owned_of(fitting)
    if segment.kind == "cancel_order":
        only = [_job(segment, fitting[0].number)] if len(fitting) == 1 else []
        return Found(only, unclear_orders=fitting)
    if len(lines) == 1 and _points(segment.text):
        target = _target(lines[0], segment.text)
        return Found(
            [_job(segment, fitting[0].number, [target], possible_kind(segment.kind, lines[0].order.number, allowed))]
        )
    if len(fitting) == 1 and _means_all(segment.text, lines):
        kind = possible_kind(segment.kind, fitting[0].number, allowed)
        return Found([_job(segment, fitting[0].number, [_target(line, segment.text) for line in lines], kind)])
    apart = told_apart(segment.text, lines)
    if len(fitting) == 1 or len(apart) < len(lines):
        return Found(unclear=apart)
    return Found(unclear_orders=fitting)


def _means_all(text: str, lines: Sequence[Owned]) -> bool:
    """Whether a text that names nothing means all there is: "return both of them", of two."""
    return len(lines) == 2 and len(text.split()) <= _FEW_WORDS and says("both", text)


def _points(text: str) -> bool:
    """Whether a text without goods points at what is before it ("return it", "my last order") and at nothing else."""
    return says("it", text) or len(text.split()) <= _FEW_WORDS or " order" in text.lower() or has_cjk(text)


def _single_goods(segment: Segment, orders: Sequence[OrderView]) -> bool:
    """Whether a cancellation is about goods within an order: "only the hose, not the whole order"."""
    return segment.kind == "cancel_order" and bool(find_mentions(all_but(segment.text)[0], owned_of(orders)))


def _everything(segment: Segment, orders: list[OrderView], allowed: dict[Kind, set[str]]) -> Found:
    """All goods of an order, but for those that are left out."""
    about, left_out = all_but(segment.text)
    kept = {o.item.id for mention in find_mentions(left_out, owned_of(orders)) for o in mention.owned}
    fitting = hinted(about, orders)
    if (
        left_out and len(fitting) > 1 and not says("all_orders", about)
    ):  # the order is the one that holds what is left out
        fitting = [o for o in fitting if any(item.id in kept for item in o.items)] or fitting
    if len(fitting) > 1 and not says("all_orders", segment.text) and not _all_ordered(segment.text):
        return Found(unclear_orders=fitting)
    jobs = []
    for order in fitting:
        lines = [o for o in owned_of([order]) if o.item.id not in kept]
        if lines:
            targets = [_target(o, segment.text) for o in lines]
            jobs.append(
                _job(segment, order.number, targets, possible_kind(segment.kind, lines[0].order.number, allowed))
            )
    return Found(jobs)


def _all_ordered(text: str) -> bool:
    return "ordered" in text.lower() or says("plural", text.lower().partition("order")[2])


def _mentioned(
    segment: Segment,
    mentions: list[Mention],
    orders: Sequence[OrderView],
    allowed: dict[Kind, set[str]],
    talked_about: str,
) -> Found:
    """The goods that are named, those of one order together."""
    likely = [order for order in orders if order.number == talked_about] or hinted(segment.text, orders)
    by_order: dict[tuple[str, Kind], list[Target]] = {}
    unclear: list[Owned] = []
    taken: set[int] = set()
    wanted = [mention for mention in mentions if not mention.beside and not mention.kept]
    for mention in merged(wanted or [mention for mention in mentions if not mention.kept]):
        lines = which(mention, mentions, likely, taken)
        if len(lines) > 1 and not mention.plural:
            unclear = unclear or lines
            continue
        for line in lines:
            taken.add(line.item.id)
            key = (line.order.number, possible_kind(segment.kind, line.order.number, allowed))
            by_order.setdefault(key, []).append(_target(line, mention.text, mention.quantity, mention.shared))
    jobs = [_job(segment, number, targets, kind) for (number, kind), targets in by_order.items()]
    return Found(jobs, unclear)


def possible_kind(kind: Kind, number: str, allowed: dict[Kind, set[str]]) -> Kind:
    """The kind asked for, or its twin where only that one is possible for the order."""
    twin = TWIN.get(kind, kind)
    return twin if number not in allowed[kind] and number in allowed[twin] else kind


def _target(line: Owned, text: str, quantity: int | None = None, shared: str = "") -> Target:
    some = quantity if quantity and quantity < line.item.quantity else None
    return Target(item_id=line.item.id, text=text, quantity=some, shared=shared)
