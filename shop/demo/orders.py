"""A year of orders of the demo shop, in every state, with their parcels and payments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shop.demo.baskets import Taste, choose_variant, fill_basket
from shop.demo.catalogue import Goods
from shop.demo.customers import Shopper
from shop.demo.parcels import make_shipment, plan_journey
from shop.demo.payments import pay, refund
from shop.demo.plans import Plan, make_plans
from shop.demo.words import dice, read_data

Row = dict[str, Any]

_SENT = frozenset({"shipped", "delivered", "return_requested", "exchange_requested", "returned"})
# What the state of an order says about the items that the request is about.
_ITEM_STATES = {"return_requested": "returned", "returned": "returned", "exchange_requested": "exchanged"}
_EXPRESS_CHANCE = 0.08
_SPLIT_CHANCE = 0.2  # that a large order comes in two parcels


@dataclass
class DemoOrder:
    """One order with everything that hangs on it, as rows."""

    row: Row
    shopper: Shopper
    goods: list[Goods]
    items: list[Row]
    shipments: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)

    @property
    def delivered_at(self) -> datetime | None:
        """When the last parcel came; None while one is missing or none was sent."""
        times = [shipment["delivered_at"] for shipment in self.shipments]
        return max(times) if times and all(times) else None


def make_orders(seed: int, midnight: datetime, shoppers: list[Shopper], taste: Taste, count: int) -> list[DemoOrder]:
    """``count`` orders, oldest first, those of the fixed customers among them."""
    rng = dice(seed, "orders")
    plans = make_plans(seed, midnight, shoppers, count)
    by_sku = {variant["sku"]: (item, variant) for item in taste.goods for variant in item.variants}
    owned: dict[int, list[Goods]] = {shopper.id: [] for shopper in shoppers}
    orders = []
    for order_id, plan in enumerate(plans, 1):
        if plan.written:
            chosen = [(*by_sku[sku], quantity) for sku, quantity in plan.written["items"]]
        else:
            basket = fill_basket(rng, taste, plan.shopper, owned[plan.shopper.id])
            chosen = [(item, choose_variant(rng, plan.shopper, item), _quantity(rng, item)) for item in basket]
        order = _order(rng, order_id, plan, chosen)
        # The fixed customers' parcels and payments stay as they are, whatever else changes in the demo shop.
        _settle(dice(seed, order.row["number"]) if plan.written else rng, order, plan, midnight)
        owned[plan.shopper.id] += order.goods
        orders.append(order)
    return orders


def _quantity(rng: Random, item: Goods) -> int:
    return rng.choice((1, 1, 1, 2, 2, 3)) if item.category in read_data("trade")["multiples"] else 1


def _order(rng: Random, order_id: int, plan: Plan, chosen: list[tuple[Goods, Row, int]]) -> DemoOrder:
    shopper = plan.shopper
    items = [
        {
            "order_id": order_id,
            "variant_id": variant["id"],
            "quantity": quantity,
            "unit_price_cents": variant["price_cents"],
            "state": "ordered",
        }
        for _, variant, quantity in chosen
    ]
    express = not shopper.abroad and not plan.written and rng.random() < _EXPRESS_CHANCE
    row = {
        "id": order_id,
        "number": f"#W{plan.number}",
        "customer_id": shopper.id,
        "status": "shipped" if plan.status == "delayed" else plan.status,
        "placed_at": plan.placed_at,
        "currency": "USD",
        "shipping_cents": _shipping_cents(items, express, shopper.abroad),
        "shipping_address": {"name": shopper.label_name, **shopper.address},
        "cancelled_reason": "",
    }
    return DemoOrder(row, shopper, [item for item, _, _ in chosen], items)


def _shipping_cents(items: list[Row], express: bool, abroad: bool) -> int:
    trade = read_data("trade")
    prices = trade["shipping_cents"]
    if abroad or express:
        return int(prices["abroad" if abroad else "express"])
    goods_cents = sum(item["quantity"] * item["unit_price_cents"] for item in items)
    return 0 if goods_cents >= trade["free_standard_from_cents"] else int(prices["standard"])


def _settle(rng: Random, order: DemoOrder, plan: Plan, midnight: datetime) -> None:
    """Add to a fresh order what its state implies: money, parcels, money back."""
    row, shopper = order.row, order.shopper
    goods_cents = sum(item["quantity"] * item["unit_price_cents"] for item in order.items)
    order.payments = pay(rng, row, shopper.payment_methods, goods_cents + row["shipping_cents"])
    if row["status"] == "cancelled":
        reasons = read_data("trade")["reasons"]
        drawn = rng.choices(list(reasons), list(reasons.values()))[0]
        row["cancelled_reason"] = (plan.written or {}).get("reason", drawn)
        cancelled_at = row["placed_at"] + timedelta(minutes=rng.randint(4, 600))
        order.payments += refund(order.payments, goods_cents + row["shipping_cents"], min(cancelled_at, midnight))
    if row["status"] in _SENT:
        _send(rng, order, plan, midnight)
    if row["status"] in _ITEM_STATES:
        _send_back(rng, order, midnight)


def _send(rng: Random, order: DemoOrder, plan: Plan, midnight: datetime) -> None:
    express = order.row["shipping_cents"] == read_data("trade")["shipping_cents"]["express"]
    parcels = 2 if len(order.items) > 2 and rng.random() < _SPLIT_CHANCE else 1
    for _ in range(parcels):
        journey = plan_journey(rng, plan.status, order.row["placed_at"], midnight, express, order.shopper.abroad)
        order.shipments.append(
            {"order_id": order.row["id"], **make_shipment(rng, journey, order.shopper.address, midnight)}
        )


def _send_back(rng: Random, order: DemoOrder, midnight: datetime) -> None:
    status = order.row["status"]
    chosen = order.items if rng.random() < 0.5 else rng.sample(order.items, 1)
    for item in chosen:
        item["state"] = _ITEM_STATES[status]
    delivered_at = order.delivered_at
    if status == "returned" and delivered_at:
        cents = sum(item["quantity"] * item["unit_price_cents"] for item in chosen)
        at = min(delivered_at + timedelta(days=rng.uniform(5, 25)), midnight - timedelta(hours=1))
        order.payments += refund(order.payments, cents, at)
