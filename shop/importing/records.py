"""What readers hand to savers: records by the shop's own ids, with the values of the columns the file gives.

A column that a record does not name keeps what is stored, or its default where the record is new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shop.errors import BadInput

#: Where in a record, as pydantic says it: ``("items", 0, "sku")``.
Loc = tuple[int | str, ...]


@dataclass(frozen=True)
class ProductRecord:
    """A product and its variants by SKU, in order."""

    external_id: str
    values: dict[str, Any]
    variants: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True)
class CustomerRecord:
    """A customer; ``addresses`` None leaves those that are stored. Payment methods are by their own id."""

    external_id: str
    values: dict[str, Any]
    addresses: tuple[dict[str, Any], ...] | None = None
    payment_methods: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass(frozen=True)
class OrderRecord:
    """An order; items are (SKU, values), payments (id of the payment method, values)."""

    number: str
    customer_id: str
    values: dict[str, Any]
    items: tuple[tuple[str, dict[str, Any]], ...]
    shipments: tuple[dict[str, Any], ...] | None = None
    payments: tuple[tuple[str, dict[str, Any]], ...] | None = None


@dataclass(frozen=True)
class ReviewRecord:
    """A review of a product, by a customer or by nobody known."""

    external_id: str
    product_id: str
    customer_id: str | None
    values: dict[str, Any]


@dataclass(frozen=True)
class EventRecord:
    """What a customer did with a product."""

    external_id: str
    product_id: str
    customer_id: str
    values: dict[str, Any]


Record = ProductRecord | CustomerRecord | OrderRecord | ReviewRecord | EventRecord


class RecordRefused(BadInput):
    """A record cannot be kept; ``loc`` says where in it the trouble lies."""

    def __init__(self, reason: str, loc: Loc = ()) -> None:
        super().__init__(reason)
        self.loc = loc


class Place(Protocol):
    """Where a record stands in its file."""

    def at(self, loc: Loc) -> str:
        """Where a part of the record stands, for people."""
        ...


@dataclass(frozen=True)
class Lines:
    """A record on one line of a CSV file or more; ``each`` names the list that has one line an element."""

    numbers: Sequence[int]
    each: str = ""

    def at(self, loc: Loc) -> str:
        """``"line 7"``."""
        if len(loc) > 1 and loc[0] == self.each and isinstance(loc[1], int):
            return f"line {self.numbers[loc[1]]}"
        return f"line {self.numbers[0]}"


@dataclass(frozen=True)
class JsonPath:
    """A record in a JSON file. ``names`` are the file's words where they differ from the record's; ``keys``
    are the keys of what is a list in the record and an object in the file."""

    base: str
    names: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def at(self, loc: Loc) -> str:
        """``"$.orders[3].items[0].sku"``."""
        path, owner = self.base, ""
        for part in loc:
            keyed = isinstance(part, int) and owner in self.keys
            step = self.keys[owner][int(part)] if keyed else part
            path, owner = path + self._step(step), str(step)
        return path

    def _step(self, part: int | str) -> str:
        if isinstance(part, int):
            return f"[{part}]"
        name = self.names.get(part, part)
        return f".{name}" if name.isidentifier() else f"[{name!r}]"


@dataclass(frozen=True)
class Entry:
    """A record and where it stands."""

    record: Record
    place: Place


@dataclass(frozen=True)
class Batch:
    """Records of one sort, to be saved after those of the batches before it."""

    sort: str
    entries: Sequence[Entry]
