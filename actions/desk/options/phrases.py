"""What shoppers say around the values of options, as patterns."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache(maxsize=1)
def _phrases() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("phrases.yml").read_text("utf-8"))
    return data


@lru_cache(maxsize=64)
def phrase(name: str) -> re.Pattern[str]:
    """The pattern of a group in ``phrases.yml``, for lower-case text. Raises KeyError for an unknown group."""
    group = _phrases()[name]
    english = "|".join(group.get("en", ()))
    ways = [rf"(?:(?<![a-z])(?:{english})(?![a-z]))"] if english else []
    return re.compile("|".join([*ways, *group.get("zh", ())]))
