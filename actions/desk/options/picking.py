"""Which variants a wish leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.desk.options.scales import PRICE, ranks
from actions.desk.options.wish import Comparison, Extreme, OptionWish
from actions.desk.options.words import Choice, option_values

#: How many variants are offered where the wish cannot be met.
OFFERED = 4


@dataclass(frozen=True)
class Picked:
    """What a wish comes to.

    ``variants``: best first; exactly one is settled, several are equally good. ``exact``: all that was wished holds and
    everything unmentioned stayed. ``unmet``: (option, wished value) that no available variant could give; a relative
    wish as ``"> 500ml"``, a refused value as ``"not red"``. ``already``: the current variant is what was wished.
    """

    variants: tuple[Choice, ...]
    exact: bool
    unmet: tuple[tuple[str, str], ...]
    already: bool = False


def pick(wish: OptionWish, choices: Sequence[Choice], current: Choice | None) -> Picked:
    """The available variants that meet a wish best. Never the current one, unless the same is wished."""
    return _Picking(wish, choices, current).pick()


class _Picking:
    """A wish against a product's variants."""

    def __init__(self, wish: OptionWish, choices: Sequence[Choice], current: Choice | None) -> None:
        self.wish = wish
        self.current = current
        self.here = dict(current.options) if current else {}
        self.values = option_values([*choices, *([current] if current else [])])
        self.scales = {option: ranks(values) for option, values in self.values.items()}
        self.candidates = [c for c in choices if c.available and (wish.same or not current or c.id != current.id)]
        self.by_price = any(extreme.option == PRICE for extreme in wish.extreme)
        pointed = {*(c.option for c in wish.compare), *(e.option for e in wish.extreme)}
        refused = {option for option, values in wish.excluded.items() if self.here.get(option) in values}
        spoken = {*wish.hard, *wish.preferred, *pointed, *refused, *wish.keep, *wish.free}
        self.staying = [option for option in self.values if option not in spoken]

    def pick(self) -> Picked:
        """The best variants, or the nearest ones."""
        if not self.candidates:
            return Picked((), False, tuple((option, values[0]) for option, values in self.wish.hard.items()))
        if self.wish.same and self.current:
            # The same means just that one, where it can be had.
            same = tuple(choice for choice in self.candidates if dict(choice.options) == self.here)
            if same:
                return Picked(same[:1], True, ())
        meeting = [choice for choice in self.candidates if not self._failures(choice) and not self._not_kept(choice)]
        if not meeting:
            best = min(self._lack(choice) for choice in self.candidates)
            nearest = [choice for choice in self.candidates if self._lack(choice) == best]
            fewest = min(self._changes(choice) for choice in nearest)
            nearest = [choice for choice in nearest if self._changes(choice) == fewest]
            nearest.sort(key=lambda choice: (self._apart(choice), self._rank(choice, nearest)))
            return Picked(tuple(nearest[:OFFERED]), False, self._unmet(nearest), self._has_it(nearest))
        first = min(self._rank(choice, meeting) for choice in meeting)
        variants = [choice for choice in meeting if self._rank(choice, meeting) == first]
        variants.sort(key=lambda choice: choice.price_cents)
        stayed = self.by_price or not any(self._changes(choice) for choice in variants)
        return Picked(tuple(variants), stayed and not self.wish.same, (), self._has_it(variants))

    def _has_it(self, best: Sequence[Choice]) -> bool:
        """Whether the current variant meets the wish, and no other one better."""
        if self.current is None or not (self.wish.hard or self.wish.preferred or self.wish.extreme):
            return False
        if self.wish.same or self._failures(self.current):
            return False
        ordered = ((o, values) for o, values in self.wish.hard.items() if o not in self.wish.either)
        preferences = [*ordered, *self.wish.preferred.items()]
        return self._extremes(self.current) <= self._extremes(best[0]) and all(
            self._index(self.current, o, values) <= self._index(best[0], o, values) for o, values in preferences
        )

    def _failures(self, choice: Choice) -> list[tuple[str, str]]:
        """What was asked for and a variant does not give, as (option, wished)."""
        failed = [(o, values[0]) for o, values in self.wish.hard.items() if choice.options.get(o) not in values]
        failed += [(o, f"not {choice.options[o]}") for o, v in self.wish.excluded.items() if choice.options.get(o) in v]
        failed += [(c.option, self._said(c)) for c in self.wish.compare if not self._compares(choice, c)]
        return failed

    def _not_kept(self, choice: Choice) -> list[tuple[str, str]]:
        kept = [option for option in self.wish.keep if option in self.here]
        return [(option, self.here[option]) for option in kept if choice.options.get(option) != self.here[option]]

    def _lack(self, choice: Choice) -> tuple[float, ...]:
        """How far a variant is from the wish: what was asked for counts before what was to stay."""
        return (len(self._failures(choice)), *self._extremes(choice), len(self._not_kept(choice)))

    def _apart(self, choice: Choice) -> float:
        """How far along their scales a variant's values are from the ones wished."""
        apart = 0.0
        for option, values in self.wish.hard.items():
            scale = ranks([*self.values.get(option, ()), values[0]])
            if scale and choice.options.get(option) not in values:
                apart += abs(scale[values[0]] - scale[choice.options[option]])
        for comparison in self.wish.compare:
            gap = self._gap(choice, comparison)
            apart += 0 if gap is None else abs(gap - (comparison.amount or comparison.steps))
        return apart

    def _unmet(self, nearest: Sequence[Choice]) -> tuple[tuple[str, str], ...]:
        """What none of the candidates gives; when each is given by one, what the nearest do not."""
        lacking = [{*self._failures(choice), *self._not_kept(choice)} for choice in self.candidates]
        found = set.intersection(*lacking)
        return tuple(sorted(found or {lack for c in nearest for lack in (*self._failures(c), *self._not_kept(c))}))

    def _compares(self, choice: Choice, comparison: Comparison) -> bool:
        if self.current is None:
            return True
        gap = self._gap(choice, comparison)
        wanted = comparison.amount or comparison.steps
        return gap is not None and (abs(gap - wanted) < 1e-6 if wanted else gap > 0)

    def _gap(self, choice: Choice, comparison: Comparison) -> float | None:
        """How much more than the current one a variant has (less, if that is wished), in steps if so wished."""
        here = self._at(self.current, comparison.option) if self.current else None
        there = self._at(choice, comparison.option)
        if here is None or there is None:
            return None
        if comparison.steps:
            scale = sorted(set(self.scales[comparison.option].values()))
            here, there = scale.index(here), scale.index(there)
        return (there - here) * comparison.sign

    def _said(self, comparison: Comparison) -> str:
        here = self.here.get(comparison.option, "")
        if comparison.option == PRICE and self.current:
            here = f"{self.current.price_cents / 100:.2f}"
        return f"{'>' if comparison.sign > 0 else '<'} {here}".strip()

    def _at(self, choice: Choice, option: str) -> float | None:
        if option == PRICE:
            return float(choice.price_cents)
        return self.scales.get(option, {}).get(choice.options.get(option, ""))

    def _rank(self, choice: Choice, among: Sequence[Choice]) -> tuple[float, ...]:
        """The order of variants that meet the wish alike, the best least."""
        hard = [self._index(choice, o, v) for o, v in self.wish.hard.items() if o not in self.wish.either]
        preferred = [self._index(choice, option, values) for option, values in self.wish.preferred.items()]
        otherwise = [self._fallen_back(choice, option, values) for option, values in self.wish.otherwise.items()]
        changes = self._changes(choice)
        can_stay = any(not self._changes(other) for other in among)
        giving_way = [changes, *otherwise] if can_stay else [*otherwise, changes]
        distances = [self._distance(choice, comparison) for comparison in self.wish.compare]
        open_to = [option for option in (*self.wish.either, *self.wish.free) if option not in self.wish.otherwise]
        alike = self._changed(choice, open_to)
        return (*self._extremes(choice), *hard, *preferred, *giving_way, *distances, alike)

    def _extremes(self, choice: Choice) -> tuple[float, ...]:
        return tuple(self._extreme(choice, extreme) for extreme in self.wish.extreme)

    def _extreme(self, choice: Choice, extreme: Extreme) -> float:
        place = self._at(choice, extreme.option)
        return float("inf") if place is None else -extreme.sign * place

    def _index(self, choice: Choice, option: str, values: Sequence[str]) -> int:
        value = choice.options.get(option, "")
        return values.index(value) if value in values else len(values)

    def _fallen_back(self, choice: Choice, option: str, values: Sequence[str]) -> int:
        """The place among the next best; what is merely accepted ("red is fine too") comes after what there was."""
        stays = option in self.wish.free and choice.options.get(option) == self.here.get(option)
        return -1 if stays else self._index(choice, option, values)

    def _changes(self, choice: Choice) -> int:
        return self._changed(choice, self.staying)

    def _changed(self, choice: Choice, options: Sequence[str]) -> int:
        """How many of the options are not as they were; none where nothing is known to have been."""
        return sum(choice.options.get(option) != self.here[option] for option in options if option in self.here)

    def _distance(self, choice: Choice, comparison: Comparison) -> float:
        """How far along the scale a variant lies; prices are no such scale, all cheaper ones are as good."""
        return 0.0 if comparison.option == PRICE else abs(self._gap(choice, comparison) or 0.0)
