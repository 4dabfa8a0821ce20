"""Which of several orders or lines a text means: by place, age, state, options, price, and what is beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.desk.goods import Mention, Owned, find_mentions, owned_of
from actions.desk.options import described
from actions.desk.variants import as_choices
from actions.desk.words import city_called, says
from shop.orders import OrderView


def hinted(text: str, orders: Sequence[OrderView]) -> list[OrderView]:
    """The orders that a text hints at: by where they go, by how new they are, by their state."""
    found = list(orders)
    city = city_called(text).lower()
    to_city = [o for o in found if o.shipping_address.city.lower() in (city, *_words(text))]
    found = to_city or found
    for name, statuses in (("delivered", ("delivered",)), ("pending", ("pending",))):
        of_state = [order for order in found if order.status in statuses]
        if says(name, text) and of_state:
            found = of_state
            break
    if len(found) > 1 and says("newest", text) and not says("all_orders", text):
        return [max(found, key=lambda order: order.placed_at)]
    if len(found) > 1 and says("oldest", text) and not says("all_orders", text):
        return [min(found, key=lambda order: order.placed_at)]
    return found


def _words(text: str) -> list[str]:
    """Every run of one to three words, for names of cities."""
    words = text.lower().replace(",", " ").replace(".", " ").split()
    return [" ".join(words[at : at + size]) for size in (1, 2, 3) for at in range(len(words))]


def with_goods(text: str, orders: Sequence[OrderView]) -> list[OrderView]:
    """The orders that hold most of the goods a segment names."""
    mentions = find_mentions(text, owned_of(orders))
    counts = {o.number: sum(any(x.order.number == o.number for x in m.owned) for m in mentions) for o in orders}
    most = max(counts.values(), default=0)
    return [order for order in orders if most and counts[order.number] == most]


def merged(mentions: list[Mention]) -> list[Mention]:
    """Mentions of the same goods are one, unless the text says that another of them is meant."""
    merged: list[Mention] = []
    for mention in mentions:
        same = next((m for m in merged if set(_ids(m)) == set(_ids(mention))), None)
        if same is None or mention.another:
            merged.append(mention)
        else:
            at = merged.index(same)
            merged[at] = replace(
                same,
                text=f"{same.text}. {mention.text}",
                plural=same.plural or mention.plural,
                beside=False,
                quantity=None,
                kept=False,
                shared=same.shared or mention.shared,
            )
    return merged


def which(mention: Mention, mentions: list[Mention], orders: Sequence[OrderView], taken: set[int]) -> list[Owned]:
    """The lines that a mention means, narrowed by what is said of them, by the order, and by what is beside them."""
    lines = [o for o in mention.owned if o.item.id not in taken] or list(mention.owned)
    if len(lines) == 1:
        return lines
    within = [o for o in lines if o.order in orders] or lines
    lines = told_apart(mention.text, within)
    if len(lines) > 1 and not mention.plural:
        lines = _beside(lines, mention, mentions)
    if mention.another and len(lines) > 1:
        return lines[:1]
    return lines


def told_apart(text: str, lines: list[Owned]) -> list[Owned]:
    """Those of several lines that the text singles out by their options or their price."""
    if len({o.item.product_id for o in lines}) > 1 and len(lines) > 1:
        by_product = [o for o in lines if o.item.name.lower() in text.lower()]
        return by_product or _by_price(text, lines)
    kept = {choice.id for choice in described(text, as_choices(lines))}
    return [o for o in lines if o.item.id in kept] or lines


def _by_price(text: str, lines: list[Owned]) -> list[Owned]:
    """Of lines of several products the cheapest or dearest, where the text says so; their options do not compare."""
    bare = [replace(choice, options={}, options_zh={}) for choice in as_choices(lines)]
    kept = {choice.id for choice in described(text, bare)}
    return [o for o in lines if o.item.id in kept] or lines


def _beside(lines: list[Owned], mention: Mention, mentions: list[Mention]) -> list[Owned]:
    """Those in the order that holds most of the other goods that are named."""
    others = [m for m in mentions if m is not mention and set(_ids(m)) != set(_ids(mention))]
    counts = {
        o.order.number: sum(any(x.order.number == o.order.number for x in m.owned) for m in others) for o in lines
    }
    best = max(counts.values())
    return [o for o in lines if counts[o.order.number] == best] if best else lines


def _ids(mention: Mention) -> list[int]:
    return [o.item.id for o in mention.owned]
