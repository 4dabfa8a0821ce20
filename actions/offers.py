"""What of the catalogue a question is about, as offers: variants of the meant products that fit what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.facts import words
from actions.order_facts import joined_options
from actions.product_wish import meant_products, query_of
from actions.turn import Turn
from shop.catalogue import (
    ProductQuery,
    ProductView,
    VariantView,
    get_products,
    matching_variants,
    products_called,
    spoken_of,
)
from shop.money import Money
from shop.orders import OrderItemView, list_orders
from shop.vocabulary import has_cjk, normal_size, same_colour, stems


@dataclass(frozen=True)
class Offer:
    """A variant of a product at today's price; ``bought``: the customer's own, at the price it had."""

    product: ProductView
    variant: VariantView
    price: Money
    bought: bool = False

    def line(self, language: str) -> str:
        """``Keyboard (switches clicky, size full size) · $90.00``."""
        name = words("yours", language, name=self.product.name) if self.bought else self.product.name
        described = name + joined_options(list(self.variant.options.items()), language)
        gone = "" if self.variant.stock or self.bought else words("sold_out", language)
        return " · ".join(part for part in (described, str(self.price), gone) if part)


def products_of(offers: Sequence[Offer]) -> list[ProductView]:
    """The products of some offers, each once."""
    return list({offer.product.id: offer.product for offer in offers}.values())


def asked_about(turn: Turn, kind: str) -> tuple[ProductView, ...]:
    """What is meant: named, talked about, or, for a difference, bought by the customer in another variant."""
    if turn.entity("product_id"):
        return meant_products(turn)
    with turn.services.database.read() as unit:
        mention = turn.entity("product") or spoken_of(unit.session, turn.text)
        called = products_called(unit.session, mention, turn.language) if mention else ()
    meant = tuple(product for product in called if product.variants) or meant_products(turn)
    return meant if meant or kind != "difference" else _bought_otherwise(turn)


def wished_offers(
    turn: Turn, products: Sequence[ProductView], in_stock: bool = True, limits: bool = True
) -> list[Offer]:
    """The variants that meet what the message says of colour, size, other options and price; the cheapest first."""
    query = query_of(turn)
    price = ProductQuery(min_price_cents=query.min_price_cents, max_price_cents=query.max_price_cents)
    offers = []
    for product in products:
        said = values_said(turn, product)
        variants = matching_variants(product, price if limits else ProductQuery()) if in_stock else product.variants
        offers += [
            Offer(product, variant, variant.price)
            for variant in variants
            if all(variant.options.get(name) in values for name, values in said.items())
        ]
    return sorted(offers, key=lambda offer: offer.price.cents)


def values_said(turn: Turn, product: ProductView) -> dict[str, list[str]]:
    """Option name -> those of its values that the message names."""
    said: dict[str, list[str]] = {}
    known = {(name, value) for variant in product.variants for name, value in variant.options.items()}
    for name, value in sorted(known):
        if _is_said(value, turn) and not set(stems(value)) <= set(stems(product.name)):
            said.setdefault(name, []).append(value)
    return said


def _is_said(value: str, turn: Turn) -> bool:
    if any(same_colour(colour, value) for colour in turn.entities("colour")):
        return True
    wishes = [*turn.entities("size"), *turn.entities("attribute")]
    # "1TB" is meant by "1TB SSD", too.
    if any(normal_size(wish) == normal_size(value) or _holds(value, wish) for wish in wishes):
        return True
    # A bare number or letter ("8", "M") says nothing unless it was understood as a size.
    return value in turn.text if has_cjk(value) else len(value) > 2 and _holds(turn.text, value)


def _holds(text: str, words: str) -> bool:
    """Whether words stand in a text together, in whole words."""
    return f" {_plain(words)} " in f" {_plain(text)} "


def _plain(text: str) -> str:
    return " ".join(text.lower().replace(",", " ").replace("?", " ").replace(".", " ").split())


def _bought_otherwise(turn: Turn) -> tuple[ProductView, ...]:
    """The newest bought product that comes with what the message says: "the 1TB one"."""
    with turn.services.database.read() as unit:
        ids = list(dict.fromkeys(item.product_id for item in own_items(turn)))
        products = get_products(unit.session, ids, turn.language)
    return tuple(product for product in products if values_said(turn, product))[:1]


def own_items(turn: Turn) -> list[OrderItemView]:
    """What the customer bought and has not given back, the newest first; nothing of a stranger's."""
    customer = turn.customer
    if customer is None:
        return []
    with turn.services.database.read() as unit:
        orders = list_orders(unit.session, customer.id, turn.language)
    return [item for order in orders if order.status != "cancelled" for item in order.items if item.stands]
