"""The shop's variants and a customer's lines as ``actions.desk.options`` compares them."""

from __future__ import annotations

from collections.abc import Iterable

from actions.desk.goods import Owned
from actions.desk.options import Choice
from shop.changes import VariantChoice


def as_choices(lines: Iterable[Owned]) -> list[Choice]:
    """Lines of orders; their ids are the items', their prices what was paid."""
    return [
        Choice(
            id=line.item.id,
            options=line.item.option_map["en"],
            options_zh=line.item.option_map["zh"],
            price_cents=line.item.unit_price.cents,
            available=True,
        )
        for line in lines
    ]


def of_shop(variants: Iterable[VariantChoice]) -> list[Choice]:
    """Variants of the shop; available are those in stock."""
    return [
        Choice(
            id=variant.id,
            options=variant.options,
            options_zh=variant.options_zh,
            price_cents=variant.price.cents,
            available=variant.stock > 0,
        )
        for variant in variants
    ]
