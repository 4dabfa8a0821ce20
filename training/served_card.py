"""The card of a serving folder: read it, and put what is found out after the export beside what stands in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from language.understanding import CARD


def read_card(folder: Path) -> dict[str, Any]:
    """The whole card (see ``training.export.export_understanding``)."""
    card: dict[str, Any] = json.loads((folder / CARD).read_text())
    return card


def add_to_card(folder: Path, **parts: Any) -> None:
    """Put parts into the card, in place of those of the same name."""
    (folder / CARD).write_text(json.dumps(read_card(folder) | parts, indent=2))
