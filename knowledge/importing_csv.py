"""A table of articles: one row a text, columns slug, language, title, category, body and, if wanted, questions
(one a line, or with | between them), audience, valid_from, valid_until, status."""

from __future__ import annotations

import csv
import io
import re

from knowledge.importing import Incoming, Problem, decoded, incoming_text
from shop.errors import BadInput

_NEEDED = ("slug", "language", "title", "category", "body")
_ALLOWED = (*_NEEDED, "questions", "audience", "valid_from", "valid_until", "status")


def read_csv(content: bytes) -> tuple[list[Incoming], list[Problem]]:
    """The usable rows, and the others with the reason. Raises BadInput if it is not a table of articles at all."""
    text = decoded(content)
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=_dialect(text), restkey="", strict=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        _check_columns(names)
        reader.fieldnames = names
        return _rows(reader)
    except csv.Error as error:
        raise BadInput(f"the table cannot be read at line {reader.line_num}: {error}") from error


def _rows(reader: csv.DictReader) -> tuple[list[Incoming], list[Problem]]:
    found: dict[tuple[str, str], Incoming] = {}
    problems = []
    for row in reader:
        name = f"line {reader.line_num}"
        try:
            if row.pop("", None):
                raise BadInput("the row has more cells than the table has columns")
            questions = [part.strip() for part in re.split(r"[\n|]", row.get("questions") or "")]
            fields = {**row, "questions": [question for question in questions if question]}
            incoming = incoming_text(fields, row.get("body") or "", name)
            key = incoming.draft.slug, incoming.draft.language
            if key in found:
                raise BadInput(f"an earlier row already has the article {key[0]!r} in {key[1]!r}")
            found[key] = incoming
        except BadInput as error:
            problems.append(Problem(name, str(error)))
    return list(found.values()), problems


def _check_columns(names: list[str]) -> None:
    missing = [name for name in _NEEDED if name not in names]
    unknown = [name for name in names if name not in _ALLOWED]
    if missing:
        raise BadInput(f"the table has no column {', '.join(missing)}; it has {', '.join(names) or 'none'}")
    if unknown:
        raise BadInput(f"the table has columns that no article has: {', '.join(unknown)}")


def _dialect(text: str) -> type[csv.Dialect]:
    class Found(csv.excel):
        delimiter = max(",;\t", key=text.split("\n", 1)[0].count)

    return Found
