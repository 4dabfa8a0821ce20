"""Words to listen for, kept in YAML as regular expressions in both languages."""

from __future__ import annotations

import re
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml


class Cues:
    """One file of words; read and compiled when first asked for, matched without case."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.pattern = cache(self._compiled)

    @cached_property
    def data(self) -> dict[str, Any]:
        """The whole file."""
        data: dict[str, Any] = yaml.safe_load(self._path.read_text("utf-8"))
        return data

    def _compiled(self, *path: str) -> re.Pattern[str]:
        """The pattern at a place of the file, of one expression or of a list: ``pattern("kinds", "cancel_order")``."""
        found: Any = self.data
        for part in path:
            found = found[part]
        parts = found if isinstance(found, list) else [found]
        return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE)
