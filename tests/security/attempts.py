"""The attempts of the tables in ``attempts/``, written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

TABLES = Path(__file__).parent / "attempts"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
#: Said after a single message, so that whatever it began is agreed to.
_YES = {"en": ("yes", "yes, go ahead"), "zh": ("是的", "好的，确认")}


@dataclass(frozen=True)
class Attempt:
    """What an attacker does; ``signed_in``: with an account of their own. Steps: typed, or ``{tap|payload: ...}``."""

    kind: str
    number: int
    language: str
    signed_in: bool
    steps: tuple[Any, ...]
    slots: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        who = "customer" if self.signed_in else "stranger"
        return f"{self.kind}-{self.language}-{who}-{self.number}".replace(" ", "_").replace("'", "")


def all_attempts() -> list[Attempt]:
    """Every attempt, in the order of the tables."""
    return [*_texts("en"), *_texts("zh"), *_spelled(), *_talks(), *_payloads(), *_slots()]


def filled(part: Any, facts: Mapping[str, str]) -> Any:
    """A part of an attempt with the people's words in it; what names none of them stays: ``<script>``."""
    if isinstance(part, Mapping):
        return {key: filled(value, facts) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [filled(each, facts) for each in part]
    if not isinstance(part, str):
        return part
    return re.sub(r"<(\w+)>", lambda name: facts.get(name[1], name[0]), part)


def table(name: str) -> dict[str, Any]:
    """A table of the folder."""
    read: dict[str, Any] = yaml.safe_load((TABLES / name).read_text("utf-8"))
    return read


def _texts(language: str) -> Iterator[Attempt]:
    rows = table(f"texts.{language}.yml")
    for kind, texts in rows["kinds"].items():
        for number, text in enumerate(texts, 1):
            for who in rows["as"]:
                yield Attempt(kind, number, language, who == "customer", (text, *_YES[language]))


def _spelled() -> Iterator[Attempt]:
    rows = table("spellings.yml")
    for name, pattern in rows["spellings"].items():
        for language, sentences in rows["sentences"].items():
            for number, sentence in enumerate(sentences, 1):
                order = "shipped" if number == 1 else "pending" if number == 2 else "delivered"
                spelled = {"spelled": {"sentence": sentence, "way": name, "pattern": pattern, "order": order}}
                yield Attempt(f"number spelled {name}", number, language, True, (spelled, *_YES[language]))


def spelled(way: str, pattern: str, number: str) -> str:
    """An order number, written as a way of ``spellings.yml`` does."""
    digits = re.sub(r"\D", "", number)
    if way == "full_width":
        digits = digits.translate(_FULL_WIDTH)
    if way == "arabic_indic":
        digits = digits.translate(_ARABIC_INDIC)
    if way == "split":
        return f"W {digits[:3]} {digits[3:]}"
    return pattern.replace("N", digits)


def _talks() -> Iterator[Attempt]:
    rows = table("talks.yml")
    for kind, talks in rows["kinds"].items():
        for number, steps in enumerate(talks["attempts"], 1):
            for who in talks["as"]:
                yield Attempt(kind, number, rows["language"], who == "customer", tuple(steps))


def _payloads() -> Iterator[Attempt]:
    rows = table("payloads.yml")
    for signed_in in (False, True):
        for number, text in enumerate(rows["typed"], 1):
            yield Attempt("typed command", number, "en", signed_in, (text, *_YES["en"]))
        for number, payloads in enumerate(rows["forged"], 1):
            yield Attempt("forged choice", number, "en", signed_in, tuple({"payload": each} for each in payloads))


def _slots() -> Iterator[Attempt]:
    for number, row in enumerate(table("slots.yml")["attempts"], 1):
        for signed_in in (False, True):
            yield Attempt("forged memory", number, "en", signed_in, tuple(row["say"]), row["slots"])
