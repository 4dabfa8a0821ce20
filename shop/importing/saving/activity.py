"""Saving what customers did: reviews and shopping events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from shop.importing.records import EventRecord, RecordRefused, ReviewRecord
from shop.importing.report import Outcome
from shop.importing.saving.rows import assign, ids_by, rows_by
from shop.tables import Customer, Product, Review, ShoppingEvent


class _ActivitySaver:
    """Saves rows that name a product and a customer, by their external id."""

    table: Any

    def __init__(self, session: Session, records: Sequence[ReviewRecord | EventRecord]) -> None:
        self._session = session
        self._rows = rows_by(session, self.table.external_id, (record.external_id for record in records))
        self._products = ids_by(session, Product.external_id, (record.product_id for record in records))
        customers = (record.customer_id for record in records if record.customer_id is not None)
        self._customers = ids_by(session, Customer.external_id, customers)

    def save(self, record: ReviewRecord | EventRecord) -> Outcome:
        """Write one. Raises RecordRefused for an unknown product or customer."""
        values = {**record.values, **self._references(record)}
        row = self._rows.get(record.external_id)
        if row is not None:
            return "changed" if assign(row, values) else "unchanged"
        row = self.table(external_id=record.external_id, **values)
        self._session.add(row)
        self._rows[record.external_id] = row
        return "added"

    def _references(self, record: ReviewRecord | EventRecord) -> dict[str, int]:
        if record.product_id not in self._products:
            raise RecordRefused(f"there is no product {record.product_id!r}", ("product_id",))
        found = {"product_id": self._products[record.product_id]}
        if record.customer_id is not None:
            if record.customer_id not in self._customers:
                raise RecordRefused(f"there is no customer {record.customer_id!r}", ("customer_id",))
            found["customer_id"] = self._customers[record.customer_id]
        return found


class ReviewSaver(_ActivitySaver):
    """Saves reviews."""

    table = Review


class EventSaver(_ActivitySaver):
    """Saves shopping events."""

    table = ShoppingEvent
