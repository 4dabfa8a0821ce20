"""Orders as the desk sees them, without a database."""

from __future__ import annotations

import itertools
from dataclasses import fields
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from shop.clock import now
from shop.money import Money
from shop.orders import OrderItemView, OrderView

Goods = tuple[str, str, str, str, dict[str, str]]
"""Names and kinds in English and Chinese by turns, and options."""

_ids = itertools.count(1)


def order(
    number: str, *goods: Goods, status: str = "delivered", days_ago: int = 5, city: str = "San Jose", cents: int = 4_000
) -> OrderView:
    """An order of one line per goods, each at that price."""
    known: dict[str, Any] = {
        "number": number,
        "status": status,
        "placed_at": now() - timedelta(days=days_ago),
        "items": tuple(_line(each, cents) for each in goods),
        "shipping_address": SimpleNamespace(city=city),
    }
    every: dict[str, Any] = {each.name: known.get(each.name) for each in fields(OrderView)}
    return OrderView(**every)


def _line(goods: Goods, cents: int) -> OrderItemView:
    name_en, name_zh, kind_en, kind_zh, options = goods
    number = next(_ids)
    return OrderItemView(
        product_id=number,
        name=name_en,
        names=(name_en, name_zh),
        options=", ".join(options.values()),
        quantity=1,
        unit_price=Money.from_cents(cents, "USD"),
        image="",
        words="",
        id=number,
        variant_id=number,
        state="ordered",
        option_map={"en": options, "zh": options},
        kinds=(kind_en, kind_zh),
    )
