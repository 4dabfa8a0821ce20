"""What the gate says of a challenger: every guarded figure beside the champion's, and what changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from shop.tables import ModelVersion

Verdict = Literal["better", "same", "worse"]


@dataclass(frozen=True)
class Guarded:
    """One figure that must not get worse, of both models on the same rows."""

    name: str
    """For programs: ``accuracy``, ``intent:greet``, ``language:zh``, ``latency`` and so on."""
    title: str
    unit: Literal["share", "milliseconds"]
    rows: int
    """How many rows it was taken of."""
    champion: float
    challenger: float
    low: float
    """Lower end of the interval of the difference, challenger less champion."""
    high: float
    """Upper end of it."""
    verdict: Verdict
    """``worse`` only where the whole interval lies on the worse side: beyond noise."""
    text: str
    """The same in a plain sentence."""


@dataclass(frozen=True)
class ChangedExample:
    """A text that the two models read differently, one of them rightly or both wrongly."""

    text: str
    truth: str
    champion: str
    """What the champion acts on."""
    challenger: str
    source: str
    """Where the text is from: ``test``, ``held out`` or ``regression``."""
    better: bool | None
    """True where the challenger is right and the champion was not, False the other way round, None where neither is."""


@dataclass(frozen=True)
class Talk:
    """A must-pass conversation, and whether each model took every step as it must."""

    name: str
    champion: bool
    challenger: bool
    text: str
    """What went wrong first with the challenger; empty where nothing did."""


@dataclass(frozen=True)
class Gate:
    """The whole comparison. ``open``: not compared yet, or there is no champion to compare with."""

    verdict: Literal["open", "passed", "refused"] = "open"
    champion_id: int | None = None
    """Whom it was compared with."""
    reasons: tuple[str, ...] = ()
    """Why it was refused, in plain sentences."""
    guarded: tuple[Guarded, ...] = ()
    changed: tuple[ChangedExample, ...] = ()
    talks: tuple[Talk, ...] = ()
    notes: tuple[str, ...] = ()
    """What to know of the comparison, such as rows that were left out."""

    def as_json(self) -> dict[str, Any]:
        """For ``ModelVersion.gate``."""
        return asdict(self)


def gate_of(model: ModelVersion) -> Gate:
    """What the gate said of a model; the verdict ``open`` where nothing was compared yet."""
    held: dict[str, Any] = dict(model.gate or {})
    parts: dict[str, Any] = {
        "guarded": tuple(Guarded(**each) for each in held.pop("guarded", ())),
        "changed": tuple(ChangedExample(**each) for each in held.pop("changed", ())),
        "talks": tuple(Talk(**each) for each in held.pop("talks", ())),
    }
    sentences: dict[str, Any] = {name: tuple(held.pop(name, ())) for name in ("reasons", "notes")}
    return Gate(**held, **parts, **sentences)
