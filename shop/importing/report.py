"""What an import did: how many records of each sort, what was refused and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["added", "changed", "unchanged"]


@dataclass(frozen=True)
class Refusal:
    """Why something in the file was not taken. ``where`` is ``"line 7"`` or ``"$.orders[3].items[0].sku"``."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass
class Counts:
    """Records of one sort, by what became of them. An order with its items is one record."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass
class ImportReport:
    """The result of one import. ``counts`` is by sort: ``"products"``, ``"customers"``, ``"orders"`` ..."""

    file: str
    kind: str
    counts: dict[str, Counts] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, sort: str, outcome: Outcome) -> None:
        """One record was taken."""
        counts = self.counts.setdefault(sort, Counts())
        setattr(counts, outcome, getattr(counts, outcome) + 1)

    def refuse(self, sort: str, refusals: Sequence[Refusal]) -> None:
        """One record was refused, for one reason or several."""
        self.counts.setdefault(sort, Counts()).refused += 1
        self.refusals.extend(refusals)

    @property
    def added(self) -> int:
        """Records that are new."""
        return sum(counts.added for counts in self.counts.values())

    @property
    def changed(self) -> int:
        """Records that were there and are different now."""
        return sum(counts.changed for counts in self.counts.values())

    @property
    def unchanged(self) -> int:
        """Records that were there just so."""
        return sum(counts.unchanged for counts in self.counts.values())

    @property
    def refused(self) -> int:
        """Records that were not taken."""
        return sum(counts.refused for counts in self.counts.values())
