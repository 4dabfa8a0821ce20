"""Reviews of the demo shop: stars around each product's quality, and text that says what the stars say."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shop.demo.catalogue import Goods
from shop.demo.orders import DemoOrder
from shop.demo.words import read_data

Row = dict[str, Any]

_BUYERS_SHARE = 0.75  # the others bought elsewhere and wrote without an account
_GUESTS_IN_CHINESE = 0.3
_SPREAD = 0.95  # of the stars around a product's quality
_BAD_LUCK = (0.06, 2.3)  # how often a copy of a good product is bad, and how many stars that costs
_FEWEST = 4  # reviews of a product
# How many (good, meh, bad) remarks a review of so many stars may have.
_SHAPES = {
    5: ((1, 0, 0), (2, 0, 0), (2, 0, 0), (3, 0, 0)),
    4: ((1, 0, 0), (1, 1, 0), (2, 0, 0), (2, 1, 0)),
    3: ((1, 1, 0), (1, 1, 0), (2, 0, 1), (1, 0, 1)),
    2: ((0, 1, 1), (0, 0, 1), (1, 0, 1), (1, 1, 1)),
    1: ((0, 0, 1), (0, 0, 2), (0, 0, 2), (0, 1, 1)),
}


def make_reviews(rng: Random, midnight: datetime, goods: list[Goods], orders: list[DemoOrder], count: int) -> list[Row]:
    """``count`` reviews in order of time, at most one by a customer of a product."""
    reviews = [_buyers_review(rng, midnight, order, index) for order, index in _reviewed(rng, orders, count)]
    tally = Counter(review["product_id"] for review in reviews)
    while len(reviews) < count:
        unnoticed = [item for item in goods if tally[item.row["id"]] < _FEWEST] or goods
        item = rng.choices(unnoticed, [item.popularity for item in unnoticed])[0]
        tally[item.row["id"]] += 1
        language = "zh" if rng.random() < _GUESTS_IN_CHINESE else "en"
        at = midnight - timedelta(days=rng.uniform(1, 500))
        variant = rng.choice(item.variants)
        reviews.append(_review(rng, item, variant, language, {"customer_id": None, "created_at": at}))
    _replace_repeats(rng, reviews)
    reviews.sort(key=lambda review: review["created_at"])
    for number, review in enumerate(reviews, 1):
        del review["remake"]
        review |= {"id": number, "external_id": f"review-{number:05d}"}
    return reviews


def _reviewed(rng: Random, orders: list[DemoOrder], count: int) -> list[tuple[DemoOrder, int]]:
    """Which items of delivered orders are reviewed."""
    candidates = [(order, index) for order in orders if order.delivered_at for index in range(len(order.goods))]
    return rng.sample(candidates, min(len(candidates), round(count * _BUYERS_SHARE)))


def _buyers_review(rng: Random, midnight: datetime, order: DemoOrder, index: int) -> Row:
    item, bought = order.goods[index], order.items[index]
    variant = next(variant for variant in item.variants if variant["id"] == bought["variant_id"])
    arrived = order.delivered_at or order.row["placed_at"]
    at = min(arrived + timedelta(days=rng.uniform(0.5, 45)), midnight - timedelta(seconds=rng.randint(60, 40_000)))
    who = {"customer_id": order.shopper.id, "created_at": max(at, arrived)}
    unhappy = bought["state"] == "returned"
    return _review(rng, item, variant, order.shopper.row["language"], who, unhappy)


def _review(rng: Random, item: Goods, variant: Row, language: str, who: Row, unhappy: bool = False) -> Row:
    chance, cost = _BAD_LUCK
    quality = item.quality - (cost if unhappy or rng.random() < chance else 0)
    stars = min(5, max(1, round(rng.gauss(quality, _SPREAD))))

    def write() -> str:
        return _write(rng, item, variant, language, stars)

    return {"product_id": item.row["id"], "stars": stars, "language": language, "text": write(), "remake": write, **who}


def _replace_repeats(rng: Random, reviews: list[Row]) -> None:
    """People do not write the same words twice: where two reviews agree, write one again (a few times)."""
    seen: set[str] = set()
    for review in reviews:
        for _ in range(5):
            if review["text"] not in seen:
                break
            review["text"] = review["remake"]()
        seen.add(review["text"])


def _write(rng: Random, item: Goods, variant: Row, language: str, stars: int) -> str:
    words = read_data(f"reviews.{language}")
    category = read_data("categories")[item.category]
    remarks = words["about"][category["reviews"]]
    good, meh, bad = (
        rng.sample(fitting_remarks(remarks[mood], item), number)
        for mood, number in zip(("good", "meh", "bad"), rng.choice(_SHAPES[stars]), strict=True)
    )
    complaints = meh + bad
    if good and complaints:
        complaints[0] = _linked(rng.choice(words["links"]), complaints[0])
    opener = [rng.choice(words["openers"][stars])] if rng.random() < 0.65 else []
    closer = [rng.choice(words["closers"][stars])] if rng.random() < 0.5 else []
    context = [_context(rng, words, item, variant, language)] if rng.random() < 0.45 else []
    sentences = [*opener, *context, *good, *complaints, *closer]
    return ("" if language == "zh" else " ").join(sentence for sentence in sentences if sentence)


def fitting_remarks(remarks: list[str], item: Goods) -> list[str]:
    """The remarks that hold for the product, without their condition: ``"(waterproof) Stayed dry."``."""
    facts = {piece.strip() for fact in item.row["facts"] for piece in fact["en"][1].split(",")}
    traits = facts.union(item.tags, (fact["key"] for fact in item.row["facts"]))
    fitting = []
    for remark in remarks:
        condition, _, text = remark[1:].partition(") ") if remark.startswith("(") else ("", "", remark)
        if not condition or condition in traits:
            fitting.append(text)
    return fitting


def _linked(link: str, complaint: str) -> str:
    """The complaint after its link; in English in lower case, but for "I" and names such as "GPS"."""
    head = complaint.split(" ", maxsplit=1)[0]
    keep = head in ("I", "I'd", "I'm") or head[1:2].isupper()
    return link + (complaint if keep else complaint[0].lower() + complaint[1:])


def _context(rng: Random, words: Row, item: Goods, variant: Row, language: str) -> str:
    colour = variant["options"].get("colour") if language == "en" else variant["options_zh"].get("颜色")
    contexts = [text for text in words["contexts"][item.row["department"]] if colour or "{colour}" not in text]
    text = rng.choice(contexts).format(colour=colour)
    return text[0].upper() + text[1:]
