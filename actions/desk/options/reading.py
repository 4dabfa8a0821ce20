"""From a shopper's sentences about one product to what is wished, kept, refused and left open among its options."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from actions.desk.options.hits import Hit, find
from actions.desk.options.lexicon import Lexicon, lexicon_of
from actions.desk.options.phrases import phrase
from actions.desk.options.roles import AGREE, EXCLUDE, FALLBACK, FREE, IGNORE, KEEP, OLD, PREFER, WISH, Cuts, cut
from actions.desk.options.scales import Pointer, pointers, ranks
from actions.desk.options.wish import GROUPS, Comparison, Extreme, OptionWish
from actions.desk.options.words import Choice, normal

#: How far before a value a word of changing or owning still speaks of it, in characters.
_NEARBY = 40


@dataclass(frozen=True)
class Reading:
    """A normalised text with its values, names and pointers, and the role that each place has."""

    text: str
    hits: list[Hit]
    pointers: list[Pointer]
    cuts: Cuts
    marked: list[tuple[int, int]]
    lexicon: Lexicon

    def is_marked(self, place: int) -> bool:
        """Whether the sentence around a place tells the old from the new by its own words."""
        return any(start <= place < end for start, end in self.marked)


def read(text: str, choices: Sequence[Choice]) -> Reading:
    """A text with everything that is understood in it."""
    text = normal(text)
    text = re.sub(r"\{[^{}]*\}", lambda m: re.sub("[,，;]", "|", m[0]), text)  # one clause
    lexicon = lexicon_of(choices)
    hits = find(text, lexicon)
    scales = {option: scale for option, values in lexicon.values.items() if len(scale := ranks(values)) > 1}
    found = pointers(text, hits, scales)
    # "500 pieces less" wishes for no 500, "too small" for no S.
    hits = [hit for hit in hits if not hit.values or not any(p.start <= hit.start and hit.end <= p.end for p in found)]
    cuts, marked = cut(text, hits, [(pointer.start, pointer.end) for pointer in found])
    return Reading(text, hits, found, cuts, marked, lexicon)


def read_wish(text: str, choices: Sequence[Choice], current: Choice | None) -> OptionWish:
    """What one or more sentences about this product wish. ``current`` is the variant that the shopper has."""
    return _Wish(read(text, choices), current).read()


#: What stands between two values of a list.
_LIST = re.compile(r"(?:\s|[,，、>/;；]|then|and|or|over|powered|其次|然后|再)*")
#: How a place on the scale compares with the limit named, and the phrases that say so.
_BOUNDS = (
    (operator.le, ("at_most", "or_down")),
    (operator.ge, ("at_least", "or_up")),
    (operator.gt, ("more_than", "")),
    (operator.lt, ("less_than", "")),
)


def _says(way: tuple[str, str], before: str, after: str) -> bool:
    leading, trailing = way
    return bool(phrase(leading).search(before) or (trailing and phrase(trailing).search(after)))


class _Wish:
    """A wish in the making."""

    def __init__(self, reading: Reading, current: Choice | None) -> None:
        self.reading = reading
        self.text = reading.text
        self.values = reading.lexicon.values
        self.current = dict(current.options) if current else {}
        self.groups: dict[str, dict[str, list[str]]] = {name: {} for name in GROUPS}
        self.free: dict[str, None] = {}
        self.keep: dict[str, None] = {}
        self.either: set[str] = set()
        self.last: dict[str, Hit] = {}

    def read(self) -> OptionWish:
        """The finished wish."""
        before: tuple[Hit, str] | None = None
        for hit in map(self._likelier, self.reading.hits):
            role = self._role(hit)
            if before and before[1] == PREFER and self._lists_on(before[0], hit):
                role = PREFER
            self._take(hit, role)
            before = hit, role
        compare, extreme = self._pointed()
        self._all_others()
        hard, preferred = self.groups["hard"], self.groups["preferred"]
        wished = {*hard, *preferred, *(wish.option for wish in compare), *(wish.option for wish in extreme)}
        same = not wished and self._same()
        if phrase("free_all").search(self.text.strip()) and not wished:
            self.free.update(dict.fromkeys(self.values))
        groups = {name: {o: tuple(v) for o, v in group.items()} for name, group in self.groups.items()}
        return OptionWish(
            **groups,
            compare=tuple(wish for wish in compare if wish.option not in hard),
            extreme=tuple(extreme),
            free=tuple(option for option in self.free if option not in wished),
            keep=tuple(
                option for option in self.keep if option not in (wished | {*self.free, *self.groups["otherwise"]})
            ),
            either=tuple(option for option in hard if option in self.either and len(hard[option]) > 1),
            same=same,
        )

    def _likelier(self, hit: Hit) -> Hit:
        """Of the options that a value may belong to, one that it would change."""
        if self.current.get(hit.option) not in hit.values and hit.option not in self.groups["hard"]:
            return hit
        others = (Hit(hit.start, hit.end, option, values) for option, values in hit.rivals)
        free = (other for other in others if other.option not in self.groups["hard"])
        return next((other for other in free if self.current.get(other.option) not in other.values), hit)

    def _role(self, hit: Hit) -> str:
        role = self.reading.cuts.at(hit.start)
        before, after = self.text[max(0, hit.start - _NEARBY) : hit.start], self.text[hit.end :]
        if not hit.values:
            return FREE if re.search(r"(?:\bany|whichever|whatever|任何|什么)\s*$", before) else role
        if role not in (OLD, WISH) or self.reading.is_marked(hit.start):
            return role
        if phrase("too").search(after):
            return OLD
        if self.current.get(hit.option) in hit.values:
            return OLD if phrase("change").search(before) or phrase("mine").search(before) else role
        return WISH if self.current and role == OLD and not phrase("owned").search(self.text) else role

    def _lists_on(self, before: Hit, hit: Hit) -> bool:
        """Whether a value only goes on a list: "ideally battery, then USB"."""
        return before.option == hit.option and bool(_LIST.fullmatch(self.text[before.end : hit.start]))

    def _take(self, hit: Hit, role: str) -> None:
        if role == KEEP and hit.values and self.current and self.current.get(hit.option) not in hit.values:
            self._wish(hit)
        elif role == KEEP:
            self.keep[hit.option] = None
        elif role in (FREE, AGREE):
            self.free[hit.option] = None
            if role == AGREE:
                self._append("otherwise", hit.option, hit.values)
        elif not hit.values and role == WISH and self._is_missed(hit.option):
            self._append("hard", hit.option, ("yes",))
        elif not hit.values or role in (OLD, IGNORE):
            return
        elif role in (EXCLUDE, PREFER):
            self._append("excluded" if role == EXCLUDE else "preferred", hit.option, hit.values)
        elif role == FALLBACK:
            self._fall_back(hit)
        else:
            self._wish(hit)

    def _is_missed(self, option: str) -> bool:
        """Whether an option is what the shopper's thing lacks, so that its mere name wishes for it."""
        return set(self.values[option]) == {"yes", "no"} and self.current.get(option) == "no"

    def _append(self, group: str, option: str, values: Iterable[str]) -> None:
        found = self.groups[group].setdefault(option, [])
        found += [value for value in values if value not in found]

    def _fall_back(self, hit: Hit) -> None:
        """The next best of what is wished already, or what to give way on."""
        if hit.option in self.groups["hard"]:
            self.either.discard(hit.option)
            self._append("hard", hit.option, hit.values)
        else:
            self._append("otherwise", hit.option, hit.values)

    def _wish(self, hit: Hit) -> None:
        values = self._reach(hit)
        before = self.last.get(hit.option)
        between = self.text[before.end : hit.start] if before else ""
        if before and phrase("correction").search(between):
            self.groups["hard"].pop(hit.option, None)
        if len(values) > 1 or (before and not phrase("ordered").search(between)):
            self.either.add(hit.option)
        self._append("hard", hit.option, values)
        self.last[hit.option] = hit

    def _reach(self, hit: Hit) -> tuple[str, ...]:
        """The values that "i7 or above" and "at least 16GB" take in."""
        before, after = self.text[: hit.start], self.text[hit.end :]
        scale = ranks([*self.values[hit.option], *hit.values])
        within = next((within for within, way in _BOUNDS if _says(way, before, after)), None)
        if not scale or within is None:
            return hit.values
        limit = scale[hit.values[0]]
        taken = sorted((v for v in self.values[hit.option] if within(scale[v], limit)), key=scale.__getitem__)
        return tuple(taken if within in (operator.ge, operator.gt) else reversed(taken)) or hit.values

    def _pointed(self) -> tuple[list[Comparison], list[Extreme]]:
        compare: list[Comparison] = []
        extreme: list[Extreme] = []
        complaints: list[Comparison] = []
        for pointer in self.reading.pointers:
            role = self.reading.cuts.at(pointer.start)
            if pointer.kind == "complaint":
                complaints.append(Comparison(pointer.option, pointer.sign))
            elif role in (FREE, KEEP, IGNORE, EXCLUDE, OLD) or self._part_of_reach(pointer):
                continue
            elif pointer.kind == "most" or role == PREFER:
                extreme.append(Extreme(pointer.option, pointer.sign))
            else:
                compare.append(Comparison(pointer.option, pointer.sign, pointer.steps, pointer.amount))
        settled = {*self.groups["hard"], *(wish.option for wish in compare), *(wish.option for wish in extreme)}
        compare += [complaint for complaint in complaints if complaint.option not in settled]
        return list(dict.fromkeys(compare)), list(dict.fromkeys(extreme))

    def _part_of_reach(self, pointer: Pointer) -> bool:
        """Whether "larger" only belongs to "500 ml or larger" or "larger than 500 ml"."""
        values = [hit for hit in self.reading.hits if hit.values]
        for hit in values:
            before, after = self.text[: hit.start], self.text[hit.end :]
            for _, (leading, trailing) in _BOUNDS:
                ahead = phrase(leading).search(before)
                behind = trailing and phrase(trailing).search(after)
                if ahead and ahead.start() <= pointer.start < hit.start:
                    return True
                if behind and hit.end <= pointer.start < hit.end + behind.end():
                    return True
        return False

    def _all_others(self) -> None:
        """Take "the other options" and "everything else" for what is not spoken of otherwise."""
        spoken = {*self.keep, *self.free, *self.groups["hard"]}
        rest = dict.fromkeys(option for option in self.values if option not in spoken)
        for role, target in ((KEEP, self.keep), (FREE, self.free)):
            for start, end in self.reading.cuts.stretches(role):
                said = self.text[start:end]
                if phrase("others").search(said) or (role == FREE and phrase("all_of_it").search(said)):
                    target.update(rest)

    def _same(self) -> bool:
        heard = (WISH, KEEP, FALLBACK, PREFER)
        return any(self.reading.cuts.at(m.start()) in heard for m in phrase("same").finditer(self.text))
