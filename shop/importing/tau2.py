"""Reading a whole shop in the layout of tau2-bench's retail ``db.json``: products, users, orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shop.errors import BadInput
from shop.importing.json_files import read_json, repeated_key
from shop.importing.records import Batch, Entry, JsonPath, RecordRefused
from shop.importing.report import ImportReport, Refusal
from shop.importing.tau2_rows import Tau2Order, Tau2Product, Tau2User
from shop.importing.wording import check, shown

# A record's words -> the file's, for what is only found out while saving.
_NAMES = {
    "sku": "item_id",
    "number": "order_id",
    "customer_id": "user_id",
    "payments": "payment_history",
    "shipments": "fulfillments",
}


@dataclass(frozen=True)
class _Section:
    name: str
    sort: str
    model: type[Tau2Product | Tau2User | Tau2Order]
    id_field: str


# In the order they are saved: orders name products and customers.
_SECTIONS = (
    _Section("products", "products", Tau2Product, "product_id"),
    _Section("users", "customers", Tau2User, "user_id"),
    _Section("orders", "orders", Tau2Order, "order_id"),
)


def read_tau2(path: Path, currency: str, report: ImportReport) -> list[Batch]:
    """The products, customers and orders of a shop; those that cannot be used go into the report.

    The layout names no currency: ``currency`` is the shop's. Raises BadInput if the file as a whole cannot be
    read.
    """
    data = read_json(path)
    for section in _SECTIONS:
        if not isinstance(data, dict) or not isinstance(data.get(section.name), dict):
            raise BadInput(f'{path} must hold an object "{section.name}" of objects by id')
    if not any(data[section.name] for section in _SECTIONS):
        raise BadInput(f"{path} holds no product, user or order")
    return [Batch(section.sort, tuple(_entries(data, section, currency, report))) for section in _SECTIONS]


def _entries(data: dict[str, Any], section: _Section, currency: str, report: ImportReport) -> Iterator[Entry]:
    found = data[section.name]
    for key, value in found.items():
        place = JsonPath(JsonPath("$").at((section.name, key)), _NAMES, _keys(value))
        refusals = _repeated(found, key, value, place) or _misplaced(section, key, value, place)
        row = None
        if not refusals:
            row, refusals = check(section.model, value, place)
        if row is not None:
            try:
                yield Entry(row.record(currency), place)
            except RecordRefused as refused:
                refusals = [Refusal(place.at(refused.loc), str(refused))]
        if refusals:
            report.refuse(section.sort, refusals)


def _keys(value: Any) -> dict[str, list[str]]:
    parts = {name: value.get(name) for name in ("variants", "payment_methods")} if isinstance(value, dict) else {}
    return {name: list(part) for name, part in parts.items() if isinstance(part, dict)}


def _repeated(found: Any, key: str, value: Any, place: JsonPath) -> list[Refusal]:
    if key in found.repeated:
        return [Refusal(place.at(()), "this id stands more than once in the file")]
    repeated = repeated_key(value)
    return [Refusal(place.at(repeated[0]), f"the key {repeated[1]!r} stands there twice")] if repeated else []


def _misplaced(section: _Section, key: str, value: Any, place: JsonPath) -> list[Refusal]:
    given = value.get(section.id_field, key) if isinstance(value, dict) else key
    if given == key:
        return []
    return [
        Refusal(place.at((section.id_field,)), f"{section.id_field} is {shown(given)}, but it stands under {key!r}")
    ]
