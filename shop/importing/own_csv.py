"""Aisle's own CSV layouts: which columns they have, and how lines become the rows of ``rows.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from shop.importing import rows
from shop.importing.records import RecordRefused
from shop.importing.wording import shown

Cells = Mapping[str, str]

_ADDRESS = ("line1", "line2", "city", "region", "postcode", "country")
_OPTION, _OPTION_ZH = "option.", "option_zh."


@dataclass(frozen=True)
class CsvLayout:
    """Columns of one kind of file. Lines with the same ``id_column`` are one record if ``each`` names a list
    (``"variants"``, ``"items"``) with one line an element; ``line_columns`` are then those of an element.
    """

    id_column: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    nest: Callable[[Cells, Sequence[Cells]], dict[str, Any]]
    each: str = ""
    line_columns: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # a row's field -> its column, where they differ

    def knows(self, column: str) -> bool:
        """Whether the layout has this column."""
        return column in self.columns or (self.each == "variants" and column.startswith((_OPTION, _OPTION_ZH)))

    def of_record(self, column: str) -> bool:
        """Whether a column speaks of the whole record, not of one line."""
        return column in self.columns and column not in self.line_columns


def _pick(model: type[BaseModel], cells: Cells, **names: str) -> dict[str, Any]:
    """The cells that fill a model's plain fields, by alias; ``names`` maps an alias to another column's name.

    An empty cell is passed on where it may clear a text, and left out where there is no value to take.
    """
    found = {}
    for name, info in model.model_fields.items():
        alias = info.alias or name
        cell = cells.get(names.get(alias, alias))
        if cell or (cell == "" and info.default == ""):
            found[alias] = cell
    return found


def _any(cells: Cells, *columns: str) -> bool:
    return any(cells.get(column) for column in columns)


def _nest_product(head: Cells, lines: Sequence[Cells]) -> dict[str, Any]:
    product = _pick(rows.ProductRow, head)
    tags = {
        language: [tag.strip() for tag in head[f"tags_{language}"].replace("；", ";").split(";") if tag.strip()]
        for language in ("en", "zh")
        if f"tags_{language}" in head
    }
    if tags:
        product["tags"] = tags
    if "facts_en" in head or "facts_zh" in head:
        product["facts"] = _facts(head.get("facts_en", ""), head.get("facts_zh", ""))
    product["variants"] = [_variant(line) for line in lines]
    return product


def _variant(line: Cells) -> dict[str, Any]:
    variant = _pick(rows.VariantRow, line)
    for key, prefix in (("options", _OPTION), ("options_zh", _OPTION_ZH)):
        columns = [column for column in line if column.startswith(prefix)]
        if columns:
            variant[key] = {column.removeprefix(prefix): line[column] for column in columns if line[column]}
    return variant


def _facts(english: str, chinese: str) -> list[dict[str, Any]]:
    """``"Weight: 420 g; Fit: regular"``; the Chinese facts stand in the same order as the English ones."""
    en, zh = _parted("facts_en", english), _parted("facts_zh", chinese)
    if en and zh and len(en) != len(zh):
        raise RecordRefused(f"facts_en has {len(en)} facts and facts_zh {len(zh)}; they must match one by one")
    pairs = [{"en": fact} for fact in en] or [{} for _ in zh]
    pairs = [{**pair, "zh": fact} for pair, fact in zip(pairs, zh, strict=True)] if zh else pairs
    return [{"key": (pair.get("en") or pair["zh"])[0].lower().replace(" ", "_"), **pair} for pair in pairs]


def _parted(column: str, cell: str) -> list[list[str]]:
    facts = [part.strip() for part in cell.replace("；", ";").replace("：", ":").split(";") if part.strip()]
    for fact in facts:
        if ":" not in fact:
            raise RecordRefused(f"{column} holds {shown(fact)}, which is not like 'Weight: 420 g'")
    return [[side.strip() for side in fact.split(":", 1)] for fact in facts]


def _nest_customer(head: Cells, lines: Sequence[Cells]) -> dict[str, Any]:
    customer = _pick(rows.CustomerRow, head)
    if _any(head, *_ADDRESS):
        customer["addresses"] = [_pick(rows.AddressRow, head)]
    if _any(head, *_METHOD.values()):
        customer["payment_methods"] = [_pick(rows.PaymentMethodRow, head, **_METHOD)]
    return customer


_METHOD = {
    "payment_method_id": "payment_method_id",
    "kind": "payment_kind",
    "label": "payment_label",
    "last_four": "payment_last_four",
    "balance": "payment_balance",
}


def _nest_order(head: Cells, lines: Sequence[Cells]) -> dict[str, Any]:
    order = _pick(rows.OrderRow, head)
    order["address"] = _pick(rows.OrderAddress, head)
    order["items"] = [_pick(rows.OrderItemRow, line, state="item_state") for line in lines]
    if _any(head, *_SHIPMENT):
        order["shipments"] = [_pick(rows.ShipmentRow, head)]
    if _any(head, "payment_method_id", "paid", "refunded"):
        order["payments"] = _payments(head)
    return order


def _payments(head: Cells) -> list[dict[str, Any]]:
    paid = _pick(rows.PaymentRow, {key: head.get(key, "") for key in ("payment_method_id", "paid")})
    if not head.get("refunded"):
        return [paid]
    refund = _pick(rows.PaymentRow, head, at="refunded_at", paid="")
    return [refund] if "paid" not in paid else [paid, refund]


def _nest_plain(model: type[BaseModel]) -> Callable[[Cells, Sequence[Cells]], dict[str, Any]]:
    return lambda head, lines: _pick(model, head)


_SHIPMENT = ("carrier", "tracking_number", "expected_delivery_at", "delivered_at")
_PRODUCT = ("product_id", "name_en", "department", "category_en", "sku", "price", "currency", "stock")
_ORDER = ("number", "customer_id", "status", "placed_at", "currency")
_ORDER_NEEDS = (*_ORDER, "line1", "city", "country", "sku", "unit_price")
_REVIEW = ("review_id", "product_id", "stars", "text", "created_at")
_EVENT = ("event_id", "customer_id", "product_id", "kind", "at")

CSV_LAYOUTS = {
    "products": CsvLayout(
        id_column="product_id",
        columns=(
            *_PRODUCT,
            *("name_zh", "category_zh", "brand", "image", "active"),
            *("tags_en", "tags_zh", "facts_en", "facts_zh"),
        ),
        required=_PRODUCT,
        nest=_nest_product,
        each="variants",
        line_columns=("sku", "price", "currency", "stock"),
    ),
    "customers": CsvLayout(
        id_column="customer_id",
        columns=("customer_id", "email", "name", "phone", "language", "created_at", *_ADDRESS, *_METHOD.values()),
        required=("customer_id", "email", "name"),
        nest=_nest_customer,
        names=_METHOD,
    ),
    "orders": CsvLayout(
        id_column="number",
        columns=(
            *_ORDER,
            *("shipping", "cancelled_reason", "name", *_ADDRESS, "sku", "quantity", "unit_price", "item_state"),
            *_SHIPMENT,
            *("payment_method_id", "paid", "refunded", "refunded_at"),
        ),
        required=_ORDER_NEEDS,
        nest=_nest_order,
        each="items",
        line_columns=("sku", "quantity", "unit_price", "item_state"),
        names={"state": "item_state", "at": "refunded_at"},
    ),
    "reviews": CsvLayout(
        id_column="review_id",
        columns=(*_REVIEW, "customer_id", "language"),
        required=_REVIEW,
        nest=_nest_plain(rows.ReviewRow),
    ),
    "events": CsvLayout(id_column="event_id", columns=_EVENT, required=_EVENT, nest=_nest_plain(rows.EventRow)),
}
