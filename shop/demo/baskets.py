"""What a customer of the demo shop puts into a basket: by taste, by what goes together, in their own size."""

from __future__ import annotations

from random import Random
from typing import Any

from shop.demo.catalogue import DIGITAL_FORMATS, Goods
from shop.demo.customers import Shopper

Row = dict[str, Any]

_SIZES_OF_BASKETS = {1: 33, 2: 32, 3: 21, 4: 9, 5: 5}
_COMPANION_CHANCE = 0.45  # that the next thing is one that goes with something bought before
_OTHER_WARDROBE = 0.12  # how much of their taste is left for clothes cut for somebody else
_OWN_SIZE_CHANCE = 0.85  # the rest are gifts


class Taste:
    """How likely each customer is to choose each product."""

    def __init__(self, goods: list[Goods], shoppers: list[Shopper]) -> None:
        self.goods = goods
        self._by_slug = {item.slug: item for item in goods}
        self._weights = {shopper.id: {item.slug: self._weight(shopper, item) for item in goods} for shopper in shoppers}

    def choose(self, rng: Random, shopper: Shopper, count: int) -> list[Goods]:
        """``count`` products this customer might look at, by taste alone; may repeat."""
        return rng.choices(self.goods, list(self._weights[shopper.id].values()), k=count)

    def companion(self, rng: Random, shopper: Shopper, item: Goods) -> Goods | None:
        """Something that goes with the item and serves the same interests; None where nothing does."""
        others = [self._by_slug[slug] for slug in item.goes_with]
        if not others:
            return None
        weights = [self._weights[shopper.id][other.slug] * _shared_interest(item, other) for other in others]
        return rng.choices(others, weights)[0]

    @staticmethod
    def _weight(shopper: Shopper, item: Goods) -> float:
        other_wardrobe = item.made_for not in ("anyone", shopper.shops_as)
        fitting = _OTHER_WARDROBE if other_wardrobe else 1.0
        return shopper.likes(item.interests) * item.popularity * fitting


def _shared_interest(item: Goods, other: Goods) -> float:
    return 0.1 + sum(weight * other.interests.get(name, 0) for name, weight in item.interests.items())


def fill_basket(rng: Random, taste: Taste, shopper: Shopper, owned: list[Goods]) -> list[Goods]:
    """One to five products that the customer does not own yet. ``owned`` is oldest first."""
    size = rng.choices(list(_SIZES_OF_BASKETS), list(_SIZES_OF_BASKETS.values()))[0]
    basket: list[Goods] = []
    while len(basket) < size:
        recent = [*owned[-4:], *basket]
        item = (
            taste.companion(rng, shopper, rng.choice(recent)) if recent and rng.random() < _COMPANION_CHANCE else None
        )
        item = item or taste.choose(rng, shopper, 1)[0]
        if item not in basket and item not in owned:
            basket.append(item)
    return basket


def choose_variant(rng: Random, shopper: Shopper, item: Goods) -> Row:
    """The form of the product they take: on paper, and mostly in their own size."""
    printed = [variant for variant in item.variants if variant["options"].get("format") not in DIGITAL_FORMATS]
    own = [variant for variant in printed if variant["options"].get("size") in (shopper.clothes, shopper.shoes)]
    return rng.choice(own if own and rng.random() < _OWN_SIZE_CHANCE else printed)
