"""The customers of the demo shop: names, addresses, ways to pay, and the tastes that steer what they buy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shop.demo.people import make_email, make_home, make_interests, make_name, make_payment_methods
from shop.demo.words import read_data

Row = dict[str, Any]

_CLOTHES = {"women": ("XS", "S", "S", "M", "M", "M", "L", "XL"), "men": ("S", "M", "M", "L", "L", "L", "XL", "XXL")}
_SHOES = {"women": range(36, 42), "men": range(40, 47)}
_BACKGROUND_TASTE = 0.08  # everybody buys a little of everything


@dataclass(frozen=True)
class Shopper:
    """One customer with what the generators need to know of them. ``activity``: how much they buy."""

    row: Row
    address: Row
    payment_methods: tuple[Row, ...]
    label_name: str  # on parcels, in Latin letters
    interests: dict[str, float]
    shops_as: str  # women or men: whose clothes they mostly buy
    clothes: str
    shoes: str
    activity: float

    @property
    def id(self) -> int:
        """The customer's id."""
        return int(self.row["id"])

    @property
    def abroad(self) -> bool:
        """Whether parcels leave the United States."""
        return bool(self.address["country"] != "United States")

    def likes(self, interests: dict[str, float]) -> float:
        """How well goods that meet these interests meet this customer's."""
        return _BACKGROUND_TASTE + sum(weight * self.interests.get(name, 0) for name, weight in interests.items())


def make_customers(rng: Random, midnight: datetime, count: int) -> list[Shopper]:
    """``count`` customers, the fixed ones of ``data/demo_customers.yml`` first; ids counted from 1."""
    fixed = read_data("demo_customers")
    shoppers = [
        _fixed_shopper(number, external_id, entry, midnight)
        for number, (external_id, entry) in enumerate(fixed.items(), 1)
    ]
    taken = {shopper.row[key] for shopper in shoppers for key in ("email", "name")}
    for customer_id in range(len(shoppers) + 1, count + 1):
        shoppers.append(_random_shopper(rng, customer_id, midnight, taken))
    return shoppers


def _fixed_shopper(customer_id: int, external_id: str, entry: Row, midnight: datetime) -> Shopper:
    created_at = midnight - timedelta(days=700, hours=customer_id)
    methods = [{"last_four": "", "balance_cents": None, **method} for method in entry["payment"]]
    row = {
        "id": customer_id,
        "external_id": external_id,
        "created_at": created_at,
        **{key: entry[key] for key in ("name", "email", "phone", "language")},
    }
    return Shopper(
        row=row,
        address=entry["address"],
        payment_methods=_numbered(customer_id, methods),
        label_name=str(entry.get("label_name", entry["name"])),
        activity=0.0,  # their orders are all written down
        **{key: entry[key] for key in ("interests", "shops_as", "clothes", "shoes")},
    )


def _random_shopper(rng: Random, customer_id: int, midnight: datetime, taken: set[str]) -> Shopper:
    people = read_data("people")
    culture = rng.choices(list(people["cultures"]), [c["share"] for c in people["cultures"].values()])[0]
    shops_as = rng.choice(("women", "men"))
    name, first, last = make_name(rng, people["cultures"][culture], shops_as, taken)
    chinese = culture == "chinese" and rng.random() < 0.85
    address, phone = make_home(rng, chinese)
    row = {
        "id": customer_id,
        "external_id": f"customer-{customer_id:04d}",
        "email": make_email(rng, first, last, taken),
        "name": name if chinese else f"{first} {last}",
        "phone": phone,
        "language": "zh" if chinese else "en",
        "created_at": midnight - timedelta(days=rng.randint(40, 900), seconds=rng.randrange(86_400)),
    }
    return Shopper(
        row=row,
        address=address,
        payment_methods=_numbered(customer_id, make_payment_methods(rng)),
        label_name=f"{first} {last}",
        interests=make_interests(rng),
        shops_as=shops_as,
        clothes=rng.choice(_CLOTHES[shops_as]),
        shoes=str(rng.choice(_SHOES[shops_as])),
        activity=rng.lognormvariate(0, 0.7),
    )


def _numbered(customer_id: int, methods: list[Row]) -> tuple[Row, ...]:
    return tuple(
        {
            "id": customer_id * 10 + number,
            "external_id": f"{method['kind']}-{customer_id:04d}-{number}",
            "customer_id": customer_id,
            **method,
        }
        for number, method in enumerate(methods, 1)
    )
