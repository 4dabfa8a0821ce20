"""Grounded template texts: the frames in YAML, and the grammar that fills them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

_FOLDER = Path(__file__).parent
_T = TypeVar("_T")


@lru_cache(maxsize=2)
def frames(language: str) -> dict[str, Any]:
    """The frames of ``"en"`` or ``"zh"``."""
    data: dict[str, Any] = yaml.safe_load((_FOLDER / f"{language}.yml").read_text("utf-8"))
    for field in ("occasion_tags", "quality_tags"):
        data[field] = frozenset(tag.strip() for tag in data[field].split(","))
    return data


def choose(options: Sequence[_T], *key: object) -> _T:
    """One of the options, always the same for the same key, evenly spread over keys."""
    digest = hashlib.sha256("|".join(map(str, key)).encode()).digest()
    return options[int.from_bytes(digest[:4], "big") % len(options)]
