"""Stores outside the database: each room that keeps files with something of persons says so in ``personal_data.py``.

Such a module has a function ``stores(settings)`` that returns them. It is looked for by name, because rooms above this
one cannot be imported from here.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from typing import Any, Protocol

from shop.privacy.person import Person
from shop.settings import Settings
from shop.unit_of_work import Database

ROOMS = ("language", "knowledge", "training", "actions", "bot", "web")


class OutsideStore(Protocol):
    """Files, or another system, that hold something of persons."""

    @property
    def name(self) -> str:
        """As a receipt names it: ``training data sets``."""

    def export(self, person: Person) -> list[dict[str, Any]]:
        """What it holds of the person, as JSON."""

    def erase(self, person: Person) -> int:
        """Remove it, and say how much it was: rows, lines or files. Doing it again does nothing."""

    def expire(self, database: Database) -> int:
        """Remove what came from rows that grew too old and are no longer in the database; how much it was."""


def outside_stores(settings: Settings, rooms: Sequence[str] = ROOMS) -> list[OutsideStore]:
    """The stores of all rooms that have any."""
    found: list[OutsideStore] = []
    for room in rooms:
        if importlib.util.find_spec(room) and importlib.util.find_spec(f"{room}.personal_data"):
            found += importlib.import_module(f"{room}.personal_data").stores(settings)
    return found
