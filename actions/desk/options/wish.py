"""What a shopper wishes about the options of one product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """A wish relative to the current variant: more (sign 1) or less (-1), by steps of the scale or by an amount."""

    option: str
    sign: int
    steps: int = 0
    amount: float = 0


@dataclass(frozen=True)
class Extreme:
    """A wish for the most (sign 1) or the least (-1) of an option, or of the price."""

    option: str
    sign: int


Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class OptionWish:
    """What a shopper wishes about the options of one product; option names and values are those stored in English.

    ``hard`` values must hold, the first the dearest, unless the option is in ``either``: then they are all alike.
    ``preferred`` breaks ties before the current variant does, ``otherwise`` only where the wish cannot be met exactly.
    """

    hard: Values = field(default_factory=dict)
    preferred: Values = field(default_factory=dict)
    otherwise: Values = field(default_factory=dict)
    excluded: Values = field(default_factory=dict)
    compare: tuple[Comparison, ...] = ()
    extreme: tuple[Extreme, ...] = ()
    free: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    same: bool = False

    def to_json(self) -> dict[str, Any]:
        """As plain lists and dicts."""
        groups: dict[str, Any] = {name: {k: list(v) for k, v in getattr(self, name).items()} for name in GROUPS}
        rows: dict[str, Any] = {"compare": [list(vars(c).values()) for c in self.compare]}
        rows["extreme"] = [list(vars(e).values()) for e in self.extreme]
        return {**groups, **rows, **{name: list(getattr(self, name)) for name in _LISTS}, "same": self.same}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> OptionWish:
        """The wish that ``to_json`` wrote."""
        given: dict[str, Any] = {name: {k: tuple(v) for k, v in data[name].items()} for name in GROUPS}
        given.update((name, tuple(data[name])) for name in _LISTS)
        given["compare"] = tuple(Comparison(*row) for row in data["compare"])
        given["extreme"] = tuple(Extreme(*row) for row in data["extreme"])
        return cls(**given, same=bool(data["same"]))

    def merged_into(self, earlier: OptionWish) -> OptionWish:
        """The earlier wish with what this later one says in place of what it said about the same options."""
        said = self.options()
        merged: dict[str, Any] = {}
        for name in GROUPS:
            old = {option: values for option, values in getattr(earlier, name).items() if option not in said}
            merged[name] = {**old, **getattr(self, name)}
        for name in _LISTS:
            merged[name] = (*(option for option in getattr(earlier, name) if option not in said), *getattr(self, name))
        for name in ("compare", "extreme"):
            merged[name] = (*(wish for wish in getattr(earlier, name) if wish.option not in said), *getattr(self, name))
        return OptionWish(**merged, same=self.same or (earlier.same and not said))

    def options(self) -> set[str]:
        """Every option that something is said about."""
        named = {option for name in (*GROUPS, *_LISTS) for option in getattr(self, name)}
        return named | {wish.option for wish in self.compare} | {wish.option for wish in self.extreme}


#: The fields that map options to values.
GROUPS = ("hard", "preferred", "otherwise", "excluded")
_LISTS = ("free", "keep", "either")


def says_nothing(wish: OptionWish) -> bool:
    """Whether a text held no wish about options at all."""
    return not wish.same and not wish.options()
