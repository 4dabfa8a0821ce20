"""The words of options: the word file, texts as they are searched, and what a phrase is compared by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from language import number_words


@dataclass(frozen=True)
class Choice:
    """One variant as its options tell it from the others. Options are as the shop stores them, the first in English."""

    id: int
    options: Mapping[str, str]
    options_zh: Mapping[str, str]
    price_cents: int
    available: bool


@dataclass(frozen=True)
class Token:
    """A word, number or sign of a normalised text; `key` is what it is compared by."""

    text: str
    key: str
    start: int
    end: int


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The word file."""
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yml").read_text("utf-8"))
    return data


@lru_cache(maxsize=1)
def _units() -> tuple[re.Pattern[str], dict[str, str]]:
    names = {alias: unit for unit, aliases in words()["units"].items() for alias in aliases}
    either = "|".join(re.escape(alias) for alias in sorted(names, key=len, reverse=True))
    pattern = rf"(?<![a-z0-9.$#])(?P<n>{number_words.PATTERN})[\s-]?(?P<unit>{either})(?![a-z])"
    return re.compile(pattern, re.IGNORECASE), names


#: A number in words that is a size: "size ten", or all that is said.
_SAID_SIZE = re.compile(rf"(?<=\bsize ){number_words.ENGLISH_WORD}\b|^{number_words.ENGLISH_WORD}$", re.IGNORECASE)


def normal(text: str) -> str:
    """A text as it is searched: narrow, lower case, straight quotes, quantities as ``"13 inch"``."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = text.translate(str.maketrans("’‘“”", "''\"\""))
    text = re.sub(r"(?<=\d) in(?=\s*(?:$|[.,;]|screen|display|laptop|tablet))|(?<=\d)in\b", " inch", text)
    text = re.sub(r"(?<![\w\"'.])(\d+(?:\.\d+)?)(?:\"|'')", r"\1 inch ", text)
    text = re.sub(r"(?<=[\u3400-\u9fff])(?=[a-z\d])|(?<=[a-z\d])(?=[\u3400-\u9fff])", " ", text)  # both are \w
    text = re.sub(r"\ban? (?=lit(?:er|re)\b|terabyte\b)", "1 ", text)
    text = _SAID_SIZE.sub(lambda m: number_words.plain(number_words.value(m[0]) or Decimal(0)), text)
    pattern, names = _units()

    def quantity(match: re.Match[str]) -> str:
        number = number_words.value(match["n"])
        return match[0] if number is None else f" {number_words.plain(number)} {names[match['unit']]} "

    return pattern.sub(quantity, text)


def fold(word: str) -> str:
    """An English word without its plural or possessive ending."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


_TOKEN = re.compile(r"[a-z]+\d+[a-z]*|[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?|[\u3400-\u9fff]|[^\s\w-]")


def tokens(text: str) -> list[Token]:
    """The words, numbers and signs of a normalised text; hyphens only part words."""
    return [Token(m[0], fold(m[0]), *m.span()) for m in _TOKEN.finditer(text)]


@lru_cache(maxsize=8192)
def key(text: str) -> str:
    """What a phrase is compared by: ``"Wi-Fi"`` and ``"wifi"`` have one."""
    return "".join(token.key for token in tokens(normal(text)))


def is_negative(value: str) -> bool:
    """Whether a value says that the thing lacks what its option names: "none", "no", "not resistant"."""
    return bool(re.match(r"(?:no|none|not|without|无|没有|不)\b", value.strip().lower()))


def option_values(choices: Iterable[Choice]) -> dict[str, tuple[str, ...]]:
    """Each option with its stored values, in the order of the variants."""
    found: dict[str, dict[str, None]] = {}
    for choice in choices:
        for option, value in choice.options.items():
            found.setdefault(option, {}).setdefault(str(value))
    return {option: tuple(values) for option, values in found.items()}


def kind_of(option: str) -> str:
    """Which list of the word file an option's values belong to."""
    name = option.lower()
    if re.search(r"colou?r", name):
        return "colour"
    if re.search(r"material|fabric", name):
        return "material"
    return "size" if re.search(r"\bsize\b", name) else "other"
