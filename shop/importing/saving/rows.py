"""What all savers do with rows: find those that are there, change what differs, keep lists in step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

# Values in one query; SQLite before 3.32 takes no more than 999.
_CHUNK = 500


def rows_by(session: Session, column: Any, values: Iterable[Any]) -> dict[Any, Any]:
    """The rows of a column's table by its value, for the values that are there."""
    wanted = sorted(set(values))
    found = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(column.class_).where(column.in_(wanted[start : start + _CHUNK]))
        found.update({getattr(row, column.key): row for row in session.scalars(query)})
    return found


def ids_by(session: Session, column: Any, values: Iterable[Any]) -> dict[Any, int]:
    """The primary keys of a column's table by its value, for the values that are there."""
    wanted = sorted(set(values))
    found = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(column, column.class_.id).where(column.in_(wanted[start : start + _CHUNK]))
        found.update({value: id_ for value, id_ in session.execute(query)})
    return found


def assign(row: Any, values: dict[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def keep_in_step(rows: Any, wanted: Sequence[dict[str, Any]], make: Callable[[dict[str, Any]], Any]) -> bool:
    """Make a list of child rows hold what is wanted, in order, changing rows in place; whether anything changed.

    ``make`` makes a new row from values. Rows beyond what is wanted are deleted with their owner's cascade.
    """
    existing = sorted(rows, key=lambda row: row.id)
    changed = [assign(row, values) for row, values in zip(existing, wanted, strict=False)]
    for values in wanted[len(existing) :]:
        rows.append(make(values))
    for row in existing[len(wanted) :]:
        rows.remove(row)
    return any(changed) or len(existing) != len(wanted)
