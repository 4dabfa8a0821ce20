"""Products as the widget's cards show them."""

from __future__ import annotations

from typing import Any

from shop.catalogue import ProductQuery, ProductView, VariantView, matching_variants


def product_card(product: ProductView, query: ProductQuery | None = None) -> dict[str, Any]:
    """The card's data; the price is that of the cheapest variant meeting the wish."""
    wished = matching_variants(product, query) if query else ()
    shown = wished or product.available or product.variants
    cheapest = min(shown, key=lambda variant: variant.price.cents)
    return {
        "id": product.id,
        "name": product.name,
        "price": cheapest.price.as_json(),
        "options_text": cheapest.options_text if wished and _narrowed(query) else _choice_text(product.available),
        "in_stock": bool(product.available),
        "url": f"/products/{product.id}",
        "image": product.image,
        "rating": round(product.rating, 1) if product.rating else None,
        "review_count": product.review_count,
    }


def price_text(product: ProductView) -> str:
    """``$59.00``, or ``$59.00 – $79.00`` where the variants differ."""
    low, high = product.lowest_price, product.highest_price
    return str(low) if low == high else f"{low} – {high}"


def sizes_in_stock(product: ProductView) -> list[str]:
    """The sizes in stock, in the order of the catalogue."""
    return list(dict.fromkeys(variant.size_text for variant in product.available if variant.size))


def _narrowed(query: ProductQuery | None) -> bool:
    return query is not None and bool(query.size or query.colour)


def _choice_text(variants: tuple[VariantView, ...]) -> str:
    """The values a shopper chooses from: ``S, M, L``."""
    sizes = dict.fromkeys(variant.size_text or variant.options_text for variant in variants)
    return ", ".join(size for size in sizes if size)
