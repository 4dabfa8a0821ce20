"""Who the customers of the demo shop are: names, homes, ways to pay, tastes."""

from __future__ import annotations

from random import Random
from typing import Any

from shop.demo.words import read_data

Row = dict[str, Any]


def make_name(rng: Random, culture: Row, shops_as: str, taken: set[str]) -> tuple[str, str, str]:
    """The name as its owner writes it, and first and last name in Latin letters. Nobody shares a name, so
    that a name in a demo means one person."""
    while True:
        first, _, first_zh = rng.choice(culture["she" if shops_as == "women" else "he"]).partition(" ")
        last, _, last_zh = rng.choice(culture["last"]).partition(" ")
        name = last_zh + first_zh if first_zh else f"{first} {last}"
        if name not in taken:
            taken.add(name)
            return name, first, last


def make_email(rng: Random, first: str, last: str, taken: set[str]) -> str:
    """An address at example.com that nobody has; it is added to ``taken``."""
    style = rng.choice(read_data("people")["mail_styles"])
    local = style.format(first=first, last=last, f=first[0]).lower().replace("-", "")
    email, number = f"{local}@example.com", rng.randint(2, 89)
    while email in taken:
        email, number = f"{local}{number}@example.com", number + 1
    taken.add(email)
    return email


def make_home(rng: Random, chinese: bool) -> tuple[Row, str]:
    """A postal address and a telephone number of the same place."""
    people = read_data("people")
    line1 = f"{rng.randint(3, 2899)} {rng.choice(people['streets'])}"
    line2 = rng.choice(people["second_lines"]) if rng.random() < 0.35 else ""
    if rng.random() < 0.12:
        places = people["abroad"] + (people["abroad_china"] * 4 if chinese else [])
        city, region, postcode, country, phone = rng.choice(places)
        phone += f"{rng.randrange(100):02d}"
    else:
        city, region, start, area = rng.choice(people["cities"])
        postcode, country = f"{start}{rng.randint(1, 29):02d}", "United States"
        phone = f"+1 {area} 555 01{rng.randrange(100):02d}"  # 555-01xx is kept free for made-up numbers
    return {
        "line1": line1,
        "line2": line2,
        "city": city,
        "region": region,
        "postcode": postcode,
        "country": country,
    }, phone


def make_payment_methods(rng: Random) -> list[Row]:
    """One to three ways to pay, the usual one first."""
    last_four = f"{rng.randrange(10_000):04d}"
    card = f"{rng.choice(read_data('people')['cards'])} ending {last_four}"
    methods: list[Row] = [{"kind": "credit_card", "label": card, "last_four": last_four, "balance_cents": None}]
    if rng.random() < 0.4:
        methods.append({"kind": "paypal", "label": "PayPal", "last_four": "", "balance_cents": None})
        rng.shuffle(methods)
    if rng.random() < 0.25:
        last_four = f"{rng.randrange(10_000):04d}"
        label, balance = f"Gift card ending {last_four}", rng.randrange(0, 20_000, 250)
        methods.append({"kind": "gift_card", "label": label, "last_four": last_four, "balance_cents": balance})
    return methods[:1] if rng.random() < 0.1 else methods


def make_interests(rng: Random) -> dict[str, float]:
    """Two to four tastes, one of them strong."""
    common = dict(read_data("people")["interests"])
    tastes: dict[str, float] = {}
    for strength in (1.0, 0.7, 0.5, 0.3)[: rng.randint(2, 4)]:
        name = rng.choices(list(common), list(common.values()))[0]
        del common[name]
        tastes[name] = strength
    return tastes
