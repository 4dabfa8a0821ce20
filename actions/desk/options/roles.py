"""What the stretches of a text say about the values in them: wished, had, kept, preferred, refused or left open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from actions.desk.options.hits import Hit
from actions.desk.options.phrases import phrase

OLD, WISH, KEEP, FREE, PREFER, EXCLUDE, FALLBACK, AGREE, IGNORE = (
    "old wish keep free prefer exclude fallback agree ignore".split()
)

_SENTENCE = re.compile(r"\.(?=\s|$)|[!?;\n！？；。]+")
_CLAUSE = re.compile(
    r"[,，()（）]|(?<!anything )(?<!everything )(?<!nothing )\bbut\b|"
    r"\b(?:however|although|though|because|while|only|as long as)\b|但是|但|不过|而且|并且|另外|因为|"
    r"\b(?:and )?(?<!mind )(?<!care )(?=if |otherwise)|"
    r"\band (?=(?:i|we|you|they|please|then|also|just|prefer|keep|keeping|change|make|switch|get|want|with the same|"
    r"the same|same|don'?t|do not|not|no preference|everything|all|any|the other|the rest|others?|leave)\b)|"
    r"和?(?=其他|其它|别的|如果|要是|否则)|(?=那?就)|(?<=的话)|"
    r"(?<=possible)\b|(?<=available)\b|(?<=sold out)\b|(?<=of stock)\b|"
    r"(?<=\bif not)(?= (?!possible|available|in stock))|(?=\bthen\b)|"
    r"\b(?=(?:i|we)(?:'d| would| want| prefer| need|'ll)\b)"
)
_MARKER = re.compile(rf"{phrase('change').pattern}.*?(?P<to>\b(?:to|into|for|as|by)\b|\bwith (?!the same))")
_MARKER_BARE = re.compile(r"(?P<to>->|=>|→)|(?<=\})\s*(?P<brace>to|for|into|with)\b")
_LATER_MARKER = re.compile(r"\b(?:to|into)\b")
#: Between two values of one option: "white to black", "USB -> battery".
_BECOMES = re.compile(r"\s*(?:ones?|的)?\s*(?:to|into|->|=>|→|换成?|改成?|变成?)\s*(?:an?|the)?\s*")

#: After "the same ...": what is to differ.
_SAME_BUT = re.compile(r"\b(?:with(?! the same)|only|just)\b")
#: After "instead of ...": what is no more part of it.
_GOES_ON = re.compile(r"\b(?:with|and|in)\b")


@dataclass
class Cuts:
    """Where in a text each role begins."""

    places: list[tuple[int, str]] = field(default_factory=list)

    def add(self, place: int, role: str) -> None:
        """From this place on, the role holds."""
        self.places.append((place, role))

    def at(self, place: int) -> str:
        """The role at a place: of the cuts before it the nearest, of equally near ones the latest added."""
        before = [(start, n, role) for n, (start, role) in enumerate(self.places) if start <= place]
        return max(before)[2] if before else WISH

    def stretches(self, *roles: str) -> list[tuple[int, int | None]]:
        """The (start, end) of every stretch with one of these roles."""
        starts = sorted({start for start, _ in self.places})
        return [
            (start, end) for start, end in pairwise([*starts, None]) if start is not None and self.at(start) in roles
        ]


def cut(text: str, hits: Sequence[Hit], pointed: Sequence[tuple[int, int]]) -> tuple[Cuts, list[tuple[int, int]]]:
    """The roles in a normalised text, and its sentences that tell the old from the new ("change ... to ...").

    ``pointed`` are the places of words like "less bright", whose negation is their own.
    """
    cuts, marked = Cuts(), []
    for start, end in _split(text, 0, len(text), _SENTENCE):
        markers = (_MARKER, phrase("marker_zh"), _MARKER_BARE)
        marker = next((m for pattern in markers if (m := pattern.search(text, start, end))), None)
        turn = -1
        if marker:
            marked.append((start, end))
            groups = [marker.start(name) for name in marker.groupdict() if marker[name]]
            turn = groups[0] if groups else marker.start()
        _Sentence(text, (start, end), turn, hits, pointed, cuts).cut()
    for here, there in pairwise(hits):
        between = text[here.end : there.start]
        if (
            here.values
            and here.option == there.option
            and _BECOMES.fullmatch(between)
            and cuts.at(here.start) != PREFER
        ):
            cuts.add(here.start, OLD)
            cuts.add(there.start, WISH)
    return cuts, marked


def _split(text: str, start: int, end: int, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    places = [start, *(m.start() for m in pattern.finditer(text, start, end) if m.start() > start), end]
    return [(a, b) for a, b in pairwise(places) if text[a:b].strip()]


class _Sentence:
    """The roles within one sentence; ``turn`` is where the old becomes the new, or -1."""

    def __init__(
        self,
        text: str,
        span: tuple[int, int],
        turn: int,
        hits: Sequence[Hit],
        pointed: Sequence[tuple[int, int]],
        cuts: Cuts,
    ) -> None:
        self.text = text
        self.clauses = _split(text, *span, _CLAUSE)
        self.pointed = pointed
        self.turn = turn
        self.hits = hits
        self.cuts = cuts
        self.role = WISH
        self.in_condition = False

    def cut(self) -> None:
        """Add this sentence's cuts."""
        covered = [*((hit.start, hit.end) for hit in self.hits), *self.pointed]  # their negations are their own
        for place, (start, end) in enumerate(self.clauses):
            base = self._base(place)
            self.cuts.add(start, base)
            if base == WISH:
                self._old_and_new(start, end)
            if base in (WISH, FALLBACK, PREFER):
                self._prefer(start, end)
                self._keep_and_refuse(start, end, covered)

    def _base(self, place: int) -> str:
        start, end = self.clauses[place]
        said = self.text[start:end]
        opening = said.lstrip(" ,，")
        if self.in_condition and not phrase("consequent").match(opening) and self._consequent_follows(place):
            return IGNORE
        self.in_condition = False
        role = self.role
        if self._leaves_open(place, said):
            role = FREE
        elif phrase("if_several").search(said):
            role = self._condition(PREFER, place)
        elif phrase("if_none").search(self.text[start : end + 2]) and not phrase("otherwise").match(opening):
            role = self._condition(FALLBACK, place)
        elif phrase("if_possible").search(said) and not self._values(place):
            role = self._condition(PREFER, place)
        elif role == WISH and phrase("agree").search(said):
            role = AGREE
        elif phrase("otherwise").search(said):
            role = self.role = FALLBACK
        return role

    def _leaves_open(self, place: int, said: str) -> bool:
        named = self._values(place)
        start, end = self.clauses[place]
        pointed = any(start <= a < end for a, _ in self.pointed)
        if (named or pointed) and (phrase("any_one").search(said) or phrase("but_for").search(said)):
            return False
        return bool(phrase("free").search(said) or phrase("any_one").search(said))

    def _values(self, place: int) -> list[Hit]:
        start, end = self.clauses[place]
        return [hit for hit in self.hits if start <= hit.start < end and hit.values]

    def _consequent_follows(self, place: int) -> bool:
        later = (self.text[start:end].lstrip(" ,，") for start, end in self.clauses[place:])
        follows = zip(range(place, len(self.clauses)), later, strict=True)
        return any(self._values(where) and phrase("consequent").match(said) for where, said in follows)

    def _condition(self, role: str, place: int) -> str:
        """A clause of a condition: what follows has the role; when nothing does, what stands before it has."""
        self.in_condition = True
        self.role = role
        follows = any(self._values(later) for later in range(place + 1, len(self.clauses)))
        start = self.clauses[place - 1][0] if place else 0
        told = role == PREFER or place > 1 or self._values(place) or phrase("consequent").match(self.text[start:])
        if not follows and place and told:
            self.cuts.add(max(start, self.turn), role)
        return IGNORE

    def _old_and_new(self, start: int, end: int) -> None:
        if 0 <= start <= self.turn:
            self._becomes(start, min(self.turn, end), end)
        elif self.turn >= 0:
            later = _LATER_MARKER.search(self.text, start, end)
            if later and self._any_hit(start, later.start()):
                self._becomes(start, later.start(), end)
        elif phrase("owned").search(self.text, start, end):
            self.cuts.add(start, OLD)
        should = phrase("should").search(self.text, start, end)
        if should and any(hit.values for hit in self.hits if should.end() <= hit.start < end):
            self._becomes(start, should.start(), end)
        source = phrase("from").search(self.text, start, end)
        if source and self._any_hit(source.end(), end):
            target = re.compile(r"\b(?:to|into)\b|到|换|改").search(self.text, source.end())
            self._becomes(source.start(), target.start() if target else end, end)

    def _becomes(self, start: int, turn: int, end: int) -> None:
        self.cuts.add(start, OLD)
        if turn < end:
            self.cuts.add(turn, WISH)

    def _any_hit(self, start: int, end: int) -> bool:
        return any(start <= hit.start < end for hit in self.hits)

    def _prefer(self, start: int, end: int) -> None:
        prefer = phrase("prefer").search(self.text, start, end)
        if prefer:
            role = FALLBACK if self.role == FALLBACK else PREFER
            self.cuts.add(prefer.start() if self._any_hit(prefer.end(), end) else start, role)

    def _keep_and_refuse(self, start: int, end: int, covered: Sequence[tuple[int, int]]) -> None:
        keep = phrase("keep").search(self.text, start, end)
        if keep:
            self.cuts.add(keep.start() if self._any_hit(keep.end(), end) else start, KEEP)
            goes_on = _SAME_BUT if keep[0] == "same" else phrase("change")
            change = goes_on.search(self.text, keep.end(), end)
            if change and (not keep[0].isascii() or keep[0].startswith(("keep", "same"))):
                self.cuts.add(change.start(), WISH)
        covered = [*covered, *(m.span() for m in phrase("bound").finditer(self.text, start, end))]
        for refuse in phrase("refuse").finditer(self.text, start, end):
            within = [*covered, keep.span()] if keep else covered
            if any(a <= refuse.start() < b for a, b in within):
                continue
            if phrase("prefer").search(self.text, start, refuse.start()) and refuse[0] == "rather than":
                continue
            exception = keep and phrase("but_for").match(refuse[0])
            self.cuts.add(refuse.start(), WISH if exception else EXCLUDE)
            rest = _GOES_ON.search(self.text, refuse.end(), end) if phrase("in_its_stead").match(refuse[0]) else None
            self.cuts.add(rest.start() if rest else end, WISH)
            return
