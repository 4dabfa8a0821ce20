"""What a check of a version found, kept in the version's folder: it outlives the process that looked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shop.settings import Settings
from shop.tables import DataSetVersion
from training.data_sets.examples import DataExample
from training.data_sets.versions import folder_of

FINDINGS = "findings.json"


@dataclass(frozen=True)
class Duplicate:
    """Two texts that are the same, or nearly, under different intents."""

    first: DataExample
    second: DataExample
    similarity: float


@dataclass(frozen=True)
class Leak:
    """Two examples in different splits that must not be: near-duplicates, or messages of one conversation."""

    first: DataExample
    second: DataExample
    why: str


@dataclass(frozen=True)
class LabelError:
    """A label that confident learning takes for wrong."""

    example: DataExample
    likelier: str
    probability: float
    """Of the given label, by a classifier that has not seen it."""


@dataclass(frozen=True)
class Balance:
    """Training examples by intent and language."""

    counts: dict[str, dict[str, int]]
    scarce: tuple[str, ...]
    """``INTENT (LANGUAGE): COUNT`` of intents with few examples in a language of the data."""
    dominant: tuple[str, ...]
    """Intents with many times more examples than the median."""


@dataclass(frozen=True)
class Findings:
    """What a check found."""

    duplicates: tuple[Duplicate, ...]
    leaks: tuple[Leak, ...]
    label_errors: tuple[LabelError, ...]
    label_errors_checked: bool
    """False where no model was given that could tell."""
    balance: Balance

    @property
    def fit_to_train(self) -> bool:
        """Whether nothing was found that makes a result worthless: no leak, no text with two labels."""
        return not self.leaks and not any(each.similarity > 0.999 for each in self.duplicates)

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> Findings:
        """The way back from ``dataclasses.asdict``."""
        return cls(
            tuple(Duplicate(_example(d["first"]), _example(d["second"]), d["similarity"]) for d in held["duplicates"]),
            tuple(Leak(_example(d["first"]), _example(d["second"]), d["why"]) for d in held["leaks"]),
            tuple(LabelError(_example(d["example"]), d["likelier"], d["probability"]) for d in held["label_errors"]),
            held["label_errors_checked"],
            Balance(**{**held["balance"], **{name: tuple(held["balance"][name]) for name in ("scarce", "dominant")}}),
        )


def keep(settings: Settings, version: DataSetVersion, findings: Findings) -> None:
    """Write them down in place of what an earlier check found."""
    file = folder_of(settings, version) / FINDINGS
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(findings), ensure_ascii=False, indent=1), "utf-8")
    draft.replace(file)


def findings_of(settings: Settings, version: DataSetVersion) -> Findings | None:
    """What the last check of a version found; None where it was not checked, or not since something was erased."""
    file = folder_of(settings, version) / FINDINGS
    return Findings.from_json(json.loads(file.read_text("utf-8"))) if file.is_file() else None


def _example(held: Mapping[str, Any]) -> DataExample:
    return DataExample.from_json(held)
