"""The facts of an order as labelled lines: what is asked for, and nothing that the shop does not know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from actions.facts import asked, bracketed, label, line, says, state, words
from actions.wording import day, joined, word
from shop.money import Money
from shop.orders import OrderItemView, OrderView
from shop.vocabulary import has_cjk, stems

#: Facts that are of items rather than of their order.
OF_ITEMS = frozenset({"items", "options", "price", "most_expensive", "cheapest"})
_DONE = ("cancelled", "return_requested", "returned")


def asked_facts(text: str, about_items: bool) -> list[str]:
    """The facts a question is after; ``about_items``: it names goods, so that a price is theirs."""
    facts = set(asked("order", text))
    if facts & {"most_expensive", "cheapest", "shipping"}:
        facts -= {"items", "price"}
    if "paid" in facts:
        facts -= {"payment"}  # who says what was paid says how
    if about_items and facts & {"paid", "total"}:
        facts.add("price")
        if not says("orders", "one", text):
            facts -= {"paid", "total"}
    if "price" in facts and not about_items:
        facts = facts - {"price"} | (set() if "paid" in facts else {"total"})
    if "items" in facts:
        facts -= {"options"}
    return [fact for fact in asked("order", text) if fact in facts] + sorted(facts - set(asked("order", text)))


def order_lines(order: OrderView, facts: Iterable[str], language: str) -> list[str]:
    """The lines of those facts that are of the whole order."""
    wanted = [fact for fact in facts if fact not in OF_ITEMS]
    if {"paid", "total"} & set(wanted) and order.status in _DONE and "status" not in wanted:
        wanted.insert(0, "status")
    if "paid" in wanted and not all(item.stands for item in order.items) and "total" not in wanted:
        wanted.append("total")
    return [line(label("order", fact, language), _value(order, fact, language), language) for fact in wanted]


def item_line(item: OrderItemView, language: str, asking: str = "", price: bool = True) -> str:
    """One item with its options, as far as a question narrows them (``asking``), its price and what became of it."""
    options = _options(item, language, asking)
    shown = joined_options(options, language)
    name = f"{item.quantity} × {item.name}" if item.quantity > 1 else item.name
    each = words("each", language, price=str(item.unit_price))
    cost = f"{item.price}{bracketed(each if item.quantity > 1 else '', language)}"
    parts = [name + shown, cost if price else "", state(item.state, language)]
    return " · ".join(part for part in parts if part)


def joined_options(options: Sequence[tuple[str, str]], language: str) -> str:
    """Options in brackets: ``" (size M, material cotton)"``; empty without any."""
    pairs = [f"{name} {value}" for name, value in options]
    return bracketed(("，" if language == "zh" else ", ").join(pairs), language)


def extreme_lines(items: Sequence[OrderItemView], facts: Iterable[str], language: str) -> list[str]:
    """The most expensive and the cheapest of some items, by the price of one."""
    lines = []
    for fact, choose in (("most_expensive", max), ("cheapest", min)):
        if fact in facts and items:
            chosen = choose(items, key=lambda item: item.unit_price.cents)
            lines.append(line(label("order", fact, language), item_line(chosen, language), language))
    return lines


def sums(amounts: Iterable[Money]) -> str:
    """Amounts added up, each currency by itself."""
    by_currency: dict[str, Money] = {}
    for amount in amounts:
        before = by_currency.get(amount.currency)
        by_currency[amount.currency] = before + amount if before else amount
    return " + ".join(str(total) for total in by_currency.values())


def _options(item: OrderItemView, language: str, asking: str) -> list[tuple[str, str]]:
    """All options, or those that the question names by their name in either language."""
    shown = list(item.option_map[language].items())
    named = {
        number
        for options in item.option_map.values()
        for number, name in enumerate(options)
        if _names(name, asking) and len(options) == len(shown)
    }
    return [option for number, option in enumerate(shown) if number in named] or shown


def _names(option: str, text: str) -> bool:
    if has_cjk(option):
        return option in text
    british = text.replace("colour", "color").replace("Colour", "color")
    return bool(stems(option)) and set(stems(british)).issuperset(stems(option.replace("colour", "color")))


def _value(order: OrderView, fact: str, language: str) -> str:
    return {
        "status": _status,
        "placed": lambda o, lang: day(o.placed_at, lang),
        "delivered": _delivered,
        "tracking": _tracking,
        "address": lambda o, lang: o.shipping_address.text or words("none_recorded", lang),
        "paid": _paid,
        "total": _total,
        "shipping": lambda o, lang: str(o.shipping) if o.shipping.cents else words("free", lang),
        "payment": _payment,
    }[fact](order, language)


def _status(order: OrderView, language: str) -> str:
    return word("order_status", order.status, language)


def _delivered(order: OrderView, language: str) -> str:
    days = [day(parcel.delivered_at, language) for parcel in order.shipments if parcel.delivered_at]
    if days:
        return joined(list(dict.fromkeys(days)), language)
    return words("not_delivered" if order.open else "none_recorded", language)


def _tracking(order: OrderView, language: str) -> str:
    parcels = [" · ".join(filter(None, (p.tracking_number, p.carrier))) for p in order.shipments if p.tracking_number]
    return joined(parcels, language) or f"{words('not_sent', language)} · {_status(order, language)}"


def _paid(order: OrderView, language: str) -> str:
    if not order.payments:
        return words("none_recorded", language)
    if not order.paid.cents:
        return words("nothing_paid", language)
    return f"{order.paid}{bracketed(_payment(order, language), language)}"


def _payment(order: OrderView, language: str) -> str:
    standing = order.paid_with
    if not standing:
        labels = list(dict.fromkeys(payment.label for payment in order.payments if payment.amount.cents > 0))
        return joined(labels, language) or words("none_recorded", language)
    if len(standing) == 1:
        return standing[0].label
    return joined([f"{payment.label} {payment.amount}" for payment in standing], language)


def _total(order: OrderView, language: str) -> str:
    notes = []
    if order.shipping.cents:
        notes.append(words("delivery_included", language, shipping=str(order.shipping)))
    if not all(item.stands for item in order.items):
        notes.append(words("without_returned", language))
    return f"{order.total}{bracketed(('，' if language == 'zh' else ', ').join(notes), language)}"
