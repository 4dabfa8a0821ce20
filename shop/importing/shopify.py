"""Reading the product CSV that Shopify exports: several lines a product, one a variant or a further picture.

Columns as Shopify documents them: https://help.shopify.com/en/manual/products/import-export/using-csv
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from shop.importing.csv_files import Line, read_table
from shop.importing.grouping import Group, by_id, merge
from shop.importing.records import Batch, Entry, Lines
from shop.importing.report import ImportReport
from shop.importing.rows import ProductRow
from shop.importing.wording import check
from shop.vocabulary import has_cjk

_REQUIRED = (
    *("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Option1 Name", "Option1 Value"),
    *("Variant SKU", "Variant Price", "Variant Inventory Qty", "Image Src"),
)
_OPTIONS = ("Option1", "Option2", "Option3")
_OF_PRODUCT = frozenset(
    (
        *("Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published", "Status"),
        *(f"{option} Name" for option in _OPTIONS),
    )
)
_KNOWN = (
    *_REQUIRED,
    *_OF_PRODUCT,
    *(f"{option} Value" for option in _OPTIONS),
    *("Variant Inventory Tracker", "Image Position"),
)
_NAMES = {
    "product_id": "Handle",
    "name_en": "Title",
    "name_zh": "Title",
    "department": "Product Category",
    "category_en": "Type",
    "brand": "Vendor",
    "image": "Image Src",
    "active": "Status",
    "tags": "Tags",
    "facts": "Body (HTML)",
    "sku": "Variant SKU",
    "price": "Variant Price",
    "stock": "Variant Inventory Qty",
}
#: Stock of goods that their shop sells without counting: the least that reads as in stock.
UNCOUNTED = 1
_NO_CATEGORY = "other"


def read_shopify(path: Path, currency: str, report: ImportReport) -> list[Batch]:
    """The products of an export; those that cannot be used go into the report.

    Shopify's file names no currency: ``currency`` is the store's. Raises BadInput if the file as a whole
    cannot be read.
    """
    table = read_table(path, _KNOWN, _REQUIRED)
    entries = []
    for group in by_id(table.lines, "Handle", _OF_PRODUCT.__contains__):
        entry = _entry(group, currency)
        if entry is None:
            report.refuse("products", group.problems)
        else:
            entries.append(entry)
    return [Batch("products", entries)]


def _entry(group: Group, currency: str) -> Entry | None:
    head = merge(group, _OF_PRODUCT.__contains__)
    if group.problems:
        return None
    variants = [line for line in group.lines if _is_variant(line)]
    place = Lines([line.number for line in variants or group.lines], "variants")
    row, group.problems = check(ProductRow, _product(head, group.lines, variants, currency), place, _NAMES)
    return None if row is None else Entry(row.record(), place)


def _is_variant(line: Line) -> bool:
    # The other lines of a product hold a further picture each.
    return any(line.cells[column] for column in ("Option1 Value", "Variant SKU", "Variant Price"))


def _product(head: Mapping[str, str], lines: Sequence[Line], variants: Sequence[Line], currency: str) -> dict[str, Any]:
    taxonomy = [part.strip() for part in head.get("Product Category", "").split(">") if part.strip()]
    category = head["Type"] or (taxonomy[-1] if taxonomy else _NO_CATEGORY)
    title = head["Title"]
    return {
        "product_id": lines[0].cells["Handle"],
        "name_en": title,
        "name_zh": title if has_cjk(title) else "",
        "department": (taxonomy[0] if taxonomy else category).lower(),
        "category_en": category.lower(),
        "brand": head["Vendor"],
        "image": _image(lines),
        "active": _active(head),
        "tags": _tags(head["Tags"]),
        "facts": _description(head["Body (HTML)"]),
        "variants": [_variant(head, line.cells, currency) for line in variants],
    }


def _variant(head: Mapping[str, str], cells: Mapping[str, str], currency: str) -> dict[str, Any]:
    values = {head.get(f"{option} Name", ""): cells.get(f"{option} Value", "") for option in _OPTIONS}
    # A product without options has the one option "Title" with the one value "Default Title".
    options = {name: value for name, value in values.items() if name and value and value != "Default Title"}
    # Shopify puts an apostrophe before a SKU of digits, to keep spreadsheets from reading a number.
    sku = cells["Variant SKU"].removeprefix("'") or "-".join([cells["Handle"], *options.values()])
    return {
        "sku": sku,
        "price": cells["Variant Price"],
        "currency": currency,
        "stock": _stock(cells),
        "options": {_option_name(name): value for name, value in options.items()},
    }


def _option_name(name: str) -> str:
    # The catalogue looks for "size" and "colour".
    return "colour" if name.lower() == "color" else name.lower()


def _stock(cells: Mapping[str, str]) -> str:
    quantity = cells["Variant Inventory Qty"]
    if not cells.get("Variant Inventory Tracker") and not quantity:
        return str(UNCOUNTED)
    return "0" if re.fullmatch(r"-\d+", quantity) else quantity  # below zero: sold more than there was


def _image(lines: Sequence[Line]) -> str:
    pictures = [line.cells for line in lines if line.cells["Image Src"]]
    first = next((cells for cells in pictures if cells.get("Image Position") == "1"), pictures[0] if pictures else {})
    return first.get("Image Src", "")


def _active(head: Mapping[str, str]) -> str:
    status = head.get("Status", "").lower()
    if status in ("", "active"):
        return "no" if head.get("Published", "").lower() == "false" else "yes"
    return "no" if status in ("draft", "archived") else status


def _tags(cell: str) -> dict[str, list[str]]:
    tags = [tag.strip() for tag in cell.split(",") if tag.strip()]
    return {
        language: [tag for tag in tags if has_cjk(tag) == (language == "zh")]
        for language in ("en", "zh")
        if any(has_cjk(tag) == (language == "zh") for tag in tags)
    }


def _description(html: str) -> list[dict[str, Any]]:
    text = _TextOf(html).text
    if not text:
        return []
    words = {"zh": ["描述", text]} if has_cjk(text) else {"en": ["Description", text]}
    return [{"key": "description", **words}]


class _TextOf(HTMLParser):
    """The readable text of a piece of HTML, on one line."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._hidden = 0
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """Without markup, scripts and runs of blanks."""
        return " ".join("".join(self._parts).split())

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Scripts and styles are not read; any other tag parts words, unless it only dresses them."""
        self._hidden += tag in ("script", "style")
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        """See ``handle_starttag``."""
        self._hidden -= tag in ("script", "style") and self._hidden > 0
        self._part(tag)

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if not self._hidden:
            self._parts.append(data)

    def _part(self, tag: str) -> None:
        if tag not in ("b", "i", "em", "strong", "span", "u", "a", "sup", "sub"):
            self._parts.append(" ")
