"""The words by which a product's option names and values may be said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from actions.desk.options.words import Choice, fold, is_negative, key, kind_of, normal, option_values, tokens, words
from shop.vocabulary import has_cjk, same_colour

SMALL_WORDS = frozenset(
    "a an and any are as at be but by do for from have i if in instead is it its me my no not of on one or pair pairs "
    "please than that the them then this to too version was we with would you your ones size sized".split()
)
#: A word of a longer value stands for it ("google" for "Google Assistant"), but never these.
_NO_PART = SMALL_WORDS | frozenset("color colour type level white life full hair side black red blue".split())


@dataclass(frozen=True)
class Meaning:
    """What a word may stand for."""

    option: str
    values: tuple[str, ...]
    strength: int  # 3: as stored, 2: another word for it, 1: part of it or a shade


@lru_cache(maxsize=8192)
def heard_as(word: str) -> str:
    """What a word is looked up by: Chinese ones as they stand in a normalised text, others by their key."""
    narrow = normal(word).strip()
    return narrow if has_cjk(narrow) else key(word)


class Lexicon:
    """The words by which a product's option names and values may be said. Get one from ``lexicon_of``."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.values = option_values(choices)
        self._in_chinese = _pairs(choices)
        self.meanings: dict[str, list[Meaning]] = {}
        self.names: dict[str, list[str]] = {}
        for option, values in self.values.items():
            self._learn_names(option)
            for value in values:
                if value.lower() not in ("yes", "no", "none"):
                    self._learn_value(option, value)
        self._learn_strangers()

    def negative(self, option: str) -> str:
        """The option's value for lacking it, or an empty string."""
        return next((value for value in self.values[option] if is_negative(value)), "")

    def quantity_options(self, unit: str) -> list[str]:
        """The options whose values are counted in a unit."""
        pattern = re.compile(rf"\s*[\d.]+ {re.escape(unit)}\b")
        return [option for option, values in self.values.items() if all(pattern.match(normal(v)) for v in values)]

    def _learn_names(self, option: str) -> None:
        others = {fold(word) for other in self.values if other != option for word in re.findall(r"\w+", other.lower())}
        parts = [word for word in re.findall(r"[a-z]+", option.lower()) if fold(word) not in others]
        listed = words()["names"]
        told = list(listed.get(option.lower(), ()))
        for part in parts:
            told += [part, *listed.get(part, ())] if len(part) > 2 else []
        chinese = [there for (here, _), (there, _) in self._in_chinese.items() if here == option]
        for name in (option, *told, *chinese):
            self.names.setdefault(heard_as(name), []).append(option)

    def _learn_value(self, option: str, value: str) -> None:
        self._add(value, option, value, 3)
        if (option, value) in self._in_chinese:
            self._add(self._in_chinese[option, value][1], option, value, 3)
        for alias in _aliases(value, kind_of(option)):
            self._add(alias, option, value, 2)
        for other in _converted(value):
            self._add(other, option, value, 2)
        for part in self._own_parts(option, value):
            self._add(part, option, value, 1)

    def _own_parts(self, option: str, value: str) -> list[str]:
        parts = [token.text for token in tokens(normal(value)) if token.text.isalpha()]
        if len(parts) < 2 or re.match(r"\s*\d", value) or is_negative(value) or parts[0] == "non":
            return []
        rest = {t.key for other in self.values[option] if other != value for t in tokens(normal(other))}
        rest |= {fold(word) for word in re.findall(r"\w+", option.lower())}
        return [part for part in parts if len(part) > 1 and part not in _NO_PART and fold(part) not in rest]

    def _learn_strangers(self) -> None:
        """Colours and materials that the product lacks are understood too, so that the lack can be told."""
        for kind in ("colour", "material"):
            owners = [option for option in self.values if kind_of(option) == kind]
            for stranger, aliases in words()["values"][kind].items() if owners else ():
                for option in owners[:1]:
                    for word in (stranger, *aliases):
                        if self._sayable(word, option):
                            self._add(word, option, stranger, 2)

    def _sayable(self, word: str, option: str) -> bool:
        known = heard_as(word)
        if known in self.meanings or word in ("hard", "soft"):
            return False
        if kind_of(option) != "colour":
            return True
        shades = [value for value in self.values[option] if same_colour(word, value)]
        for value in shades:
            self._add(word, option, value, 1)
        return not shades

    def _add(self, word: str, option: str, value: str, strength: int) -> None:
        found = self.meanings.setdefault(heard_as(word), [])
        if not any(meaning.option == option and value in meaning.values for meaning in found):
            found.append(Meaning(option, (value,), strength))


def lexicon_of(choices: Sequence[Choice]) -> Lexicon:
    """The words for these variants' options; building them takes milliseconds, so they are kept."""
    return _built(tuple((tuple(c.options.items()), tuple(c.options_zh.items())) for c in choices))


@lru_cache(maxsize=512)
def _built(variants: tuple[tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]], ...]) -> Lexicon:
    return Lexicon([Choice(0, dict(options), dict(options_zh), 0, True) for options, options_zh in variants])


def _pairs(choices: Sequence[Choice]) -> dict[tuple[str, str], tuple[str, str]]:
    """(option, value) in English -> the same in Chinese; a variant lists both in the same order."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for choice in choices:
        if len(choice.options) == len(choice.options_zh):
            found.update(zip(choice.options.items(), choice.options_zh.items(), strict=True))
    return found


@lru_cache(maxsize=4096)
def _aliases(value: str, kind: str) -> tuple[str, ...]:
    groups = words()["values"]
    wanted = key(value)
    kinds = [kind] if kind in ("colour", "material") else ["other", "size", "material", "colour"]
    if kind == "colour":
        kinds.append("material")
    for name in kinds:
        for stored, aliases in groups[name].items():
            if key(stored) == wanted:
                return tuple(aliases)
    return ()


def _converted(value: str) -> list[str]:
    match = re.match(r"\s*([\d.]+) (\w+)(.*)", normal(value))
    found = []
    for large, small, factor in words()["conversions"] if match else ():
        if match and match[2] == large:
            found.append(f"{float(match[1]) * factor:g}{small}")
        elif match and match[2] == small and float(match[1]) >= factor / 2:
            found.append(f"{float(match[1]) / factor:g}{large}")
    if match and float(match[1]) >= 10:  # "the 15 instead of the 17"
        found.append(match[1])
    if match and match[3].strip() and not re.search(r"\d", match[3]):
        found += [match[1] + match[2], *(other + match[3] for other in found)]
    return found
