"""From a shopper's words to a product query, and to the product that is meant."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from actions.turn import Turn
from actions.wording import payload
from shop.catalogue import ProductQuery, ProductView, get_products, named_products, spoken_of

#: How many candidates are offered when a name fits several products.
OFFERED_PRODUCTS = 4

_ORDINALS = {
    0: r"\bthe (first|1st)\b|\b(first|1st) one\b|第一[个款双件种条台本]",
    1: r"\bthe (second|2nd)\b|\b(second|2nd) one\b|第二[个款双件种条台本]",
    2: r"\bthe (third|3rd)\b|\b(third|3rd) one\b|第三[个款双件种条台本]",
    3: r"\bthe (fourth|4th)\b|\b(fourth|4th) one\b|第四[个款双件种条台本]",
    -1: r"\blast one\b|最后",
}


def query_of(turn: Turn) -> ProductQuery:
    """What this message wishes for."""
    product = turn.entity("product") or turn.entity("department")
    if not product and turn.text:
        with turn.services.database.read() as unit:
            product = spoken_of(unit.session, turn.text)
    return ProductQuery(
        product=product,
        attributes=tuple(dict.fromkeys(turn.entities("attribute"))),
        colour=turn.entity("colour"),
        size=turn.entity("size"),
        min_price_cents=_cents(turn.entity("min_price")),
        max_price_cents=_cents(turn.entity("max_price")),
    )


def merged(before: dict[str, Any] | None, now: ProductQuery) -> ProductQuery:
    """The earlier wish with what this message adds or replaces; another kind of thing starts anew."""
    if not before:
        return now
    old = from_slot(before)
    if now.product and now.product != old.product:
        return now
    given = {name: value for name, value in vars(now).items() if value not in ("", (), None)}
    attributes = tuple(dict.fromkeys((*old.attributes, *now.attributes)))
    return replace(old, **{**given, "attributes": attributes})


def from_slot(data: dict[str, Any]) -> ProductQuery:
    """The query kept in the slot ``search``."""
    fields = {name: value for name, value in data.items() if name in ProductQuery.__dataclass_fields__}
    return ProductQuery(**{**fields, "attributes": tuple(fields.get("attributes", ()))})


def meant_products(turn: Turn) -> tuple[ProductView, ...]:
    """The products a message may be about: named, pointed at in the last list, or the one talked about."""
    with turn.services.database.read() as unit:
        session, language = unit.session, turn.language
        if turn.entity("product_id"):
            return get_products(session, [int(turn.entity("product_id"))], language)
        pointed = pointed_at(turn.text, turn.slot("shown_products") or [])
        if pointed is not None:
            return get_products(session, [pointed], language)
        mention = turn.entity("product") or spoken_of(session, turn.text)
        current = turn.slot("current_product")
        if mention:
            named = named_products(session, mention, language)
            known = [*([current] if current else []), *(turn.slot("shown_products") or [])]
            talked_about = [product for product in named if product.id in known]
            return tuple(sorted(talked_about, key=lambda p: known.index(p.id)))[:1] or named
        return get_products(session, [current], language) if current else ()


def pointed_at(text: str, shown: list[int]) -> int | None:
    """Which of the shown products "the second one" is."""
    for index, pattern in _ORDINALS.items():
        if re.search(pattern, text.lower()) and -len(shown) <= index < len(shown):
            return int(shown[index])
    return None


def ask_which(turn: Turn, products: tuple[ProductView, ...], intent: str) -> None:
    """Ask which of several products is meant, with the rest of the message kept in the choices."""
    kept = {name: turn.entity(name) for name in ("size", "colour") if turn.entity(name)}
    turn.say("utter_which_product")
    for product in products[:OFFERED_PRODUCTS]:
        entities = {"product_id": str(product.id), **kept}
        turn.offer({"title": product.name, "payload": payload(intent, entities)})


def _cents(amount: str) -> int | None:
    return int(Decimal(amount) * 100) if amount else None
