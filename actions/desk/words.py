"""The bilingual words of ``words.yml`` as compiled patterns."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from actions.cues import Cues
from shop.policy import Kind

_CUES = Cues(Path(__file__).with_name("words.yml"))
pattern = _CUES.pattern


def says(name: str, text: str) -> bool:
    """Whether a text holds the words of that name."""
    return pattern(name).search(text) is not None


def kind_in(text: str) -> Kind | None:
    """The change that a clause names by its words; None when it names none."""
    named = kinds_named(text)
    return next((kind for kind in _CUES.data["kinds"] if kind in named), None)


def word_list(name: str) -> tuple[str, ...]:
    """A plain list of words."""
    return tuple(_CUES.data[name].split())


def kinds_named(text: str) -> set[Kind]:
    """Every change that a text asks for by its words: "cancel or return all of them"."""
    found: set[Kind] = set()
    for kind in _CUES.data["kinds"]:
        matches = pattern("kinds", kind).finditer(text)
        if any(not pattern("negation").search(text[: match.start()]) for match in matches):
            found.add(kind)
    return found


def only_refuses(text: str) -> bool:
    """Whether a clause names changes only to say that they are not wanted: "I never want to cancel the whole order"."""
    named = any(pattern("kinds", kind).search(text) for kind in _CUES.data["kinds"])
    return named and kind_in(text) is None


def gives_reason(code: str, text: str) -> bool:
    """Whether a text gives an accepted reason in other words than the policy's own."""
    return code in _CUES.data.get("reasons", {}) and pattern("reasons", code).search(text) is not None


@lru_cache(maxsize=1)
def everyday() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Ordinary words for goods, each with the endings of the names and kinds that it covers."""
    return tuple((re.compile(words, re.I), tuple(ends)) for words, ends in _CUES.data["everyday"].items())


def payment_kinds_in(text: str) -> list[str]:
    """The kinds of payment method that a text names, in its order."""
    found = [(match.start(), kind) for kind in _CUES.data["pay"] if (match := pattern("pay", kind).search(text))]
    return [kind for _, kind in sorted(found)]


def city_called(text: str) -> str:
    """The city that a common abbreviation in the text means ("NYC"); empty without one."""
    for short, city in _CUES.data["cities"].items():
        if re.search(rf"\b{short}\b", text, re.I if len(short) > 2 else 0) or re.search(rf"\b{short.upper()}\b", text):
            return str(city)
    return ""
