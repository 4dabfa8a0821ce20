"""Reading the word lists of the demo shop. Bilingual text stands as ``"English | Chinese"``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "data"
_SEPARATOR = " | "


@cache
def read_data(name: str) -> Any:
    """The content of ``data/<name>.yml``; shared, so never change it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((_FOLDER / f"{name}.yml").read_text("utf-8"), Loader=loader)  # noqa: S506 - both are safe


def read_folder(name: str) -> dict[str, Any]:
    """All mappings of ``data/<name>/*.yml`` together."""
    files = sorted((_FOLDER / name).glob("*.yml"))
    return {key: value for file in files for key, value in read_data(f"{name}/{file.stem}").items()}


def both(text: str) -> tuple[str, str]:
    """``"wool | 羊毛"`` -> ``("wool", "羊毛")``; text without a bar is the same in both languages."""
    english, bar, chinese = text.partition(_SEPARATOR)
    return (english, chinese) if bar else (english, english)


def word_list(text: str) -> list[str]:
    """``"hiking, rain"`` -> ``["hiking", "rain"]``."""
    return [word.strip() for word in text.split(",")]


def dice(seed: int, part: str) -> Random:
    """The random numbers of one part, so that a change in one part leaves the others as they were."""
    return Random(f"{seed}:{part}")
