"""What the demo shop's pages show of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.catalogue import ProductView, get_product, get_products
from shop.errors import NotFound
from shop.tables import Product, ProductCopy, Review
from web.demo.illustrations import spare_colour

DEPARTMENTS = ("clothing", "electronics", "books", "home")
_FRONT_PER_DEPARTMENT = 4
_REVIEWS_SHOWN = 6
_DAY = {"en": "%-d %B %Y", "zh": "%Y年%-m月%-d日"}


@dataclass(frozen=True)
class Tile:
    """A product on a shelf."""

    id: int
    name: str
    brand: str
    price: str
    has_range: bool
    image: str
    rating: float | None
    review_count: int
    in_stock: bool


@dataclass(frozen=True)
class Page:
    """A product on its own page."""

    tile: Tile
    description: str
    facts: tuple[tuple[str, str], ...]
    options: dict[str, list[str]]
    reviews: list[ReviewLine]


@dataclass(frozen=True)
class ReviewLine:
    """What a customer wrote."""

    stars: int
    text: str
    day: str
    language: str


def front(session: Session, language: str) -> dict[str, list[Tile]]:
    """A few well-liked products of each department, each of another category."""
    return {
        department: _tiles(session, _liked(session, department)[:_FRONT_PER_DEPARTMENT], language)
        for department in DEPARTMENTS
    }


def department(session: Session, name: str, language: str) -> list[Tile]:
    """All products of a department. Raises NotFound."""
    if name not in DEPARTMENTS:
        raise NotFound(f"there is no department {name!r}")
    ids = session.scalars(
        select(Product.id)
        .where(Product.department == name, Product.active == 1)
        .order_by(Product.category_en, Product.id)
    )
    return _tiles(session, list(ids), language)


def product_page(session: Session, product_id: int, language: str) -> Page:
    """Everything a product's page shows. Raises NotFound."""
    product = get_product(session, product_id, language)
    copy = session.scalars(
        select(ProductCopy.text).where(ProductCopy.product_id == product_id, ProductCopy.language == language)
    ).first()
    return Page(_tile(product), copy or "", product.facts, _options(product), _reviews(session, product_id, language))


def _liked(session: Session, department_name: str) -> list[int]:
    """The most reviewed product of each category, the best first."""
    score = func.count(Review.id)
    query = (
        select(Product.id, Product.category_en)
        .outerjoin(Review, Review.product_id == Product.id)
        .where(Product.department == department_name, Product.active == 1)
        .group_by(Product.id, Product.category_en)
        .order_by(score.desc(), Product.id)
    )
    first_of: dict[str, int] = {}
    for product_id, category in session.execute(query):
        first_of.setdefault(category, product_id)
    return list(first_of.values())


def _tiles(session: Session, ids: list[int], language: str) -> list[Tile]:
    return [_tile(product) for product in get_products(session, ids, language)]


def _tile(product: ProductView) -> Tile:
    colours = [variant.colours[0] for variant in (product.available or product.variants) if variant.colours]
    colour = colours[product.id % len(colours)] if colours else spare_colour(product.id)
    return Tile(
        id=product.id,
        name=product.name,
        brand=product.brand,
        price=str(product.lowest_price),
        has_range=product.lowest_price.cents != product.highest_price.cents,
        image=f"{product.image}?colour={quote(colour)}" if product.image.startswith("/static/demo/") else product.image,
        rating=product.rating,
        review_count=product.review_count,
        in_stock=bool(product.available),
    )


def _options(product: ProductView) -> dict[str, list[str]]:
    """The values of each option, in order, without repeats."""
    found: dict[str, dict[str, None]] = {}
    for variant in product.variants:
        for name, value in variant.options.items():
            found.setdefault(name, {})[value] = None
    return {name: list(values) for name, values in found.items()}


def _reviews(session: Session, product_id: int, language: str) -> list[ReviewLine]:
    """The newest, those in the visitor's language first."""
    query = select(Review).where(Review.product_id == product_id)
    query = query.order_by(Review.language != language, Review.created_at.desc()).limit(_REVIEWS_SHOWN)
    return [
        ReviewLine(row.stars, row.text, row.created_at.strftime(_DAY[language]), row.language)
        for row in session.scalars(query)
    ]
