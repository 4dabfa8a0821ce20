"""The word lists of redaction, read once when first needed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("words.yml")


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return data


@cache
def listed(name: str) -> tuple[str, ...]:
    """The words of a list, in their order."""
    return tuple(str(_data()[name]).split())


@cache
def as_set(name: str) -> frozenset[str]:
    """The words of a list, to look one up."""
    return frozenset(listed(name))


@cache
def characters(name: str) -> str:
    """The single characters of a list, as they stand in a class of a regular expression."""
    return re.escape("".join(listed(name)))


@cache
def one_of(name: str) -> str:
    """A group that matches any word of a list, the longest first; words may be expressions."""
    return "(?:" + "|".join(sorted(listed(name), key=len, reverse=True)) + ")"
