"""Checking data against a row model, and saying what is wrong with it in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shop.importing.records import Loc, Place
from shop.importing.report import Refusal

Model = TypeVar("Model", bound=BaseModel)

_SHOWN_CHARACTERS = 60


def check(
    model: type[Model], data: Any, place: Place, names: Mapping[str, str] | None = None
) -> tuple[Model | None, list[Refusal]]:
    """The row, or every reason why there is none. ``names`` are the file's words for the model's fields."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [_refusal(details, place, names or {}) for details in error.errors(include_url=False)]


def shown(value: Any) -> str:
    """A value as it stands in a message: quoted, cut when long, control characters made visible."""
    text = str(value) if not isinstance(value, str) else value
    cut = text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
    return repr(cut)


def _refusal(error: Any, place: Place, names: Mapping[str, str]) -> Refusal:
    loc = tuple(part for part in error["loc"] if part != "[key]")  # pydantic's mark of a bad key
    return Refusal(place.at(loc), _reason(error, _field(loc, names)))


def _reason(error: Any, field: str) -> str:
    kind = error["type"]
    if kind == "missing":
        return f"{field} is missing"
    if kind == "extra_forbidden":
        return f"{field} is not a name this layout knows"
    if not error["loc"] and kind == "value_error":
        return str(error["ctx"]["error"])
    if isinstance(error["input"], dict | list):
        return f"{field}: {_why(error)}"
    if error["input"] in ("", None):
        return f"{field} is empty"
    return f"{field} is {shown(error['input'])}: {_why(error)}"


_WHY = {
    "string_pattern_mismatch": "it must be four digits",
    "string_too_short": "it is empty",
    "dict_type": "an object is expected",
    "model_type": "an object is expected",
    "list_type": "a list is expected",
    "bool_type": "it must be true or false",
    "bool_parsing": "it must be true or false",
}


def _why(error: Any) -> str:
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_too_long" or (kind == "too_long" and isinstance(value, str)):
        return f"it has more than {context['max_length']:,} characters"
    if kind == "literal_error":
        return f"it must be {context['expected']}"
    if kind in ("too_short", "too_long"):
        wanted, found = context.get("min_length", context.get("max_length")), context["actual_length"]
        return f"it has {found} part(s), {wanted} are needed" if found else "there is none"
    return _WHY.get(kind, str(error["msg"]))


def _field(loc: Loc, names: Mapping[str, str]) -> str:
    words = [part for part in loc if isinstance(part, str)]
    name = words[-1] if words else "the record"
    return names.get(name, name)
