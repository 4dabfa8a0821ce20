"""The phrases that the facts of a product vouch for, each with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from actions.generators.facts import YES, LocalFacts
from actions.generators.tokens import norms
from actions.generators.words import Phrase, Words

_PARTS = re.compile(r"[,;:，；、：()（）/]|\s\+\s|\s[-–]\s|和|与|及")
_MAX_CUT_TOKENS = 12
_NO_FACT = -1


@dataclass
class Sources:
    """Where a phrase comes from: free to stand anywhere, or tied to facts by their number."""

    free: bool = False
    labels: set[int] = field(default_factory=set)
    values: set[int] = field(default_factory=set)
    implied: bool = False  # a label only by implication: "weighs", "made of"


class PhraseTable:
    """Every phrase a text about one product may use, by its tokens."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.entries: dict[Phrase, Sources] = {}
        self.longest = words.longest_neutral

    def free(self, *texts: str) -> None:
        """Phrases that may stand anywhere, as a whole."""
        for text in texts:
            self._entry(norms(text)).free = True

    def add(self, facts: LocalFacts, also_in_pieces: bool) -> None:
        """All phrases of a product. ``also_in_pieces``: single words of its name and values too (English)."""
        self.free(facts.name, facts.brand, facts.category, facts.department, *facts.tags)
        self.free(facts.name.replace(facts.brand, "") if facts.brand else facts.name)
        for name, values in facts.options:
            self.free(name, *values)
        self.free(*_live_phrases(facts))
        if also_in_pieces:
            self._add_names(facts)
        for phrase, keys in self.words.implies.items():
            spoken_of = {number for number, fact in enumerate(facts.facts) if fact.key in keys}
            entry = self._entry(phrase)
            entry.labels |= spoken_of or {_NO_FACT}
            entry.implied = True
        for number, fact in enumerate(facts.facts):
            if not fact.is_negative:
                self._add_fact(number, fact.label, fact.value, also_in_pieces)

    def _add_names(self, facts: LocalFacts) -> None:
        for token in norms(facts.name):
            if not self.words.is_sensitive(token) and "|" not in token:
                self._entry([token]).free = True
        category = norms(facts.category)
        for start in range(1, len(category)):  # "vacuum cleaner" is a cleaner
            self._entry(category[start:]).free = True

    def _add_fact(self, number: int, label: str, value: str, also_in_pieces: bool) -> None:
        for phrase in self._cuts(norms(label), also_in_pieces):
            self._entry(phrase).labels.add(number)
        if value.lower() in YES:
            self.free(label)
            return
        for part in [value, *_PARTS.split(value)]:
            tokens = norms(part)
            for phrase in self._cuts(tokens, also_in_pieces and not self._is_qualified(tokens)):
                self._entry(phrase).values.add(number)

    def _cuts(self, tokens: list[str], also_in_pieces: bool) -> Iterator[list[str]]:
        """The whole, and its pieces that begin and end with a word of their own ("shell of nylon", not "of")."""
        yield tokens
        if not also_in_pieces or len(tokens) > _MAX_CUT_TOKENS:
            return
        own = [index for index, token in enumerate(tokens) if (token,) not in self.words.neutral]
        for start in own:
            yield from (tokens[start : end + 1] for end in own if end > start)
            if self.words.sensitive.get((tokens[start],), "material") == "material":
                yield [tokens[start]]

    def _is_qualified(self, tokens: list[str]) -> bool:
        """Whether leaving words out could turn the meaning ("faux leather", "not machine washable")."""
        return any((token,) in self.words.modifiers for token in tokens)

    def _entry(self, tokens: Iterable[str]) -> Sources:
        phrase = tuple(tokens)
        self.longest = max(self.longest, len(phrase))
        return self.entries.setdefault(phrase, Sources()) if phrase else Sources()


def _live_phrases(facts: LocalFacts) -> Iterator[str]:
    """How a text may put price, rating and stock."""
    for price in (facts.lowest_price, facts.highest_price):
        if price is not None:
            yield str(price)
    if facts.in_stock:
        yield from ("in stock", "有货", "现货")
    if facts.rating is not None:
        shown = f"{facts.rating:g}"
        yield from (
            f"{shown} out of 5",
            f"{shown} stars",
            f"{shown}/5",
            f"{shown} 分",
            f"评分 {shown} 分",
            f"{shown} 星",
            "满分 5 分",
        )
        yield from (f"{facts.review_count} {noun}" for noun in ("reviews", "ratings", "条评价", "位顾客"))
