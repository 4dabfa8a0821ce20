"""Reading CSV: the header checked, every line with its number, and lines that cannot be read told apart."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shop.errors import BadInput
from shop.importing.text_files import read_text

_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True)
class Line:
    """One line of a table; ``number`` is where it begins in the file, from 1, the header included.

    A line with a ``problem`` holds what cells could still be told.
    """

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """A CSV file. Blank lines are left out."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def read_table(path: Path, known: Collection[str], required: Collection[str]) -> Table:
    """Read a comma-separated file with a header. Known columns are found whatever their letters' case.

    Raises BadInput if there is no text, no usable header, or no line beneath it.
    """
    source = list(io.StringIO(read_text(path), newline=""))
    reader = csv.reader(source, strict=True)
    columns = _header(path, reader, known)
    _check_header(path, columns, required)
    lines = tuple(_lines(source, reader, columns))
    if not lines:
        raise BadInput(f"{path} has a header but no line beneath it")
    return Table(columns, lines)


def _header(path: Path, reader: Any, known: Collection[str]) -> tuple[str, ...]:
    spelling = {name.lower(): name for name in known}
    try:
        first = next(cells for cells in reader if any(cell.strip() for cell in cells))
    except csv.Error as error:
        raise BadInput(f"the header of {path} cannot be read: {_plain(error)}") from error
    names = [cell.strip() for cell in first]
    return tuple(spelling.get(name.lower(), name) for name in names)


def _check_header(path: Path, columns: tuple[str, ...], required: Collection[str]) -> None:
    missing = [name for name in required if name not in columns]
    if missing and len(columns) == 1:
        for delimiter, words in _OTHER_DELIMITERS.items():
            if delimiter in columns[0]:
                raise BadInput(f"the columns of {path} are parted by {words}; they must be parted by commas")
    if missing:
        raise BadInput(f"{path} lacks: {', '.join(missing)}. Its columns are: {', '.join(columns)}")
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise BadInput(f"{path} has more than one column named {', '.join(twice)}")


def _lines(source: list[str], reader: Any, columns: tuple[str, ...]) -> Iterator[Line]:
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            several = reader.line_num > number
            # Inside a quoted cell nobody can say where the next record begins.
            rest = "; nothing from here to the end of the file could be read" if several else ""
            yield Line(number, _salvaged(source[number - 1], columns), _plain(error) + rest)
            if several:
                return
            continue
        if any(cell.strip() for cell in cells):
            yield _line(number, cells, columns)


def _salvaged(text: str, columns: tuple[str, ...]) -> dict[str, str]:
    """The cells before the first quotation mark: enough to tell which record a broken line belongs to."""
    sure = text.partition('"')[0].split(",")[:-1]
    return {name: cell.strip() for name, cell in zip(columns, sure, strict=False) if name}


def _line(number: int, cells: list[str], columns: tuple[str, ...]) -> Line:
    found = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
    if len(cells) == len(columns):
        return Line(number, found)
    hint = "; a value that holds a comma needs quotation marks" if len(cells) > len(columns) else ""
    return Line(number, found, f"it has {len(cells)} cells where the header has {len(columns)}{hint}")


def _plain(error: csv.Error) -> str:
    text = str(error)
    if "field limit" in text:
        return f"a cell is longer than {csv.field_size_limit():,} characters (is a quotation mark left open?)"
    if "unexpected end of data" in text:
        return "a quotation mark is opened and never closed"
    if "expected after" in text:
        return "a quotation mark stands in the middle of a cell; write it twice and put the cell in quotation marks"
    if "NUL" in text:
        return "it holds a zero byte"
    return text
