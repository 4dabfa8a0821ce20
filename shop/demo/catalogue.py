"""The products of the demo shop, from the hand-written lists in ``data/products``."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product as combinations
from random import Random
from typing import Any

from shop.demo.words import both, read_data, read_folder, word_list

Row = dict[str, Any]

DIGITAL_FORMATS = frozenset({"ebook", "audiobook"})
_SOLD_OUT_SHARE = 0.12
_MOST_STOCK = 40


@dataclass(frozen=True)
class Goods:
    """One product with what the generators need to know of it. ``quality`` is the mean of its stars."""

    row: Row
    variants: tuple[Row, ...]
    category: str
    interests: dict[str, float]
    goes_with: tuple[str, ...]  # slugs of products
    popularity: float
    quality: float

    @property
    def slug(self) -> str:
        """The external id."""
        return str(self.row["external_id"])

    @property
    def made_for(self) -> str:
        """``women``, ``men`` or ``anyone``."""
        value = next((fact["en"][1] for fact in self.row["facts"] if fact["key"] == "made_for"), "")
        return value if value in ("women", "men") else "anyone"

    @property
    def tags(self) -> list[str]:
        """The English tags."""
        return list(self.row["tags"]["en"])


def make_catalogue(rng: Random) -> list[Goods]:
    """All products with their variants, ids counted from 1."""
    entries = read_folder("products")
    variant_ids = iter(range(1, 1_000_000))
    goods = []
    for product_id, (slug, entry) in enumerate(entries.items(), 1):
        category = read_data("categories")[entry["category"]]
        goods.append(
            Goods(
                row=_product_row(product_id, slug, entry, category),
                variants=tuple(_variant_rows(rng, product_id, slug, entry, variant_ids)),
                category=entry["category"],
                interests=entry.get("interests", category["interests"]),
                goes_with=_companions(slug, entry, category, entries),
                popularity=rng.lognormvariate(0, 0.6),
                quality=min(4.9, max(3.0, rng.gauss(4.55, 0.3))),
            )
        )
    return goods


def _product_row(product_id: int, slug: str, entry: Row, category: Row) -> Row:
    english, chinese = both(entry["name"])
    prefix = "" if category["department"] == "books" else f"{entry['brand']} "
    category_en, category_zh = both(category["name"])
    return {
        "id": product_id,
        "external_id": slug,
        "department": category["department"],
        "category_en": category_en,
        "category_zh": category_zh,
        "brand": entry["brand"],
        "name_en": prefix + english,
        "name_zh": prefix + chinese,
        "facts": [_fact(key, value) for key, value in {**entry["facts"], **category.get("facts", {})}.items()],
        "tags": _tags(category["tags"], entry["tags"]),
        "image": f"/static/demo/{entry['category']}.svg",
        "active": 1,
    }


def _fact(key: str, value: str | float) -> Row:
    kind = read_data("facts")[key]
    label_en, label_zh = both(kind["label"])
    text = value if isinstance(value, str) else kind["value"].format(n=value)
    value_en, value_zh = both(text)
    return {"key": key, "en": [label_en, value_en], "zh": [label_zh, value_zh]}


def _tags(*texts: str) -> dict[str, list[str]]:
    pairs = [both(text) for text in texts]
    # A dict keeps the first of repeated words, in order.
    merged = [dict.fromkeys(word for pair in pairs for word in word_list(pair[side])) for side in (0, 1)]
    return {"en": list(merged[0]), "zh": list(merged[1])}


def _variant_rows(rng: Random, product_id: int, slug: str, entry: Row, ids: Any) -> list[Row]:
    names = read_data("options")["names"]
    choices = {name: _values(written) for name, written in entry["options"].items()}
    rows = []
    for values in combinations(*choices.values()):
        options = dict(zip(choices, values, strict=True))
        dollars = entry["price"] + sum(entry.get("dearer", {}).get(value, 0) for value in values)
        rows.append(
            {
                "id": next(ids),
                "sku": "-".join([slug, *values]).replace(" ", "").upper(),
                "product_id": product_id,
                "options": options,
                "options_zh": {names[name]: _in_chinese(value) for name, value in options.items()},
                "price_cents": round(dollars * 100),
                "currency": "USD",
                "stock": _stock(rng, options),
            }
        )
    return rows


def _values(written: str | list[str]) -> list[str]:
    """``["S", "M"]`` as it is; ``"S-XL"`` as all sizes of its scale between the two."""
    if isinstance(written, list):
        return written
    first, last = written.split("-")
    scale = next(scale for scale in read_data("options")["scales"] if first in scale and last in scale)
    return list(scale[scale.index(first) : scale.index(last) + 1])


def _in_chinese(value: str) -> str:
    return str(read_data("options")["values"].get(value, value))


def _stock(rng: Random, options: Row) -> int:
    stock = 0 if rng.random() < _SOLD_OUT_SHARE else rng.randint(1, _MOST_STOCK)
    return _MOST_STOCK if options.get("format") in DIGITAL_FORMATS else stock


def _companions(slug: str, entry: Row, category: Row, entries: dict[str, Row]) -> tuple[str, ...]:
    """The products often bought with this one; the lists name products or whole categories."""
    wanted: list[str] = entry.get("goes_with") or category["goes_with"]
    return tuple(
        other for name in wanted for other, o in entries.items() if other != slug and name in (other, o["category"])
    )
