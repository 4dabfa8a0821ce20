"""Whether what a text says of a fact is said of that fact: values beside their own labels, labels beside values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actions.generators.phrases import Sources
from actions.generators.tokens import Token

# A value within this many tokens of a label is taken to be said of it ("nylon shell", "the lining is cotton").
_REACH_TOKENS = 4
_BOUNDARIES = frozenset(". , ; ! ? 。 、 ) and with while plus but or 和 与 及 并 而 且 有 带 配".split())


@dataclass(frozen=True)
class Unit:
    """A run of tokens covered by one phrase; ``sources`` is None for neutral words, marks and what is unknown."""

    start: int
    end: int
    sources: Sources | None
    known: bool
    is_neutral: bool = False  # words that also say nothing ("fits", where "Fit" is a label)


def misattributed(tokens: Sequence[Token], units: Sequence[Unit]) -> Iterator[tuple[Unit, str, str]]:
    """Units that stand in the wrong place, each with the kind of violation and why."""
    for number, unit in enumerate(units):
        sources = unit.sources
        if sources is None or sources.free or (sources.labels and sources.values):
            continue
        if sources.values:
            yield from _judge_value(tokens, units, number, sources.values)
        elif sources.implied:
            following = next((near for _, near in _beside(tokens, units, number, 1)), None)
            if following is not None and not following.values & sources.labels:
                yield unit, "mismatch", "what follows is another fact"
        elif not unit.is_neutral and not any(
            near.values & sources.labels for _, near in _around(tokens, units, number)
        ):
            yield unit, "claim", "the facts say more precisely what this is"


def _judge_value(
    tokens: Sequence[Token], units: Sequence[Unit], number: int, facts: set[int]
) -> Iterator[tuple[Unit, str, str]]:
    unit = units[number]
    around = list(_around(tokens, units, number))
    own = min((distance for distance, near in around if near.labels & facts), default=None)
    other = min((d for d, near in around if near.labels and not near.free and not near.labels & facts), default=None)
    if own is None and unit.end - unit.start == 1 and tokens[unit.start].is_bare_number:
        yield unit, "number", "a number without what it counts"
    elif other is not None and (own is None or other < own):
        yield unit, "mismatch", "the facts say this of something else"


def _around(tokens: Sequence[Token], units: Sequence[Unit], number: int) -> Iterator[tuple[int, Sources]]:
    """What stands within reach on either side of a unit, with its distance in tokens."""
    yield from _beside(tokens, units, number, -1)
    yield from _beside(tokens, units, number, 1)


def _beside(tokens: Sequence[Token], units: Sequence[Unit], number: int, step: int) -> Iterator[tuple[int, Sources]]:
    """The same on one side, up to a boundary."""
    distance, other = 0, number + step
    while 0 <= other < len(units) and distance < _REACH_TOKENS:
        unit = units[other]
        if unit.sources is not None:
            yield distance, unit.sources
        elif _is_boundary(tokens, unit):
            break
        distance += unit.end - unit.start
        other += step


def _is_boundary(tokens: Sequence[Token], unit: Unit) -> bool:
    norm = tokens[unit.start].norm
    following = tokens[unit.end].norm if unit.end < len(tokens) else ""
    # "the lining, which is nylon" still speaks of the lining
    return norm in _BOUNDARIES and not (norm == "," and following in {"which", "that"})
