"""A year of what customers of the demo shop looked at, put into the cart and bought."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from shop.demo.baskets import Taste
from shop.demo.catalogue import Goods
from shop.demo.customers import Shopper
from shop.demo.orders import DemoOrder

Row = dict[str, Any]

_SESSIONS_A_YEAR = 9
_VIEWS_A_SESSION = (1, 2, 2, 3, 3, 4, 5, 7)
_ABANDONED_CART_CHANCE = 0.1
_RELATED_CHANCE = 0.3  # that the next thing looked at goes with something owned


def make_events(
    rng: Random, midnight: datetime, shoppers: list[Shopper], taste: Taste, orders: list[DemoOrder]
) -> list[Row]:
    """All events in order of time. Every product of every order was viewed, put into the cart and bought."""
    owned: dict[int, list[Goods]] = {shopper.id: [] for shopper in shoppers}
    events: list[Row] = []
    for order in orders:
        owned[order.shopper.id] += order.goods
        for item in order.goods:
            events += _buying(rng, order, item)
    for shopper in shoppers:
        events += _browsing(rng, midnight, shopper, taste, owned[shopper.id])
    events.sort(key=lambda event: (event["at"], event["customer_id"], event["product_id"]))
    return [{"id": number, "external_id": f"event-{number:06d}", **event} for number, event in enumerate(events, 1)]


def _buying(rng: Random, order: DemoOrder, item: Goods) -> list[Row]:
    placed_at = order.row["placed_at"]
    carted_at = placed_at - timedelta(seconds=rng.randint(60, 2_400))
    viewed_at = carted_at - timedelta(seconds=rng.randint(15, 300))
    events = [
        _event(order.shopper, item, "purchase", placed_at),
        _event(order.shopper, item, "cart", carted_at),
        _event(order.shopper, item, "view", viewed_at),
    ]
    if rng.random() < 0.4:  # they had looked at it on an earlier day
        earlier = viewed_at - timedelta(hours=rng.uniform(8, 120))
        events.append(_event(order.shopper, item, "view", max(earlier, order.shopper.row["created_at"])))
    return events


def _browsing(rng: Random, midnight: datetime, shopper: Shopper, taste: Taste, owned: list[Goods]) -> list[Row]:
    first = max(shopper.row["created_at"], midnight - timedelta(days=365))
    span_seconds = (midnight - first).total_seconds()
    share_of_year = span_seconds / timedelta(days=365).total_seconds()
    sessions = round(_SESSIONS_A_YEAR * (0.5 + max(shopper.activity, 0.5)) * share_of_year) + 1
    events = []
    for _ in range(sessions):
        at = first + timedelta(seconds=round(rng.random() * span_seconds * 0.99))
        for item in taste.choose(rng, shopper, rng.choice(_VIEWS_A_SESSION)):
            related = (
                taste.companion(rng, shopper, rng.choice(owned)) if owned and rng.random() < _RELATED_CHANCE else None
            )
            seen = related or item
            events.append(_event(shopper, seen, "view", at))
            if rng.random() < _ABANDONED_CART_CHANCE:
                events.append(_event(shopper, seen, "cart", at + timedelta(seconds=rng.randint(10, 60))))
            at = min(at + timedelta(seconds=rng.randint(20, 400)), midnight - timedelta(minutes=2))
    return events


def _event(shopper: Shopper, item: Goods, kind: str, at: datetime) -> Row:
    return {"customer_id": shopper.id, "product_id": item.row["id"], "kind": kind, "at": at}
