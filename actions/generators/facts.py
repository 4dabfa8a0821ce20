"""What a writer may say of a product: its facts, taken from the catalogue, in one language at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shop.money import Money
from shop.tables import Product

LANGUAGES = ("en", "zh")
YES = frozenset({"yes", "是", "有", "支持", "可以", "可"})
_NEGATIVE_VALUES = frozenset(
    {"no", "none", "无弹", "not included", "n/a", "-", "否", "无", "没有", "不支持", "不含", "不可以"}
)


@dataclass(frozen=True)
class Fact:
    """One line of a product's data: ``Fact("weight", "Weight", "420 g")``."""

    key: str
    label: str
    value: str

    @property
    def is_negative(self) -> bool:
        """Whether the fact says that the product lacks something ("Hood: no")."""
        return self.value.strip().lower() in _NEGATIVE_VALUES


@dataclass(frozen=True)
class LocalFacts:
    """The facts of one product in one language. Prices, options, rating and reviews are those of this moment."""

    product_id: int
    language: str
    department: str
    name: str
    brand: str
    category: str
    facts: tuple[Fact, ...]
    tags: tuple[str, ...]
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()  # ("colour", ("navy", "olive")), in stock
    lowest_price: Money | None = None
    highest_price: Money | None = None
    rating: float | None = None  # mean stars, one decimal
    review_count: int = 0
    in_stock: bool = False

    def lasting(self) -> LocalFacts:
        """Without what changes by the hour; a text written ahead is written from these alone."""
        return LocalFacts(
            self.product_id,
            self.language,
            self.department,
            self.name,
            self.brand,
            self.category,
            self.facts,
            self.tags,
        )

    def value_of(self, key: str) -> str:
        """The value of one fact, empty when the product has none."""
        return next((fact.value for fact in self.facts if fact.key == key), "")


@dataclass(frozen=True)
class ProductFacts:
    """The facts of one product in every language the shop has."""

    product_id: int
    by_language: tuple[LocalFacts, ...]

    @classmethod
    def of(cls, product: Product, rating: float | None = None, review_count: int = 0) -> ProductFacts:
        """Read a product's row. ``rating`` is the mean of its stars, or None without reviews."""
        shown = None if rating is None else round(rating, 1)
        return cls(product.id, tuple(_local(product, language, shown, review_count) for language in LANGUAGES))

    def for_language(self, language: str) -> LocalFacts:
        """The facts in one language; English where the shop does not have it."""
        return next((facts for facts in self.by_language if facts.language == language), self.by_language[0])

    @property
    def fingerprint(self) -> str:
        """64 hex digits that change when, and only when, a lasting fact changes in any language."""
        parts = [_plain(facts.lasting()) for facts in self.by_language]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _plain(facts: LocalFacts) -> list[Any]:
    rows = [[fact.key, fact.label, fact.value] for fact in facts.facts]
    return [facts.language, facts.department, facts.name, facts.brand, facts.category, rows, list(facts.tags)]


def _local(product: Any, language: str, rating: float | None, review_count: int) -> LocalFacts:
    chinese = language == "zh"
    in_stock = [variant for variant in product.variants if variant.stock > 0]
    prices = sorted((variant.price_cents, variant.currency) for variant in in_stock or product.variants)
    return LocalFacts(
        product_id=product.id,
        language=language,
        department=product.department,
        name=(chinese and product.name_zh) or product.name_en,
        brand=product.brand,
        category=(chinese and product.category_zh) or product.category_en,
        facts=tuple(Fact(f["key"], *f[language]) for f in product.facts if language in f),
        tags=tuple(product.tags.get(language, ())),
        options=_options((v.options_zh if chinese and v.options_zh else v.options) for v in in_stock),
        lowest_price=Money.from_cents(*prices[0]) if prices else None,
        highest_price=Money.from_cents(*prices[-1]) if prices else None,
        rating=rating,
        review_count=review_count,
        in_stock=bool(in_stock),
    )


def _options(rows: Iterable[dict[str, str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every value of every option in stock, in the order of the variants, once each."""
    values: dict[str, dict[str, None]] = {}
    for row in rows:
        for name, value in row.items():
            values.setdefault(name, {})[str(value)] = None
    return tuple((name, tuple(found)) for name, found in values.items())
