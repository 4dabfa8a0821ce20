"""A data set small enough to be learned by heart in a second."""

from __future__ import annotations

from itertools import product

from training.dataset import Row
from training.finetune import FinetuneSettings

SETTINGS = FinetuneSettings(
    epochs=20, batch_size=16, learning_rate=5e-3, head_learning_rate=1e-2, trained_layers=2, variants=1
)
_COLOURS = ("red", "blue", "green", "black", "white")
_GOODS = ("jacket", "dress", "shirt", "hat", "bag")


def rows() -> list[Row]:
    """25 wishes with entities, 24 questions for orders, 20 thanks, 20 off topic, 12 with sentiment only."""
    wishes = [_wish(colour, goods) for colour, goods in product(_COLOURS, _GOODS)]
    orders = [Row(f"{a} {b}", "track_order") for a, b in product(("where is", "track", "status of"), _parcels())]
    thanks = [
        Row(f"{a} {b}", "thank") for a, b in product(("thanks", "thank you", "谢谢", "cheers"), "a b c d e".split())
    ]
    strange = [
        Row(f"{a} {b}", "out_of_scope")
        for a, b in product(("weather", "poem", "news", "天气"), "in of on at to".split())
    ]
    moods = [Row(f"{word} {n}", sentiment=mood) for word, mood in _moods() for n in range(4)]
    return [*wishes, *orders, *thanks, *strange, *moods]


def _wish(colour: str, goods: str) -> Row:
    text = f"i want a {colour} {goods}"
    at = text.index(colour)
    return Row(
        text, "find_product", spans=((at, at + len(colour), "colour"), (len(text) - len(goods), len(text), "product"))
    )


def _parcels() -> list[str]:
    return ["my order", "my parcel", "my package", "the order", "order W1234567", "我的订单", "订单", "包裹"]


def _moods() -> list[tuple[str, str]]:
    return [("awful terrible", "negative"), ("great wonderful", "positive"), ("it is a box", "neutral")]
