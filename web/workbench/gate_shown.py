"""What the gate says, as its page shows it: figures in order, intervals drawn, and whether one may promote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from markupsafe import Markup

from shop.tables import ModelVersion
from training.models import Gate, Guarded, gate_of

_WIDTH, _HEIGHT = 120, 18


@dataclass(frozen=True)
class FigureShown:
    """One guarded figure of both models."""

    guarded: Guarded
    title: str
    champion: str
    challenger: str
    difference: str
    interval: str
    drawn: Markup
    kind: str
    """Of the chip: good, bad or nothing."""


@dataclass(frozen=True)
class GateShown:
    """The gate's verdict on a model, and whether it may be promoted as things are now."""

    gate: Gate
    figures: tuple[FigureShown, ...]
    """The whole, languages, out of scope, entities and the like: as the gate orders them."""
    intents: tuple[FigureShown, ...]
    """By intent, the worst first."""
    failed_talks: int
    refusal: str
    """Why it cannot be promoted without a written reason; empty where it can."""


def shown_gate(model: ModelVersion, serving: ModelVersion | None) -> GateShown:
    """The gate of a model, seen beside the champion of now."""
    gate = gate_of(model)
    intents = [one for one in gate.guarded if one.name.startswith("intent:")]
    others = [one for one in gate.guarded if not one.name.startswith("intent:")]
    worst_first = sorted(intents, key=lambda one: (one.verdict != "worse", one.challenger - one.champion, one.title))
    return GateShown(
        gate,
        _figures(others),
        _figures(worst_first),
        sum(not talk.challenger for talk in gate.talks),
        _refusal(gate, serving),
    )


def _refusal(gate: Gate, serving: ModelVersion | None) -> str:
    if gate.verdict == "refused":
        return "The gate refused it."
    if gate.verdict == "open":
        return "It was not compared with the champion yet."
    if serving is not None and gate.champion_id != serving.id:
        return f"It was compared with model {gate.champion_id}; by now model {serving.id} answers."
    return ""


def _figures(guarded: Sequence[Guarded]) -> tuple[FigureShown, ...]:
    widest = {
        unit: max((max(abs(one.low), abs(one.high)) for one in guarded if one.unit == unit), default=1.0) or 1.0
        for unit in ("share", "milliseconds")
    }
    return tuple(_figure(one, widest[one.unit]) for one in guarded)


def _figure(one: Guarded, widest: float) -> FigureShown:
    return FigureShown(
        one,
        one.title.removeprefix("Intent ").replace("_", " ") if one.name.startswith("intent:") else one.title,
        _value(one.champion, one.unit),
        _value(one.challenger, one.unit),
        _difference(one.challenger - one.champion, one.unit),
        f"{_difference(one.low, one.unit)} to {_difference(one.high, one.unit)}",
        _drawn(one, widest),
        {"better": "good", "worse": "bad", "same": ""}[one.verdict],
    )


def _value(value: float, unit: str) -> str:
    if isnan(value):  # nothing was labelled
        return "–"
    return f"{value:.1f} ms" if unit == "milliseconds" else f"{100 * value:.1f}%"


def _difference(value: float, unit: str) -> str:
    if isnan(value):
        return "–"
    shown = f"{value:+.1f}" if unit == "milliseconds" else f"{100 * value:+.1f}"
    return ("0.0" if float(shown) == 0 else shown.replace("-", "−")) + (" ms" if unit == "milliseconds" else "")


def _drawn(one: Guarded, widest: float) -> Markup:
    """The interval of the difference around the line of no difference; the table says the same in numbers."""
    middle = _WIDTH / 2

    def place(value: float) -> float:
        return middle + (middle - 6) * value / widest

    if isnan(one.low) or isnan(one.high):
        return Markup("")
    return Markup(
        '<svg class="interval {kind}" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true">'
        '<line class="none" x1="{m}" x2="{m}" y1="1" y2="{bottom}"/>'
        '<line class="range" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'
        '<circle cx="{at:.1f}" cy="{y}" r="4"/></svg>'
    ).format(
        kind=one.verdict,
        w=_WIDTH,
        h=_HEIGHT,
        m=middle,
        bottom=_HEIGHT - 1,
        low=place(one.low),
        high=place(one.high),
        at=place(max(one.low, min(one.high, one.challenger - one.champion))),
        y=_HEIGHT / 2,
    )
