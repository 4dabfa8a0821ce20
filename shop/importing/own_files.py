"""Reading Aisle's own layouts from CSV or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shop.importing import rows
from shop.importing.csv_files import read_table
from shop.importing.grouping import Group, by_id, merge, one_a_line
from shop.importing.json_files import list_under, read_json, repeated_key
from shop.importing.own_csv import CSV_LAYOUTS, CsvLayout
from shop.importing.records import Batch, Entry, JsonPath, Lines, RecordRefused
from shop.importing.report import ImportReport, Refusal
from shop.importing.wording import check

OwnRow = rows.ProductRow | rows.CustomerRow | rows.OrderRow | rows.ReviewRow | rows.EventRow

_ROWS: dict[str, type[OwnRow]] = {
    "products": rows.ProductRow,
    "customers": rows.CustomerRow,
    "orders": rows.OrderRow,
    "reviews": rows.ReviewRow,
    "events": rows.EventRow,
}


def read_own(path: Path, kind: str, report: ImportReport) -> list[Batch]:
    """The records of a file of one kind; those that cannot be used go into the report.

    A file named ``.json`` is read as JSON, any other as CSV. Raises BadInput if the file as a whole cannot
    be read.
    """
    read = _read_json if path.suffix.lower() == ".json" else _read_csv
    return [Batch(kind, tuple(read(path, kind, report)))]


def _read_json(path: Path, kind: str, report: ImportReport) -> Iterator[Entry]:
    base, found = list_under(path, read_json(path), kind)
    for index, data in enumerate(found):
        place = JsonPath(f"{base}[{index}]")
        repeated = repeated_key(data)
        if repeated:
            report.refuse(kind, [Refusal(place.at(repeated[0]), f"the key {repeated[1]!r} stands there twice")])
            continue
        row, refusals = check(_ROWS[kind], data, place)
        if row is None:
            report.refuse(kind, refusals)
        else:
            yield Entry(row.record(), place)


def _read_csv(path: Path, kind: str, report: ImportReport) -> Iterator[Entry]:
    layout = CSV_LAYOUTS[kind]
    table = read_table(path, layout.columns, layout.required)
    unknown = [column for column in table.columns if column and not layout.knows(column)]
    if unknown:
        report.notes.append(f"columns that are not known were left out: {', '.join(unknown)}")
    groups = by_id(table.lines, layout.id_column, layout.of_record) if layout.each else one_a_line(table.lines)
    for group in groups:
        entry = _entry(group, layout, kind)
        if entry is None:
            report.refuse(kind, group.problems)
        else:
            yield entry


def _entry(group: Group, layout: CsvLayout, kind: str) -> Entry | None:
    place = Lines([line.number for line in group.lines], layout.each)
    head = merge(group, layout.of_record)
    if group.problems:
        return None
    try:
        data: dict[str, Any] = layout.nest(head, [line.cells for line in group.lines])
    except RecordRefused as refused:
        group.refuse(group.lines[0], str(refused))
        return None
    row, group.problems = check(_ROWS[kind], data, place, layout.names)
    return None if row is None else Entry(row.record(), place)
