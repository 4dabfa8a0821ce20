"""Product descriptions written ahead, and what they are written from."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import NotFound
from shop.tables import Product, ProductCopy


def get_product_row(session: Session, product_id: int) -> Product:
    """The product with its variants and copies. Raises NotFound."""
    product = session.get(Product, product_id)
    if product is None:
        raise NotFound(f"there is no product {product_id}")
    return product


def list_product_rows(session: Session) -> Iterable[Product]:
    """All products that are sold, by id, with their variants and copies."""
    return session.scalars(select(Product).where(Product.active == 1).order_by(Product.id))


def keep_copy(session: Session, product_id: int, language: str, text: str, writer: str, fingerprint: str) -> None:
    """Keep a description in place of the earlier one; ``fingerprint`` is that of the facts it was written from."""
    query = select(ProductCopy).where(ProductCopy.product_id == product_id, ProductCopy.language == language)
    row = session.scalars(query).one_or_none()
    if row is None:
        row = ProductCopy(product_id=product_id, language=language)
        session.add(row)
    row.text, row.writer, row.facts_fingerprint, row.created_at = text, writer, fingerprint, now()
