"""Which lines of a CSV file make one record: an order's items, a product's variants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shop.importing.csv_files import Line
from shop.importing.report import Refusal
from shop.importing.wording import shown


@dataclass
class Group:
    """The lines of one record. One with problems is refused as a whole: half an order is no order."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Refusal] = field(default_factory=list)

    def refuse(self, line: Line, reason: str) -> None:
        """Say what is wrong at a line."""
        self.problems.append(Refusal(f"line {line.number}", reason))


def one_a_line(lines: Sequence[Line]) -> list[Group]:
    """Every line a record of its own."""
    groups = [Group([line]) for line in lines]
    for group in groups:
        if group.lines[0].problem:
            group.refuse(group.lines[0], group.lines[0].problem)
    return groups


def by_id(lines: Sequence[Line], id_column: str, of_record: Callable[[str], bool]) -> list[Group]:
    """Lines with the same id are one record, wherever they stand.

    ``of_record`` tells the columns that speak of the whole record. A line whose id cannot be told may belong
    to the record before or after it, which is then refused too, unless a cell of those columns contradicts.
    """
    found: dict[str, Group] = {}
    for line in lines:
        group = found.setdefault(_key(line, id_column), Group())
        group.lines.append(line)
        if line.problem:
            group.refuse(line, line.problem)
        elif not line.cells[id_column]:
            group.refuse(line, f"{id_column} is empty")
    for index, line in enumerate(lines):
        if not line.cells.get(id_column):
            for beside in [*lines[max(0, index - 1) : index], *lines[index + 1 : index + 2]]:
                if beside.cells.get(id_column) and not _contradict(line, beside, of_record):
                    reason = f"line {line.number} beside it has no {id_column} and may belong to the same record"
                    found[_key(beside, id_column)].refuse(beside, reason)
    return list(found.values())


def merge(group: Group, of_record: Callable[[str], bool]) -> dict[str, str]:
    """The cells that speak of the whole record: stated once or the same everywhere; else it is a problem."""
    head: dict[str, str] = {}
    stated: dict[str, int] = {}
    for line in group.lines:
        for column, cell in line.cells.items():
            if not of_record(column):
                continue
            if cell and head.get(column) and cell != head[column]:
                said = f"line {stated[column]} of the same record says {shown(head[column])}"
                group.refuse(line, f"{column} is {shown(cell)}, but {said}")
            elif cell or column not in head:
                head[column] = cell
                stated[column] = line.number
    return head


def _key(line: Line, id_column: str) -> str:
    # A zero byte is in no cell that was read, so that this key meets no id.
    return line.cells.get(id_column) or f"\0{line.number}"


def _contradict(line: Line, other: Line, of_record: Callable[[str], bool]) -> bool:
    return any(
        cell and other.cells.get(column) and cell != other.cells[column]
        for column, cell in line.cells.items()
        if of_record(column)
    )
