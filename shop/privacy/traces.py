"""What still speaks of a person, anywhere in the database: every text and every JSON value of every table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, String, Table, select, update
from sqlalchemy.orm import Session

from shop.privacy.blanking import ERASED
from shop.privacy.person import Person
from shop.privacy.stores import NOT_TOUCHED
from shop.tables import Base

_ROWS_AT_ONCE = 1_000
_HOME_DIGITS = 10


@dataclass(frozen=True)
class Trace:
    """A place that holds something identifying."""

    table: str
    key: tuple[Any, ...]
    column: str

    @property
    def touchable(self) -> bool:
        """Whether erasing may change it: not what the shop wrote itself, and not other customers' records."""
        return self.table not in NOT_TOUCHED


def find_traces(session: Session, person: Person) -> list[Trace]:
    """All places that hold an e-mail, name, telephone or street of this person alone. Reads the whole database."""
    pattern = identifying_pattern(person)
    if pattern is None:
        return []
    found = []
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, String | JSON)]
        keys = list(table.primary_key.columns)
        rows = session.execute(select(*keys, *columns).execution_options(yield_per=_ROWS_AT_ONCE)) if columns else []
        for row in rows:
            for column, value in zip(columns, row[len(keys) :], strict=True):
                if value and pattern.search(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)):
                    found.append(Trace(table.name, tuple(row[: len(keys)]), column.name))
    return found


def blank_traces(session: Session, person: Person, traces: list[Trace]) -> int:
    """Put ``[erased]`` where a trace was found and may be changed; how many places that were."""
    pattern = identifying_pattern(person)
    changed = 0
    for trace in traces:
        if pattern is None or not trace.touchable:
            continue
        table: Table = Base.metadata.tables[trace.table]
        here = [column == value for column, value in zip(table.primary_key.columns, trace.key, strict=True)]
        value = session.execute(select(table.c[trace.column]).where(*here)).scalar_one_or_none()
        if value:
            session.execute(update(table).where(*here).values({trace.column: _blanked(value, pattern)}))
            changed += 1
    return changed


def identifying_pattern(person: Person) -> re.Pattern[str] | None:
    """Any of what points at this person alone, however telephones are spaced; None where nothing does."""
    ways = list(_ways(person.identifying))
    return re.compile("|".join(ways), re.IGNORECASE) if ways else None


def _ways(identifying: tuple[str, ...]) -> Iterator[str]:
    for text in identifying:
        if re.fullmatch(r"[\d\s()+./-]{7,}", text):
            yield _telephone(text)
            continue
        words = r"\s+".join(map(re.escape, text.split()))
        yield rf"(?<![a-z0-9]){words}(?![a-z0-9])" if text.isascii() else words


def _telephone(text: str) -> str:
    """The number with any spacing, and as it is dialled at home: without the country's code, with a nought or not."""
    digits = re.sub(r"\D", "", text)
    code = ""
    if text.strip().startswith("+"):
        spaced = re.match(r"\s*\+(\d{1,3})\b", text)
        code = spaced[1] if spaced else digits[: 2 if digits.startswith("86") else max(1, len(digits) - _HOME_DIGITS)]
    gap = r"[\s()./-]{0,3}"
    home = gap.join(digits[len(code) :].lstrip("0"))
    return rf"(?<!\d)(?:(?:\+|00)?{gap}{code}{gap})?0?{home}(?!\d)"


def _blanked(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(ERASED, value)
    if isinstance(value, dict):
        return {pattern.sub(ERASED, key): _blanked(part, pattern) for key, part in value.items()}
    if isinstance(value, list):
        return [_blanked(part, pattern) for part in value]
    return value
