"""Parcels of the demo shop: tracking numbers as the carriers write them, and what was scanned on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from string import ascii_uppercase, digits
from typing import Any

from shop.demo.words import read_data

Row = dict[str, Any]

_ATTEMPT_CHANCE = 0.04
_TO_FIRST_HUB = timedelta(hours=14)


@dataclass(frozen=True)
class Journey:
    """When a parcel set off, was promised, and really comes (None: nobody knows)."""

    sent_at: datetime
    promised_at: datetime
    comes_at: datetime | None


def plan_journey(
    rng: Random, status: str, placed_at: datetime, midnight: datetime, express: bool, abroad: bool
) -> Journey:
    """The way of a parcel of an order in this status (``delayed`` is a shipped one that is late)."""
    sent_at = placed_at + timedelta(hours=rng.uniform(10, 24))
    days = 2 if express else rng.randint(9, 12) if abroad else rng.randint(3, 5)
    if status == "shipped":
        # Under way now: it comes today at the earliest.
        comes_at = max(sent_at + timedelta(days=days), midnight + timedelta(days=rng.randint(0, 2)))
        comes_at = _at_hour(comes_at, rng.uniform(14, 23))
        return Journey(sent_at, _at_hour(comes_at, 23), comes_at)
    promised_at = _at_hour(sent_at + timedelta(days=days), 23)
    if status == "delayed":
        return Journey(sent_at, min(promised_at, midnight - timedelta(days=2, hours=1)), None)
    early = rng.choice((0, 0, 0, 1)) if days > 2 else 0
    return Journey(sent_at, promised_at, _at_hour(promised_at - timedelta(days=early), rng.uniform(14, 23)))


def make_shipment(rng: Random, journey: Journey, address: Row, midnight: datetime) -> Row:
    """A row of ``shipments`` (without ids) with everything scanned before today's midnight."""
    carriers = read_data("trade")["carriers"]
    carrier = rng.choices(list(carriers), [carrier["share"] for carrier in carriers.values()])[0]
    scans = [scan for scan in _scans(rng, journey, carriers[carrier]["hubs"], address) if scan[0] < midnight]
    delivered_at = next((at for at, code, _ in scans if code == "delivered"), None)
    return {
        "carrier": carrier,
        "tracking_number": _tracking_number(rng, carrier),
        "expected_delivery_at": journey.promised_at,
        "delivered_at": delivered_at,
        "scans": [{"at": at.isoformat(timespec="seconds"), "code": code, "place": place} for at, code, place in scans],
    }


def _scans(rng: Random, journey: Journey, hubs: list[str], address: Row) -> list[tuple[datetime, str, str]]:
    trade = read_data("trade")
    abroad = address["country"] != "United States"
    home = f"{address['city']}, {address['country'] if abroad else address['region']}"
    stops = [rng.choice(hubs), *([rng.choice(trade["gateways"])] if abroad else []), home]
    picked_up_at = journey.sent_at + timedelta(hours=rng.uniform(2, 6))
    scans = [(journey.sent_at, "label_created", trade["warehouse"]), (picked_up_at, "picked_up", trade["warehouse"])]
    if journey.comes_at is None:
        held_at = journey.promised_at - timedelta(hours=rng.uniform(14, 30))
        return [*scans, *_transit(picked_up_at, held_at, stops[:-1]), (held_at, "delayed", stops[-2])]
    out_at = _at_hour(journey.comes_at, rng.uniform(12.5, 13.9))
    scans += _transit(picked_up_at, out_at, stops)
    if rng.random() < _ATTEMPT_CHANCE and out_at - scans[-1][0] > timedelta(hours=36):
        tried_at = out_at - timedelta(hours=18)
        scans += [(tried_at - timedelta(hours=5), "out_for_delivery", home), (tried_at, "delivery_attempted", home)]
    return [*scans, (out_at, "out_for_delivery", home), (journey.comes_at, "delivered", home)]


def _transit(start: datetime, end: datetime, stops: list[str]) -> list[tuple[datetime, str, str]]:
    """The stops on the way, the first one the night after the parcel was picked up."""
    first_at = start + min(_TO_FIRST_HUB, (end - start) / 2)
    step = (end - first_at) / len(stops)
    return [(first_at + step * number, "in_transit", stop) for number, stop in enumerate(stops)]


def _at_hour(day: datetime, hour: float) -> datetime:
    """That hour (UTC) of the day; 14 to 23 is daytime in the United States."""
    return day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=round(hour * 3600))


def _tracking_number(rng: Random, carrier: str) -> str:
    if carrier == "UPS":
        shipper = "".join(rng.choices(ascii_uppercase + digits, k=6))
        return f"1Z{shipper}{rng.choice(('03', '12', '68'))}{rng.randrange(10**8):08d}"
    if carrier == "FedEx":
        return f"{rng.randrange(10**11, 10**12)}"
    return f"9400{rng.randrange(10**18):018d}"
