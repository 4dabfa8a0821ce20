"""Reading JSON: numbers exact, keys that stand twice remembered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from shop.errors import BadInput
from shop.importing.records import JsonPath, Loc
from shop.importing.text_files import read_text


class JsonObject(dict[str, Any]):
    """An object of a JSON file. ``repeated`` are the keys that stand in it more than once."""

    repeated: tuple[str, ...] = ()


def read_json(path: Path) -> Any:
    """The content of a JSON file; its fractions are Decimal, NaN and Infinity plain text.

    Raises BadInput if it is not JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text, object_pairs_hook=_object, parse_float=Decimal, parse_constant=str)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput(f"{path} is not JSON: {error.msg.lower()} at {where}") from error
    except RecursionError as error:
        raise BadInput(f"{path} is not usable: lists or objects lie too deep within one another") from error
    except ValueError as error:
        raise BadInput(f"{path} is not usable: a number in it is too long") from error


def repeated_key(value: Any) -> tuple[Loc, str] | None:
    """The first key that stands twice in an object within ``value``, and where that object is."""
    for loc, found in _walk(value, ()):
        if isinstance(found, JsonObject) and found.repeated:
            return loc, found.repeated[0]
    return None


def list_under(path: Path, data: Any, key: str) -> tuple[str, list[Any]]:
    """The list a file holds, bare or under ``key``, and its path. Raises BadInput."""
    if isinstance(data, dict) and isinstance(data.get(key), list):
        base, rows = JsonPath("$").at((key,)), data[key]
    elif isinstance(data, list):
        base, rows = "$", data
    else:
        raise BadInput(f'{path} must hold a list, or an object with a list under "{key}"')
    if not rows:
        raise BadInput(f"{path} holds an empty list")
    return base, rows


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = JsonObject(pairs)
    if len(found) < len(pairs):
        found.repeated = tuple(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
    return found


def _walk(value: Any, loc: Loc) -> Iterator[tuple[Loc, Any]]:
    yield loc, value
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _walk(part, (*loc, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _walk(part, (*loc, index))
