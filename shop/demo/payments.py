"""How the demo shop's orders were paid, and money that went back."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

Row = dict[str, Any]

_GIFT_CARD_CHANCE = 0.5


def pay(rng: Random, order: Row, methods: tuple[Row, ...], total_cents: int) -> list[Row]:
    """Payments of exactly the total: one card or PayPal, with a gift card before it at times."""
    gift_cards = [method for method in methods if method["kind"] == "gift_card"]
    others = [method for method in methods if method["kind"] != "gift_card"]
    payments = []
    left = total_cents
    if gift_cards and others and rng.random() < _GIFT_CARD_CHANCE:
        part = min(left, rng.randrange(1_000, 8_000, 500))
        payments.append(_payment(order["id"], gift_cards[0], part, order["placed_at"]))
        left -= part
    if left:
        # The first way to pay is the usual one.
        method = rng.choice([others[0], others[0], others[-1]]) if others else gift_cards[0]
        payments.append(_payment(order["id"], method, left, order["placed_at"]))
    return payments


def refund(payments: list[Row], cents: int, at: datetime) -> list[Row]:
    """Money back the way it came, the last payment first. ``cents`` is at most what was paid."""
    refunds = []
    for payment in reversed(payments):
        part = min(cents, payment["amount_cents"])
        if part > 0:
            refunds.append({**payment, "amount_cents": -part, "at": at})
            cents -= part
    return refunds


def _payment(order_id: int, method: Row, cents: int, at: datetime) -> Row:
    return {"order_id": order_id, "payment_method_id": method["id"], "amount_cents": cents, "at": at}
