"""What the shop sells: looking products up and finding them by need and limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.errors import NotFound
from shop.money import Money
from shop.naming import as_written, is_called, joined, stands_in
from shop.tables import Product, Review, Variant
from shop.vocabulary import has_cjk, mentions, normal_size, same_colour


@dataclass(frozen=True)
class VariantView:
    """One buyable form of a product, as it is shown in one language."""

    id: int
    options: dict[str, str]  # by the language's own option names
    size: str  # as it is compared, in English; empty for what has none
    size_text: str  # as it is shown
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
    categories: tuple[str, ...]  # in every language
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


# Which limits give way when nothing meets them all: as few as possible, and of as many the first in this list.
# What the thing is never does.
_LIMITS = (("colour",), ("max_price_cents", "min_price_cents"), ("attributes",), ("size",))
_RELAXATIONS = tuple(
    tuple(name for limit in limits for name in limit)
    for number in range(len(_LIMITS) + 1)
    for limits in combinations(_LIMITS, number)
)


def find_products(session: Session, query: ProductQuery, language: str) -> SearchResult:
    """Products in stock that meet a wish, best rated first; when none does, those that come nearest."""
    candidates = get_products(session, _ids_called(session, query.product), language)
    tried = set()
    for dropped in _RELAXATIONS:
        relaxed = query.without(*dropped)
        if relaxed in tried:
            continue
        tried.add(relaxed)
        found = [product for product in candidates if _meets(product, relaxed)]
        if found:
            lost = tuple(name for name in dropped if getattr(query, name) != getattr(relaxed, name))
            if "max_price_cents" in lost:  # nearest to the budget first
                found.sort(key=lambda product: product.lowest_price.cents)
            else:
                found.sort(key=lambda product: _rank(product, query))
            return SearchResult(tuple(found), lost, query)
    return SearchResult((), (), query)


def matching_variants(product: ProductView, query: ProductQuery) -> tuple[VariantView, ...]:
    """The variants in stock that meet a wish's size, colour and price."""
    return tuple(variant for variant in product.available if _variant_meets(variant, query))


def named_products(session: Session, mention: str, language: str) -> tuple[ProductView, ...]:
    """The products a mention may mean, sold out ones included: the fullest match of a name first."""
    products = get_products(session, _ids_called(session, mention), language)
    in_name = [product for product in products if is_called(mention, *product.names)]
    return tuple(in_name) or products


def products_called(session: Session, mention: str, language: str) -> tuple[ProductView, ...]:
    """All products that a mention names or is the kind of, sold out ones included."""
    products = get_products(session, _ids_called(session, mention), language)
    called = [product for product in products if is_called(mention, *product.names, *product.categories)]
    return tuple(called) or products


def spoken_of(session: Session, text: str) -> str:
    """The kind of thing a text speaks of, by the catalogue's own words: the longest category or tag in it."""
    rows = session.execute(select(Product.category_en, Product.category_zh, Product.tags).where(Product.active == 1))
    kinds = [(en, zh, tags) for en, zh, tags in rows]
    words = {word for en, zh, tags in kinds for word in (en, zh, *(t for group in tags.values() for t in group))}
    # "T恤" must stand there as it is: the "t" alone is in every "don't".
    chinese = [word for word in words if len(word) > 1 and has_cjk(word) and word.lower() in text.lower()]
    english = [word for word in words if not has_cjk(word) and stands_in(word, text)]
    # A shop may have no tags: there a "speaker" is a bluetooth speaker by the last word of its category.
    last_words = {en.split()[-1] for en, _, _ in kinds if en} if not chinese + english else ()
    english += [word for word in last_words if len(word) >= _TELLING_WORD and stands_in(word, text)]
    return max(chinese + english, key=len, default="")


#: Shorter last words of categories are part of too much else ("in that case", "my bank").
_TELLING_WORD = 5


def list_products(session: Session, language: str) -> tuple[ProductView, ...]:
    """All active products with their ratings."""
    return _load(session, language, Product.active == 1)


def get_products(session: Session, ids: Iterable[int], language: str) -> tuple[ProductView, ...]:
    """The named products in the order asked for; unknown ids are left out."""
    wanted = list(ids)
    found = {product.id: product for product in _load(session, language, Product.id.in_(wanted))}
    return tuple(found[product_id] for product_id in wanted if product_id in found)


def get_product(session: Session, product_id: int, language: str) -> ProductView:
    """One product. Raises NotFound."""
    found = get_products(session, [product_id], language)
    if not found:
        raise NotFound(f"there is no product {product_id}")
    return found[0]


#: The columns whose words a product may be asked for by.
_SEARCHED = (
    Product.id,
    Product.brand,
    Product.name_en,
    Product.name_zh,
    Product.category_en,
    Product.category_zh,
    Product.department,
    Product.tags,
    Product.facts,
)


def ratings_of(session: Session, product_ids: Any) -> dict[int, tuple[float, int]]:
    """The mean of the stars (1 to 5) and how many reviews, of each product that has any.

    ``product_ids``: a list, or a query that selects them.
    """
    stars = select(Review.product_id, func.avg(Review.stars), func.count()).where(Review.product_id.in_(product_ids))
    return {id_: (float(mean), n) for id_, mean, n in session.execute(stars.group_by(Review.product_id))}


def _ids_called(session: Session, mention: str) -> list[int]:
    """The active products a mention fits. Reads words only: whole products are ten times dearer to load."""
    rows = session.execute(select(*_SEARCHED).where(Product.active == 1).order_by(Product.id))
    fitting = [(row.id, words) for row in rows if mentions(mention, words := _words(row)) or not mention]
    # "speakers" are not misspelt "sneakers" where there are speakers.
    exactly = [product_id for product_id, words in fitting if as_written(mention, words)]
    return exactly or [product_id for product_id, _ in fitting]


def _meets(product: ProductView, query: ProductQuery) -> bool:
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


# Columns, not mapped objects: a turn reads hundreds of rows and changes none, and this is three times faster.
_VIEWED = (*_SEARCHED, Product.external_id, Product.image)


def _load(session: Session, language: str, wanted: Any) -> tuple[ProductView, ...]:
    chosen = select(Product.id).where(wanted)
    rows = session.execute(select(*_VIEWED).where(wanted).order_by(Product.id)).all()
    ratings = ratings_of(session, chosen)
    variants: dict[int, list[VariantView]] = {}
    for row in session.execute(select(*_VARIANT).where(Variant.product_id.in_(chosen)).order_by(Variant.id)):
        variants.setdefault(row.product_id, []).append(_variant_view(row, language == "zh"))
    return tuple(_view(row, language, tuple(variants.get(row.id, ())), *ratings.get(row.id, (None, 0))) for row in rows)


def _view(
    row: Any, language: str, variants: tuple[VariantView, ...], rating: float | None, review_count: int
) -> ProductView:
    chinese = language == "zh"
    return ProductView(
        id=row.id,
        external_id=row.external_id,
        name=(chinese and row.name_zh) or row.name_en,
        names=(row.name_en, row.name_zh),
        brand=row.brand,
        category=(chinese and row.category_zh) or row.category_en,
        category_en=row.category_en,
        categories=(row.category_en, row.category_zh),
        department=row.department,
        facts=tuple((fact[language][0], fact[language][1]) for fact in row.facts if language in fact),
        image=row.image,
        variants=variants,
        words=_words(row),
        rating=rating,
        review_count=review_count,
    )


_VARIANT = (
    Variant.id,
    Variant.product_id,
    Variant.options,
    Variant.options_zh,
    Variant.price_cents,
    Variant.currency,
    Variant.stock,
)


def _variant_view(row: Any, chinese: bool) -> VariantView:
    options = row.options_zh if chinese and row.options_zh else row.options
    sized = next((key for key in ("size", "capacity", "format") if key in row.options), None)
    size = str(row.options[sized]) if sized else ""
    # The languages list a variant's options in the same order under names of their own.
    shown = (
        list(options.values())[list(row.options).index(sized)] if sized and len(options) == len(row.options) else size
    )
    named = ((row.options, "colour"), (row.options, "color"), (row.options_zh, "颜色"))
    colours = tuple(str(group[key]) for group, key in named if key in group)
    price = Money.from_cents(row.price_cents, row.currency)
    return VariantView(row.id, dict(options), size, str(shown), colours, price, row.stock)


def _words(row: Any) -> str:
    parts = [row.brand, row.name_en, row.name_zh, row.category_en, row.category_zh, row.department]
    parts += [joined(word) for part in parts for word in str(part).split() if "-" in word]
    parts += [tag for tags in row.tags.values() for tag in tags]
    # Only the values: "Waterproof: no" must not make a product findable as waterproof.
    parts += [fact[language][1] for fact in row.facts for language in ("en", "zh") if language in fact]
    return " ".join(str(part) for part in parts)
