"""Shopify's product export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from shop.catalogue import ProductQuery, find_products
from shop.errors import BadInput
from shop.importing import ImportReport, import_file
from shop.tables import Product
from shop.unit_of_work import Database

COLUMNS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option1 Linked To,"
    "Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,"
    "Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Image Position,Gift Card,Status"
).split(",")

TEE = {
    "Handle": "tee", "Title": "Harbour Tee", "Body (HTML)": "<p>Soft &amp; light<br>cotton</p><script>x()</script>",
    "Vendor": "Alder", "Product Category": "Apparel & Accessories > Clothing > Shirts & Tops", "Type": "T-Shirt",
    "Tags": "Cotton, Summer, 纯棉", "Published": "true", "Option1 Name": "Size", "Option1 Value": "M",
    "Option2 Name": "Color", "Option2 Value": "Navy", "Variant SKU": "'00123", "Variant Inventory Tracker": "shopify",
    "Variant Inventory Qty": "4", "Variant Price": "25.00", "Image Src": "https://cdn.example.com/a.jpg",
    "Image Position": "2", "Status": "active",
}  # fmt: skip
TEE_L = {
    "Handle": "tee", "Option1 Value": "L", "Option2 Value": "Navy", "Variant Inventory Tracker": "shopify",
    "Variant Inventory Qty": "-2", "Variant Price": "27.00", "Image Src": "https://cdn.example.com/b.jpg",
    "Image Position": "1",
}  # fmt: skip
PICTURE = {"Handle": "tee", "Image Src": "https://cdn.example.com/c.jpg", "Image Position": "3"}
CARD = {
    "Handle": "card", "Title": "礼品卡", "Option1 Name": "Title", "Option1 Value": "Default Title",
    "Variant Price": "50.00", "Published": "false",
}  # fmt: skip

Import = Callable[..., ImportReport]


@pytest.fixture
def load(database: Database, tmp_path: Path) -> Import:
    def load(*rows: dict[str, str], currency: str = "USD") -> ImportReport:
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = tmp_path / "products_export.csv"
        path.write_text(out.getvalue(), "utf-8", newline="")
        with database.work() as unit:
            report = import_file(unit.session, path, "shopify", currency)
            unit.commit()
            return report

    return load


def reasons(report: ImportReport) -> list[str]:
    return [str(refusal) for refusal in report.refusals]


def test_lines_become_one_product_with_its_variants(load: Import, database: Database) -> None:
    assert (load(TEE, TEE_L, PICTURE).added, load(TEE, TEE_L, PICTURE).unchanged) == (1, 1)
    with database.read() as unit:
        tee = unit.session.scalars(select(Product)).one()
        assert (tee.external_id, tee.name_en, tee.name_zh, tee.brand) == ("tee", "Harbour Tee", "", "Alder")
        assert (tee.department, tee.category_en) == ("apparel & accessories", "t-shirt")
        assert tee.tags == {"en": ["cotton", "summer"], "zh": ["纯棉"]}
        assert tee.facts == [{"key": "description", "en": ["Description", "Soft & light cotton"]}]
        assert tee.image == "https://cdn.example.com/b.jpg"
        assert [(v.sku, v.price_cents, v.stock, v.options) for v in tee.variants] == [
            ("00123", 2500, 4, {"size": "M", "colour": "Navy"}),
            ("tee-L-Navy", 2700, 0, {"size": "L", "colour": "Navy"}),
        ]


def test_shoppers_find_it(load: Import, database: Database) -> None:
    load(TEE, TEE_L)
    with database.read() as unit:
        for size, found in (("M", 1), ("L", 0)):
            result = find_products(unit.session, ProductQuery(product="t-shirt", size=size, colour="blue"), "en")
            assert len([p for p in result.products if not result.dropped]) == found


def test_goods_without_options_stock_or_type(load: Import, database: Database) -> None:
    assert reasons(load(CARD, currency="cny")) == []
    with database.read() as unit:
        card = unit.session.scalars(select(Product)).one()
        assert (card.name_en, card.name_zh, card.department, card.category_en) == ("礼品卡", "礼品卡", "other", "other")
        assert card.active == 0
        assert [(v.sku, v.stock, v.currency, v.options) for v in card.variants] == [("card", 1, "CNY", {})]


def test_one_bad_variant_refuses_its_product_by_shopifys_own_names(load: Import) -> None:
    report = load(
        TEE,
        {**TEE_L, "Variant Price": "-27"},
        PICTURE,
        {**CARD, "Handle": "b", "Variant Inventory Qty": "many"},
        {**CARD, "Handle": "c", "Title": ""},
        {**CARD, "Handle": "d", "Option1 Value": "", "Variant Price": ""},
        {**CARD, "Handle": "e", "Variant Inventory Tracker": "shopify"},
        {**CARD, "Handle": "f", "Status": "sold"},
        {**CARD, "Handle": "g" * 81},
        {**CARD, "Handle": "ok"},
    )
    assert report.added == 1
    assert reasons(report) == [
        "line 3: Variant Price is '-27': it cannot be negative",
        "line 5: Variant Inventory Qty is 'many': it is not a whole number",
        "line 6: Title is empty",
        "line 7: variants: there is none",
        "line 8: Variant Inventory Qty is empty",
        "line 9: Status is 'sold': it must be yes or no",
        f"line 10: Handle is '{'g' * 59}…': it has more than 80 characters",
        f"line 10: Variant SKU is '{'g' * 59}…': it has more than 80 characters",
    ]


def test_a_customers_export_is_not_taken_for_products(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "customers_export.csv"
    path.write_text("Customer ID,First Name,Email\n1,Ann,ann@example.com\n")
    with database.work() as unit, pytest.raises(BadInput, match="lacks: Handle, Title"):
        import_file(unit.session, path, "shopify")
