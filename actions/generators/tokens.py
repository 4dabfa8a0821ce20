"""Cuts a text into what the fact guard compares: words, quantities with their units, Chinese characters, marks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import yaml

_CURRENCIES = {"US$": "usd", "$": "usd", "€": "eur", "£": "gbp", "¥": "cny"}
_NUMBER = r"(?:(?<![A-Za-z\d])-)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_WORD = r"[A-Za-zÀ-ÖØ-öø-ÿ]"


@dataclass(frozen=True)
class Token:
    """A piece of a text. ``norm`` is what is compared: ``"jacket"``, ``"420|g"``, ``"防"``, ``","``."""

    norm: str
    kind: str  # word, quantity, han, mark
    start: int
    end: int
    text: str

    @property
    def is_bare_number(self) -> bool:
        """A number without a unit."""
        return self.kind == "quantity" and self.norm.endswith("|")


def normalise(text: str) -> str:
    """One form for each character (full width, curly quotes), so that texts and facts compare."""
    folded = unicodedata.normalize("NFKC", text)
    return folded.replace("’", "'").replace("‘", "'").replace("–", "-").replace("−", "-")


def tokenise(text: str) -> list[Token]:
    """The tokens of a normalised text. Spaces and hyphens fall away."""
    return [_token(match) for match in _pattern().finditer(text)]


def norms(text: str) -> list[str]:
    """What the tokens of any text compare as, marks left out."""
    return [token.norm for token in tokenise(normalise(text)) if token.kind != "mark"]


@lru_cache(maxsize=1)
def _units() -> dict[str, str]:
    data = yaml.safe_load((Path(__file__).parent / "words" / "units.yml").read_text("utf-8"))
    return {spelling: name for name, spellings in data.items() for spelling in spellings}


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_units(), key=len, reverse=True)
    units = "|".join(re.escape(unit) + ("(?![A-Za-z])" if unit[-1].isalpha() else "") for unit in longest_first)
    return re.compile(
        rf"(?P<price>(?:US\$|[$€£¥])\s?(?P<amount>{_NUMBER})(?![\d.,]*\d))"
        rf"|(?P<measure>(?<![A-Za-z\d.])(?P<count>{_NUMBER})[\s-]?(?P<unit>(?i:{units})))"
        rf"|(?P<code>(?<![A-Za-z\d])\d+{_WORD}[A-Za-zÀ-ÖØ-öø-ÿ\d]*)"
        rf"|(?P<bare>(?<![A-Za-z\d.]){_NUMBER})"
        rf"|(?P<word>{_WORD}[A-Za-zÀ-ÖØ-öø-ÿ\d]*(?:'{_WORD}+)?)"
        r"|(?P<han>[\u3400-\u9fff])"
        r"|(?P<mark>[^\s\w-]|_)"
        r"|(?P<other>[^\s-])"
    )


def _token(match: re.Match[str]) -> Token:
    kind, norm = "word", match.group().lower()
    if match["price"]:
        symbol = match.group()[: match.start("amount") - match.start()].strip()
        kind, norm = "quantity", f"{_plain(match['amount'])}|{_CURRENCIES[symbol]}"
    elif match["measure"]:
        kind, norm = "quantity", f"{_plain(match['count'])}|{_units()[match['unit'].lower()]}"
    elif match["bare"]:
        kind, norm = "quantity", f"{_plain(match['bare'])}|"
    elif match["han"]:
        kind = "han"
    elif match["mark"]:
        kind = "mark"
    elif match["word"]:
        norm = _folded(norm)
    return Token(norm, kind, match.start(), match.end(), match.group())


def _plain(number: str) -> str:
    """``"1,500.0"`` and ``"1500"`` are one number."""
    return format(Decimal(number.replace(",", "")).normalize(), "f")


def _folded(word: str) -> str:
    """Without a possessive or plural s: ``"reader's"``, ``"readers"`` -> ``"reader"``."""
    word = word.removesuffix("'s")
    keeps = len(word) < 4 or word.endswith(("ss", "us", "is"))
    return word if keeps else word.removesuffix("s")
