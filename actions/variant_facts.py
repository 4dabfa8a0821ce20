"""Facts of a product's variants: how many there are, what they cost, which is the cheapest, what the difference is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from actions.facts import line, says
from actions.offers import Offer, asked_about, own_items, products_of, values_said, wished_offers
from actions.product_card import product_card
from actions.product_wish import query_of
from actions.skill import Events, remember
from actions.turn import Turn
from actions.wording import joined
from shop.catalogue import ProductView

Pair = tuple[Offer, Offer]

#: What may be asked, the more particular first.
_KINDS = ("difference", "cheapest", "most_expensive", "range", "priced", "count", "list")
#: So many variants at most are listed in one answer.
LISTED = 20
#: So many products at most are shown as cards.
CARDS = 3


def tell_variants(turn: Turn, skill: str) -> Events | None:
    """Answer a question about the variants of what is meant; None when the message asks none."""
    kind = _asked(turn)
    if kind is None:
        return None
    products = asked_about(turn, kind)
    if kind == "limit" and len(products) != 1:
        return None  # of several, products are found, not variants
    offers = _told(turn, kind, products)
    if not offers:
        return None
    concerned = products_of(offers)
    turn.show("product_cards", products=[product_card(product) for product in concerned[:CARDS]])
    current = concerned[0].id if len(concerned) == 1 else None
    shown = [product.id for product in concerned[:CARDS]]
    return remember(current_product=current, shown_products=shown, last_skill=skill)


def _told(turn: Turn, kind: str, products: Sequence[ProductView]) -> list[Offer]:
    """Say it; returns what was told about, nothing when there is nothing to say."""
    if kind == "difference":
        pair = _compared(turn, products)
        if pair:
            return list(pair)
        # One product, and not the two variants of it: all there are, to choose from.
        kind = "list"
        one = products[0] if len(products) == 1 else None
        offers = [Offer(one, variant, variant.price) for variant in one.available] if one else []
    else:
        offers = wished_offers(turn, products)
    if offers:
        _TELL[kind](turn, offers)
        return offers
    return _nearest(turn, products) if turn.entity("max_price") or turn.entity("min_price") else []


def _asked(turn: Turn) -> str | None:
    kind = next((kind for kind in _KINDS if says("variants", kind, turn.text)), None)
    if kind == "count" and says("variants", "left", turn.text):
        return None  # how many are left is a question of stock
    limited = bool(turn.entity("max_price") or turn.entity("min_price"))
    return kind or ("limit" if limited else None)


def _nearest(turn: Turn, products: Sequence[ProductView]) -> list[Offer]:
    """Say that nothing costs what was said, and what comes nearest."""
    query = query_of(turn)
    limits = [cents for cents in (query.min_price_cents, query.max_price_cents) if cents is not None]
    offers = wished_offers(turn, products, limits=False)
    offers.sort(key=lambda offer: min(abs(offer.price.cents - cents) for cents in limits))
    if offers:
        lines = [offer.line(turn.language) for offer in offers[:CARDS]]
        turn.say("utter_variant_nearest", lines="\n".join(lines))
    return offers[:CARDS]


def _tell_count(turn: Turn, offers: Sequence[Offer]) -> None:
    language, products = turn.language, products_of(offers)
    if len(products) == 1:
        lines = _choices(offers, language)
    else:
        groups = {product.name: [o for o in offers if o.product.id == product.id] for product in products}
        lines = [
            line(
                name,
                " · ".join([str(len(group)), *(_choices(group, language) if len(groups) <= CARDS else ())]),
                language,
            )
            for name, group in groups.items()
        ]
    name = joined([product.name for product in products], language)
    turn.say("utter_variant_count", count=len(offers), name=name, lines="\n".join(lines))


def _choices(offers: Sequence[Offer], language: str) -> list[str]:
    """The values of each option, in the catalogue's order: ``colour: red and blue``."""
    values: dict[str, list[str]] = {}
    for offer in sorted(offers, key=lambda offer: offer.variant.id):
        for name, value in offer.variant.options.items():
            values.setdefault(name, []).append(value)
    return [line(name, joined(list(dict.fromkeys(found)), language), language) for name, found in values.items()]


def _tell_cheapest(turn: Turn, offers: Sequence[Offer]) -> None:
    same = [offer for offer in offers if offer.price.cents == offers[0].price.cents]
    turn.say("utter_variant_cheapest", lines="\n".join(offer.line(turn.language) for offer in same[:LISTED]))


def _tell_most_expensive(turn: Turn, offers: Sequence[Offer]) -> None:
    same = [offer for offer in offers if offer.price.cents == offers[-1].price.cents]
    turn.say("utter_variant_dearest", lines="\n".join(offer.line(turn.language) for offer in same[:LISTED]))


def _tell_range(turn: Turn, offers: Sequence[Offer]) -> None:
    low, high = offers[0], offers[-1]
    lines = [low.line(turn.language)] if low.price.cents == high.price.cents else [
        low.line(turn.language), high.line(turn.language)
    ]  # fmt: skip
    turn.say("utter_variant_range", low=str(low.price), high=str(high.price), lines="\n".join(lines))


def _tell_list(turn: Turn, offers: Sequence[Offer]) -> None:
    lines = [offer.line(turn.language) for offer in offers[:LISTED]]
    turn.say("utter_variant_list", count=len(offers), lines="\n".join(lines))


_TELL = {
    "cheapest": _tell_cheapest,
    "most_expensive": _tell_most_expensive,
    "range": _tell_range,
    "priced": _tell_list,
    "limit": _tell_list,
    "count": _tell_count,
    "list": _tell_list,
}


def _compared(turn: Turn, products: Sequence[ProductView]) -> Pair | None:
    """Say what lies between the prices of two offers; None when the message does not say which two."""
    offers = wished_offers(turn, products, in_stock=False)
    pair = _two_said(turn, offers) or _mine_and_another(turn, products, offers) or _ends(turn, offers)
    if pair is not None:
        one, other = pair
        gap = other.price - one.price if one.price < other.price else one.price - other.price
        lines = [one.line(turn.language), other.line(turn.language)]
        turn.say("utter_variant_difference", lines="\n".join(lines), difference=str(gap))
    return pair


def _two_said(turn: Turn, offers: Sequence[Offer]) -> Pair | None:
    """The two most alike that differ in a named option: "the 8GB and the 16GB one"."""
    pairs = [
        (one, other)
        for product in products_of(offers)
        for name, values in values_said(turn, product).items()
        for one, other in combinations([offer for offer in offers if offer.product.id == product.id], 2)
        if len(values) > 1 and one.variant.options[name] != other.variant.options[name]
    ]
    return max(pairs, key=_telling, default=None)


def _telling(pair: Pair) -> tuple[bool, int, int]:
    """How much a pair tells: what can be had before what is sold out, then the more alike, then the cheaper."""
    one, other = pair
    in_stock = bool(one.variant.stock and other.variant.stock)
    return in_stock, _alike(one, other), -one.price.cents - other.price.cents


def _alike(one: Offer, other: Offer) -> int:
    """How many options two offers share."""
    return len(set(one.variant.options.items()) & set(other.variant.options.items()))


def _mine_and_another(turn: Turn, products: Sequence[ProductView], offers: Sequence[Offer]) -> Pair | None:
    """The variant the customer bought, at the price it had, and the one the message describes."""
    mine = _bought(turn, products)
    if mine is None:
        return None
    described = values_said(turn, mine.product) or says("variants", "cheapest", turn.text)
    others = [o for o in offers if o.product.id == mine.product.id and o.variant.id != mine.variant.id]
    # Of several that fit, the one most like the customer's own.
    others.sort(key=lambda offer: -_alike(offer, mine))
    if says("variants", "cheapest", turn.text):
        others.sort(key=lambda offer: offer.price.cents)
    return (mine, others[0]) if described and others else None


def _bought(turn: Turn, products: Sequence[ProductView]) -> Offer | None:
    variants = {variant.id: (product, variant) for product in products for variant in product.variants}
    for item in own_items(turn):
        if item.variant_id in variants:
            product, variant = variants[item.variant_id]
            return Offer(product, variant, item.unit_price, bought=True)
    return None


def _ends(turn: Turn, offers: Sequence[Offer]) -> Pair | None:
    both = says("variants", "cheapest", turn.text) and says("variants", "most_expensive", turn.text)
    return (offers[0], offers[-1]) if both and len(offers) > 1 else None
