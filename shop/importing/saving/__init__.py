"""Writing records to the tables: what is new is added, what differs is changed, what cannot be kept refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy.orm import Session

from shop.importing.records import Record
from shop.importing.report import Outcome
from shop.importing.saving.activity import EventSaver, ReviewSaver
from shop.importing.saving.customers import CustomerSaver
from shop.importing.saving.orders import OrderSaver
from shop.importing.saving.products import ProductSaver


class Saver(Protocol):
    """Saves records of one sort. It checks all of a record before it writes any of it."""

    def save(self, record: Any) -> Outcome:
        """Write one record. Raises RecordRefused, nothing written, if it cannot be kept."""
        ...


_SAVERS = {
    "products": ProductSaver,
    "customers": CustomerSaver,
    "orders": OrderSaver,
    "reviews": ReviewSaver,
    "events": EventSaver,
}


def saver_for(sort: str, session: Session, records: Sequence[Record]) -> Saver:
    """The saver of a sort of records, with what the tables already hold of them."""
    make: Any = _SAVERS[sort]
    saver: Saver = make(session, records)
    return saver
