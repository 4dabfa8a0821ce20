"""Saving products with their variants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shop.importing.records import ProductRecord, RecordRefused
from shop.importing.report import Outcome
from shop.importing.saving.rows import assign, rows_by
from shop.tables import OrderItem, Product, Variant


class ProductSaver:
    """Saves products by their external id and variants by their SKU.

    A variant that the file does not name stays: orders may hold it.
    """

    def __init__(self, session: Session, records: Sequence[ProductRecord]) -> None:
        self._session = session
        self._products = rows_by(session, Product.external_id, (record.external_id for record in records))
        skus = (sku for record in records for sku, _ in record.variants)
        self._variants = rows_by(session, Variant.sku, skus)

    def save(self, record: ProductRecord) -> Outcome:
        """Write one product. Raises RecordRefused for another product's SKU and for mixed currencies."""
        product = self._products.get(record.external_id)
        self._check_skus(record)
        self._check_currencies(record, product)
        if product is None:
            product = Product(external_id=record.external_id, **record.values)
            self._session.add(product)
            self._products[record.external_id] = product
            self._save_variants(product, record)
            return "added"
        changed = assign(product, record.values)
        return "changed" if self._save_variants(product, record) or changed else "unchanged"

    def _save_variants(self, product: Any, record: ProductRecord) -> bool:
        changed = False
        for sku, values in record.variants:
            variant = self._variants.get(sku)
            if variant is None:
                variant = Variant(sku=sku, **values)
                product.variants.append(variant)
                self._variants[sku] = variant
                changed = True
            else:
                changed = assign(variant, values) or changed
        return changed

    def _check_skus(self, record: ProductRecord) -> None:
        for index, (sku, _) in enumerate(record.variants):
            variant = self._variants.get(sku)
            if variant is not None and variant.product.external_id != record.external_id:
                owner = variant.product.external_id
                raise RecordRefused(f"the SKU {sku!r} belongs to the product {owner!r}", ("variants", index, "sku"))

    def _check_currencies(self, record: ProductRecord, product: Any) -> None:
        stored = {variant.sku: variant.currency for variant in product.variants} if product else {}
        given = {sku: values["currency"] for sku, values in record.variants}
        found = sorted({*{**stored, **given}.values()})
        if len(found) > 1:
            raise RecordRefused(f"its variants would have prices in {' and '.join(found)}; one currency is needed")
        for index, (sku, _) in enumerate(record.variants):
            if stored.get(sku, given[sku]) != given[sku] and self._is_ordered(self._variants[sku]):
                reason = f"{sku!r} was ordered in {stored[sku]}; its currency can no longer become {given[sku]}"
                raise RecordRefused(reason, ("variants", index, "currency"))

    def _is_ordered(self, variant: Any) -> bool:
        return bool(self._session.scalar(select(exists().where(OrderItem.variant_id == variant.id))))
