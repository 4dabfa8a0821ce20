"""Who orders when in the demo shop, and how far each order has got by today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shop.demo.customers import Shopper
from shop.demo.words import dice, read_data

Row = dict[str, Any]

_NUMBERS = range(1_000_000, 10_000_000)  # of orders: seven digits


@dataclass(frozen=True)
class Plan:
    """An order before its basket is filled. ``status`` may be ``delayed``: shipped, and late."""

    shopper: Shopper
    status: str
    placed_at: datetime
    number: int
    written: Row | None = None  # the entry of data/demo_customers.yml


def make_plans(seed: int, midnight: datetime, shoppers: list[Shopper], count: int) -> list[Plan]:
    """``count`` plans, oldest first, those of the fixed customers among them."""
    written = _written(seed, shoppers, midnight)
    taken = {plan.number for plan in written}
    plans = written + _drawn(dice(seed, "plans"), shoppers, midnight, count - len(written), taken)
    return sorted(plans, key=lambda plan: plan.placed_at)


def _written(seed: int, shoppers: list[Shopper], midnight: datetime) -> list[Plan]:
    plans = []
    by_external_id = {shopper.row["external_id"]: shopper for shopper in shoppers}
    for external_id, entry in read_data("demo_customers").items():
        for index, written in enumerate(entry["orders"]):
            # Their own dice: whatever else changes in the demo shop, these numbers stay.
            rng = dice(seed, f"{external_id}:{index}")
            number = rng.choice(_NUMBERS)
            placed_at = _time_of_day(rng, midnight - timedelta(days=written["days_ago"]))
            status = written.get("trouble", written["status"])
            plans.append(Plan(by_external_id[external_id], status, placed_at, number, written))
    return plans


def _drawn(rng: Random, shoppers: list[Shopper], midnight: datetime, count: int, taken: set[int]) -> list[Plan]:
    statuses = read_data("trade")["statuses"]
    states = [status for status, entry in statuses.items() for _ in range(entry.get("count", 0) * count // 1000)]
    states += ["delivered"] * (count - len(states))
    buyers = rng.choices(shoppers, [shopper.activity for shopper in shoppers], k=count)
    spare = (number for number in rng.sample(_NUMBERS, count + len(taken)) if number not in taken)
    return [
        Plan(shopper, status, _placed_at(rng, shopper, statuses[status]["days"], midnight), number)
        for shopper, status, number in zip(buyers, states, spare, strict=False)
    ]


def _placed_at(rng: Random, shopper: Shopper, days: list[int], midnight: datetime) -> datetime:
    lowest, highest = days
    if shopper.abroad and lowest > 4:  # long enough ago to have arrived
        lowest, highest = lowest + read_data("trade")["extra_days_abroad"], max(highest, lowest + 12)
    known_days = (midnight - shopper.row["created_at"]).days
    ages = range(lowest, max(lowest, min(highest, known_days - 1)) + 1)
    weights = [1.7 if (midnight - timedelta(days=age)).month in (11, 12) else 1.0 for age in ages]
    return _time_of_day(rng, midnight - timedelta(days=rng.choices(ages, weights)[0]))


def _time_of_day(rng: Random, day: datetime) -> datetime:
    return day + timedelta(seconds=rng.randint(46_800, 86_000))  # from 13:00 UTC, when America wakes, to midnight
