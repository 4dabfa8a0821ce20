"""What the shop sells: looking products up and finding them by need and limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.errors import NotFound
from shop.money import Money
from shop.tables import Product, Review, Variant
from shop.vocabulary import mentions, normal_size, same_colour, stems


@dataclass(frozen=True)
class VariantView:
    """One buyable form of a product, as it is shown in one language."""

    id: int
    options: dict[str, str]  # by the language's own option names
    size: str
    colours: tuple[str, ...]  # its colour word in every language the shop has
    price: Money
    stock: int

    @property
    def options_text(self) -> str:
        """``"M, navy"``."""
        return ", ".join(self.options.values())


@dataclass(frozen=True)
class ProductView:
    """A product as it is shown in one language."""

    id: int
    external_id: str
    name: str
    names: tuple[str, ...]  # in every language
    brand: str
    category: str
    category_en: str
    department: str
    facts: tuple[tuple[str, str], ...]
    image: str
    variants: tuple[VariantView, ...]
    words: str  # everything it may be asked for by, in every language
    rating: float | None = None
    review_count: int = 0

    @property
    def lowest_price(self) -> Money:
        """The lowest price of a variant in stock, or of any when none is."""
        return min((v.price for v in self.available or self.variants), key=lambda price: price.cents)

    @property
    def highest_price(self) -> Money:
        """The highest price of a variant in stock, or of any when none is."""
        return max((v.price for v in self.available or self.variants), key=lambda price: price.cents)

    @property
    def available(self) -> tuple[VariantView, ...]:
        """The variants in stock."""
        return tuple(variant for variant in self.variants if variant.stock > 0)


@dataclass(frozen=True)
class ProductQuery:
    """What a shopper looks for. Prices are whole cents."""

    product: str = ""
    attributes: tuple[str, ...] = ()
    colour: str = ""
    size: str = ""
    min_price_cents: int | None = None
    max_price_cents: int | None = None

    def without(self, *fields: str) -> ProductQuery:
        """The same wish with some limits dropped."""
        empty = ProductQuery()
        return replace(self, **{name: getattr(empty, name) for name in fields})


@dataclass(frozen=True)
class SearchResult:
    """What was found, best first, and which limits had to be dropped to find anything."""

    products: tuple[ProductView, ...]
    dropped: tuple[str, ...] = ()
    query: ProductQuery = field(default_factory=ProductQuery)


# Which limits give way, in turn, when nothing meets them all. What the thing is never does.
_RELAXATIONS: tuple[tuple[str, ...], ...] = (
    (),
    ("colour",),
    ("max_price_cents", "min_price_cents"),
    ("attributes",),
    ("size",),
    ("colour", "max_price_cents", "min_price_cents"),
    ("colour", "attributes", "max_price_cents", "min_price_cents", "size"),
)


def find_products(session: Session, query: ProductQuery, language: str) -> SearchResult:
    """Products in stock that meet a wish, best rated first; when none does, those that come nearest."""
    everything = list_products(session, language)
    tried = set()
    for dropped in _RELAXATIONS:
        relaxed = query.without(*dropped)
        if relaxed in tried:
            continue
        tried.add(relaxed)
        found = [product for product in everything if _meets(product, relaxed)]
        if found:
            lost = tuple(name for name in dropped if getattr(query, name) != getattr(relaxed, name))
            return SearchResult(tuple(sorted(found, key=lambda p: _rank(p, query))), lost, query)
    return SearchResult((), (), query)


def matching_variants(product: ProductView, query: ProductQuery) -> tuple[VariantView, ...]:
    """The variants in stock that meet a wish's size, colour and price."""
    return tuple(variant for variant in product.available if _variant_meets(variant, query))


def named_products(session: Session, mention: str, language: str) -> tuple[ProductView, ...]:
    """The products a mention may mean, sold out ones included: the fullest match of a name first."""
    products = [product for product in list_products(session, language) if mentions(mention, product.words)]
    in_name = [product for product in products if any(mentions(mention, name) for name in product.names)]
    return tuple(in_name or products)


def spoken_of(session: Session, text: str) -> str:
    """The kind of thing a text speaks of, by the catalogue's own words: the longest category or tag in it."""
    rows = session.execute(select(Product.category_en, Product.category_zh, Product.tags).where(Product.active == 1))
    words = {word for en, zh, tags in rows for word in (en, zh, *(t for group in tags.values() for t in group))}
    chinese = [word for word in words if len(word) > 1 and not stems(word) and word in text]
    present = set(stems(text))
    english = [word for word in words if stems(word) and present.issuperset(stems(word))]
    return max(chinese + english, key=len, default="")


def list_products(session: Session, language: str) -> tuple[ProductView, ...]:
    """All active products with their ratings."""
    ratings = _ratings(session)
    rows = session.scalars(select(Product).where(Product.active == 1).order_by(Product.id))
    return tuple(_view(row, language, ratings) for row in rows)


def get_products(session: Session, ids: Iterable[int], language: str) -> tuple[ProductView, ...]:
    """The named products in the order asked for; unknown ids are left out."""
    wanted = list(ids)
    ratings = _ratings(session, wanted)
    rows = {row.id: row for row in session.scalars(select(Product).where(Product.id.in_(wanted)))}
    return tuple(_view(rows[id_], language, ratings) for id_ in wanted if id_ in rows)


def get_product(session: Session, product_id: int, language: str) -> ProductView:
    """One product. Raises NotFound."""
    found = get_products(session, [product_id], language)
    if not found:
        raise NotFound(f"there is no product {product_id}")
    return found[0]


def _meets(product: ProductView, query: ProductQuery) -> bool:
    if query.product and not mentions(query.product, product.words):
        return False
    if not all(mentions(attribute, product.words) for attribute in query.attributes):
        return False
    return bool(matching_variants(product, query))


def _variant_meets(variant: VariantView, query: ProductQuery) -> bool:
    if query.size and normal_size(query.size) != normal_size(variant.size):
        return False
    if query.colour and not same_colour(query.colour, *variant.colours):
        return False
    if query.min_price_cents is not None and variant.price.cents < query.min_price_cents:
        return False
    return query.max_price_cents is None or variant.price.cents <= query.max_price_cents


def _rank(product: ProductView, query: ProductQuery) -> tuple[bool, bool, float, int]:
    is_kind = mentions(query.product, " ".join((product.category, product.category_en)))
    named = any(mentions(query.product, name) for name in product.names)
    # A mean shrunk to 3.5 stars of ten imagined reviews, so that one five-star review does not lead.
    shrunk = ((product.rating or 0) * product.review_count + 35) / (product.review_count + 10)
    return (not is_kind, not named, -shrunk, product.id)


def _ratings(session: Session, ids: list[int] | None = None) -> dict[int, tuple[float, int]]:
    query = select(Review.product_id, func.avg(Review.stars), func.count()).group_by(Review.product_id)
    if ids is not None:
        query = query.where(Review.product_id.in_(ids))
    return {product_id: (float(mean), count) for product_id, mean, count in session.execute(query)}


def _view(row: Any, language: str, ratings: dict[int, tuple[float, int]]) -> ProductView:
    rating, count = ratings.get(row.id, (None, 0))
    facts = tuple((fact[language][0], fact[language][1]) for fact in row.facts if language in fact)
    chinese = language == "zh"
    return ProductView(
        id=row.id,
        external_id=row.external_id,
        name=(chinese and row.name_zh) or row.name_en,
        names=(row.name_en, row.name_zh),
        brand=row.brand,
        category=(chinese and row.category_zh) or row.category_en,
        category_en=row.category_en,
        department=row.department,
        facts=facts,
        image=row.image,
        variants=tuple(_variant_view(variant, chinese) for variant in row.variants),
        words=_words(row),
        rating=rating,
        review_count=count,
    )


def _variant_view(row: Variant, chinese: bool) -> VariantView:
    options = row.options_zh if chinese and row.options_zh else row.options
    size = next((row.options[key] for key in ("size", "capacity", "format") if key in row.options), "")
    colours = tuple(str(o[key]) for o, key in ((row.options, "colour"), (row.options_zh, "颜色")) if key in o)
    price = Money.from_cents(row.price_cents, row.currency)
    return VariantView(row.id, dict(options), str(size), colours, price, row.stock)


def _words(row: Any) -> str:
    parts = [row.brand, row.name_en, row.name_zh, row.category_en, row.category_zh, row.department]
    parts += [tag for tags in row.tags.values() for tag in tags]
    # Only the values: "Waterproof: no" must not make a product findable as waterproof.
    parts += [fact[language][1] for fact in row.facts for language in ("en", "zh") if language in fact]
    return " ".join(str(part) for part in parts)
