"""Whole files that cannot be used, and broken lines among good ones."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from shop.errors import BadInput
from shop.importing import ImportReport, import_file
from shop.unit_of_work import Database

HEADER = "product_id,name_en,department,category_en,sku,price,currency,stock"
GOOD = "P1,Mug,home,mug,P1-1,9.50,USD,3"
CUSTOMERS = "customer_id,email,name"


def imported(database: Database, path: Path, content: str | bytes, kind: str = "products") -> ImportReport:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with database.work() as unit:
        report = import_file(unit.session, path, kind)
        unit.commit()
        return report


def reasons(report: ImportReport) -> list[str]:
    return [str(refusal) for refusal in report.refusals]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_utf8_with_any_line_ends_and_mark_is_read(database: Database, tmp_path: Path, mark: bytes, end: str) -> None:
    text = end.join([HEADER, GOOD, "P2,咖啡杯 Größe,home,mug,P2-1,9.50,USD,3", "P3,x,home,mug,P3-1,-1,USD,3"])
    report = imported(database, tmp_path / "p.csv", mark + text.encode())
    assert report.added == 2
    assert reasons(report) == ["line 4: price is '-1': it cannot be negative"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n\n ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (HEADER.encode(), "has a header but no line beneath it"),
        (f"{HEADER}\n,,,,,,,\n\n".encode(), "has a header but no line beneath it"),
        (f"{HEADER}\n{GOOD}".encode("utf-16"), "in UTF-16; save it as UTF-8"),
        (f"{HEADER}\n{GOOD}".encode("utf-16-le"), "full of zero bytes"),
        (
            f"{HEADER}\n{GOOD}\nP2,caf\xe9 cr\xe8me,home".encode("latin-1"),
            "not UTF-8: byte 0xE9 in line 3; it looks like",
        ),
        (f"{HEADER}\nP1,{'保温杯不锈钢' * 20}".encode("gb18030"), "not UTF-8: byte .* in line 2; it looks like gb"),
        (b"PK\x03\x04\x14\x00", "a spreadsheet or zip file; export it as CSV"),
        (HEADER.replace(",", ";").encode(), "parted by semicolons; they must be parted by commas"),
        (HEADER.replace(",", "\t").encode(), "parted by tabs"),
        (b"product_id,name_en,price\n1,2,3", "lacks: department, category_en, sku, currency, stock. Its columns are"),
        (f"{HEADER},sku\n{GOOD},x".encode(), "more than one column named sku"),
        (b'"product_id,name_en\nP1', "the header of .* cannot be read: a quotation mark is opened and never closed"),
    ],
)
def test_unusable_files_say_why(database: Database, tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        imported(database, tmp_path / "p.csv", content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"products": [', "is not JSON: expecting value at line 1, column 15"),
        ('{"products": {}}', 'must hold a list, or an object with a list under "products"'),
        ('"products"', "must hold a list"),
        ("[]", "holds an empty list"),
        ("[" * 100_000, "lie too deep"),
    ],
)
def test_unusable_json_says_why(database: Database, tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        imported(database, tmp_path / "p.json", content)


def test_a_missing_file_a_folder_an_unknown_kind_and_currency_are_named(database: Database, tmp_path: Path) -> None:
    with database.work() as unit:
        for path, kind, currency, words in [
            (tmp_path / "none.csv", "products", "USD", "No such file"),
            (tmp_path, "products", "USD", "cannot be read"),
            (tmp_path / "none.csv", "prodcuts", "USD", "there is no kind 'prodcuts'"),
            (tmp_path / "none.csv", "shopify", "ZZZ", "the currency is 'ZZZ'"),
        ]:
            with pytest.raises(BadInput, match=words):
                import_file(unit.session, path, kind, currency)


def test_header_may_differ_in_case_and_order_and_have_more_columns(database: Database, tmp_path: Path) -> None:
    content = (
        "SKU,Warehouse,Stock,price,currency,Product_ID,name_en,department,category_en\nS1,A7,3,9.50,USD,P1,Mug,home,mug"
    )
    report = imported(database, tmp_path / "p.csv", content)
    assert (report.added, report.refused) == (1, 0)
    assert report.notes == ["columns that are not known were left out: Warehouse"]


def test_broken_lines_are_named_and_the_others_kept(database: Database, tmp_path: Path) -> None:
    lines = [
        CUSTOMERS,
        "C1,one@example.com,One",
        "C2,two@example.com,Two, Jr.",
        "C3,three@example.com",
        'C4,four@example.com,"Fo"ur',
        "C5,five@example.com,Fi\0ve",
        ",six@example.com,Six",
        "C7,not an address,Seven",
        "C8,one@example.com,Eight",
        "C1,nine@example.com,Nine",
        f"C10,ten@example.com,{'x' * (csv.field_size_limit() + 1)}",
        "C11,eleven@example.com,=1+1",
        "C12,twelve@example.com,Twelve",
    ]
    report = imported(database, tmp_path / "c.csv", "\n".join(lines), "customers")
    assert report.added == 2
    assert report.refused == 10
    assert sorted(reasons(report), key=lambda reason: int(reason.split(":")[0].split()[1])) == [
        "line 3: it has 4 cells where the header has 3; a value that holds a comma needs quotation marks",
        "line 4: it has 2 cells where the header has 3",
        "line 5: a quotation mark stands in the middle of a cell; write it twice and put the cell in quotation marks",
        "line 6: it holds a zero byte",
        "line 7: customer_id is missing",
        "line 8: email is 'not an address': it is not an e-mail address",
        "line 9: email is 'one@example.com', which belongs to the customer 'C1'",
        "line 10: the id 'C1' stands already at line 2",
        f"line 11: a cell is longer than {csv.field_size_limit():,} characters (is a quotation mark left open?)",
        "line 12: name is '=1+1': it is a spreadsheet formula; export values, not formulas",
    ]


def test_an_open_quotation_mark_keeps_what_came_before(database: Database, tmp_path: Path) -> None:
    content = f'{CUSTOMERS}\nC1,one@example.com,One\nC2,two@example.com,"Two\nC3,three@example.com,Three\n'
    report = imported(database, tmp_path / "c.csv", content, "customers")
    assert report.added == 1
    assert reasons(report) == [
        "line 3: a quotation mark is opened and never closed; nothing from here to the end of the file could be read"
    ]


def test_lines_are_counted_as_editors_count_them(database: Database, tmp_path: Path) -> None:
    header = "review_id,product_id,stars,text,created_at"
    content = f'{header}\nR1,P1,5,"first\nsecond\nthird",2026-01-01\n\nR2,P1,9,x,2026-01-01\n'
    imported(database, tmp_path / "p.csv", f"{HEADER}\n{GOOD}")
    report = imported(database, tmp_path / "r.csv", content, "reviews")
    assert report.added == 1
    assert reasons(report) == ["line 6: stars is '9': it must be from 1 to 5"]


def test_json_keys_that_stand_twice_refuse_their_record_only(database: Database, tmp_path: Path) -> None:
    content = """[
      {"customer_id": "C1", "email": "one@example.com", "name": "One"},
      {"customer_id": "C2", "email": "two@example.com", "name": "Two", "name": "Too"},
      {"customer_id": "C3", "email": "x@example.com", "name": "X", "addresses": [{"city": "A", "city": "B"}]},
      "C4",
      {"customer_id": "C5", "email": null, "name": "Five"}
    ]"""
    report = imported(database, tmp_path / "c.json", content, "customers")
    assert report.added == 1
    assert reasons(report) == [
        "$[1]: the key 'name' stands there twice",
        "$[2].addresses[0]: the key 'city' stands there twice",
        "$[3]: the record is 'C4': an object is expected",
        "$[4].email: email is missing",
    ]
