"""Finding products by need and limits, and narrowing the list."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from actions.product_card import product_card
from actions.product_wish import from_slot, merged, query_of
from actions.skill import Events, Skill, remember
from actions.turn import Turn
from actions.wording import joined, payload, word
from shop.catalogue import ProductQuery, SearchResult, find_products, get_products

#: How many products one answer shows.
PAGE = 3


class FindProduct(Skill):
    """A first wish: what it is, what it must be able to do, what it may cost."""

    skill = "find_product"

    def handle(self, turn: Turn) -> Events:
        """Show what meets the wish, or what comes nearest and why it is not it."""
        query = query_of(turn)
        if query == ProductQuery():
            return _ask_what(turn)
        return search_and_show(turn, query)


class RefineSearch(Skill):
    """A change to the last list: cheaper, another colour, more of it."""

    skill = "refine_search"

    def handle(self, turn: Turn) -> Events:
        """Search again with the change."""
        before = turn.slot("search")
        if not before:
            return self.skills["find_product"].handle(turn)
        if _wants_more(turn):
            return search_and_show(turn, from_slot(before), offset=int(before.get("offset", 0)) + PAGE)
        query = merged(before, query_of(turn))
        if _wants_cheaper(turn) and not turn.entity("max_price"):
            query = replace(query, max_price_cents=_below_cheapest(turn))
        return search_and_show(turn, query)


def search_and_show(turn: Turn, query: ProductQuery, offset: int = 0) -> Events:
    """Show a page of what was found; returns the search to remember."""
    with turn.services.database.read() as unit:
        result = find_products(unit.session, query, turn.language)
    page = result.products[offset : offset + PAGE]
    if not page:
        turn.say("utter_no_more_products" if result.products else "utter_nothing_found", wish=_wish_text(query))
        turn.offer("find_product", "recommend", "talk_to_person")
        return remember(last_skill="find_product")
    _introduce(turn, result, query, offset)
    shown = query.without(*result.dropped)
    turn.show("product_cards", products=[product_card(product, shown) for product in page])
    if len(result.products) > offset + PAGE:
        turn.offer("more")
    turn.offer("cheaper")
    ids = [product.id for product in page]
    current = ids[0] if len(result.products) == 1 else None
    search: dict[str, Any] = {**asdict(query), "offset": offset}
    return remember(search=search, shown_products=ids, current_product=current, last_skill="find_product")


def _introduce(turn: Turn, result: SearchResult, query: ProductQuery, offset: int) -> None:
    values = {"count": len(result.products), "wish": _wish_text(query)}
    if offset:
        turn.say("utter_more_products", **values)
    elif result.dropped:
        limits = joined([word("limit", name, turn.language) for name in result.dropped], turn.language)
        turn.say("utter_found_nearest", limits=limits, **values)
    else:
        turn.say("utter_found_one" if len(result.products) == 1 else "utter_found", **values)


def _ask_what(turn: Turn) -> Events:
    turn.say("utter_what_to_find")
    for department in ("clothing", "electronics", "books", "home"):
        title = word("department", department, turn.language)
        turn.offer({"title": title, "payload": payload("find_product", {"department": department})})
    return remember(last_skill="find_product", search=asdict(ProductQuery()))


def _wish_text(query: ProductQuery) -> str:
    return " ".join(part for part in (query.colour, *query.attributes, query.product) if part)


def _wants_more(turn: Turn) -> bool:
    text = turn.text.lower()
    asked = any(phrase in text for phrase in ("more", "other", "else", "next", "更多", "还有", "再看", "别的", "其他"))
    return bool(turn.entity("more")) or (asked and not _wants_cheaper(turn) and query_of(turn) == ProductQuery())


def _wants_cheaper(turn: Turn) -> bool:
    text = turn.text.lower()
    phrases = ("cheap", "less expensive", "lower price", "budget", "affordable", "便宜", "实惠", "低一点", "低点")
    return bool(turn.entity("cheaper")) or any(phrase in text for phrase in phrases)


def _below_cheapest(turn: Turn) -> int | None:
    """One cent below the cheapest of the products shown last."""
    with turn.services.database.read() as unit:
        shown = get_products(unit.session, turn.slot("shown_products") or [], turn.language)
    return min((product.lowest_price.cents for product in shown), default=1) - 1 if shown else None
