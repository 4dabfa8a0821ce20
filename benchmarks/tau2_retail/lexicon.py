"""The names of things that any visitor of the shop's pages knows: kinds of products, options and their values.

The customer reads its own scenario with these words ("the cleaner" is a Vacuum Cleaner) and recognises things in
what the bot shows. No ids, no prices, nobody's orders.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

#: Last words of names that say nothing alone ("a set", "a kit").
_EMPTY_HEADS = frozenset("set kit maker machine reader light".split())
#: First words that stand for the whole thing ("the jigsaw", "my luggage").
_TELLING_FIRST = frozenset("jigsaw luggage makeup dumbbell vacuum fleece espresso perfume patio yoga".split())
#: What people say instead of the catalogue's word.
_OTHER_WORDS = {
    "bike": "Bicycle",
    "vacuum": "Vacuum Cleaner",
    "coffee machine": "Coffee Maker,Espresso Machine",
    "umbrella": "Patio Umbrella",
}


@dataclass(frozen=True)
class Mention:
    """A thing named in a text, and the products that it may be."""

    words: str
    start: int
    end: int
    products: frozenset[str]


class Lexicon:
    """Finds products and option values in a text."""

    def __init__(self, values_by_product: Mapping[str, Mapping[str, frozenset[str]]]) -> None:
        self.values_by_product = values_by_product

    @classmethod
    def of_shop(cls, db: Mapping[str, Any]) -> Lexicon:
        """From tau2's ``db.json``."""
        found: dict[str, dict[str, set[str]]] = {}
        for product in db["products"].values():
            options = found.setdefault(product["name"], {})
            for variant in product["variants"].values():
                for name, value in variant["options"].items():
                    options.setdefault(name, set()).add(value)
        return cls({name: {o: frozenset(v) for o, v in options.items()} for name, options in found.items()})

    def mentions(self, text: str) -> list[Mention]:
        """Every thing that a text names, in order."""
        found = []
        for match in self._pattern.finditer(plain(text)):
            found.append(Mention(match[0], match.start(), match.end(), self._names[_singular(match[0])]))
        return found

    def products(self, text: str) -> list[str]:
        """The products whose full names stand in a text that the bot wrote, in order, each once."""
        lowered = plain("\n".join(_without_options(line) for line in text.splitlines()))
        places = {name: lowered.find(plain(name)) for name in self.values_by_product}
        return sorted((name for name, place in places.items() if place >= 0), key=places.__getitem__)

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        names: dict[str, set[str]] = {}
        for product in self.values_by_product:
            for word in _names_of(product):
                names.setdefault(_singular(word), set()).add(product)
        for word, products in _OTHER_WORDS.items():
            known = set(products.split(",")) & set(self.values_by_product)
            if known:
                names.setdefault(word, set()).update(known)
        return {word: frozenset(products) for word, products in names.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = sorted(self._names, key=len, reverse=True)
        return re.compile(r"\b(?:" + "|".join(_plural_pattern(word) for word in words) + r")\b")


def _without_options(line: str) -> str:
    """A line without the options of what it names, which may be called like a product ("camera" of a backpack)."""
    line = re.sub(r"\([^()]*\)", "", line)
    return line.split(":", 1)[0] if "→" in line else line


def plain(text: str) -> str:
    """Lower case, typographic marks made simple; as long as the text itself."""
    return text.lower().replace("’", "'").replace("–", "-").replace("—", "-").replace("-", " ")


def _names_of(product: str) -> set[str]:
    words = plain(product).split()
    names = {" ".join(words), "".join(words)}
    if words[-1] not in _EMPTY_HEADS and len(words[-1]) > 2:
        names.add(words[-1])
    if words[0] in _TELLING_FIRST:
        names.add(words[0])
    if len(words) == 1:
        names |= {f"{product[:at].lower()} {product[at:].lower()}" for at in (4,) if product.lower().endswith("shelf")}
        if product.lower().endswith("watch"):
            names.add("watch")
    return names


def _singular(words: str) -> str:
    for plural, single in (("shelves", "shelf"), ("ches", "ch"), ("s", "")):
        if words.endswith(plural) and not words.endswith("ss"):
            return words[: -len(plural)] + single
    return words


def _plural_pattern(word: str) -> str:
    return re.escape(word).removesuffix("shelf") + ("(?:shelf|shelves)" if word.endswith("shelf") else "(?:e?s)?")
