"""Matching shoppers' words with the catalogue's: stems, typing errors, colour families, size names."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz
from snowballstemmer import stemmer

_CJK = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[a-z0-9][a-z0-9+.-]*")
_STOPWORDS = frozenset(
    "a an the of for in on with and or to my me i some any one ones pair set is it that this your you".split()
)
# Two words of five letters or more this alike are one word misspelt ("jaket", "jacket").
_TYPO_RATIO = 84


def has_cjk(text: str) -> bool:
    """Whether the text holds Chinese characters."""
    return bool(_CJK.search(text))


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    return str(stemmer("english").stemWord(word))


def stems(text: str) -> tuple[str, ...]:
    """The English words of a text as stems, without filler words: ``"running shoes"`` -> ``("run", "shoe")``."""
    return tuple(_stem(word.strip(".-")) for word in _WORD.findall(text.lower()) if word not in _STOPWORDS)


def mentions(wish: str, text: str) -> bool:
    """Whether every word of a wish occurs in a text, inflected or slightly misspelt; Chinese by characters."""
    parts = _CJK.findall(wish)
    if not all(part in text for part in parts):
        return False
    wanted = stems(wish)
    if not wanted:
        return bool(parts)
    present = set(stems(text))
    return all(word in present or _misspelt(word, present) for word in wanted)


def _misspelt(word: str, present: set[str]) -> bool:
    if len(word) < 5:
        return False
    return any(len(other) >= 4 and fuzz.ratio(word, other) >= _TYPO_RATIO for other in present)


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("vocabulary.yml").read_text("utf-8"))
    return data


def same_colour(wish: str, *colours: str) -> bool:
    """Whether one of the catalogue's colour words satisfies the wished colour, across languages."""
    wish = wish.lower()
    words = {wish.removesuffix("色") if has_cjk(wish) else wish}
    for family, names in _vocabulary()["colours"].items():
        known = [family, *names["en"][:1], *names["zh"][:1]]
        if any(name == wish or (has_cjk(name) and wish.startswith(name)) for name in known):
            words |= {family, *names["en"], *names["zh"]}
    return any(word in colour.lower() for colour in colours for word in words)


def normal_size(text: str) -> str:
    """The catalogue's name of a size: ``"medium"`` -> ``"M"``, ``"128 gb"`` -> ``"128GB"``; else as written."""
    folded = text.strip().lower().removeprefix("size ").removesuffix("码" if text.strip()[:1].isascii() else "")
    for name, words in _vocabulary()["sizes"].items():
        if folded == name.lower() or folded in words:
            return str(name)
    return re.sub(r"\s+", "", folded).upper()
