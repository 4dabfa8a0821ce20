"""Fingerprints of data, settings and files: what decides whether a step has to run again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_LENGTH = 16


def of_json(value: Any) -> str:
    """Fingerprint of anything JSON can hold; dataclasses and paths go in as their text."""
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:_LENGTH]


def of_folder(folder: Path, names: Iterable[str]) -> str:
    """Fingerprint of some files of a folder, by content."""
    digest = hashlib.sha256()
    for name in names:
        with (folder / name).open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()[:_LENGTH]
