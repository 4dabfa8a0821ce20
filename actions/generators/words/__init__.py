"""The word lists of the fact guard, read once when first needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from actions.generators.tokens import norms

_FOLDER = Path(__file__).parent
# In order of precedence: the first list that has a word names its kind.
_KINDS = {
    "negation": "negations",
    "superlative": "superlatives",
    "colour": "colours",
    "material": "materials",
    "size": "sizes",
    "number": "numbers",
    "claim": "claims",
}

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """The lists of one language, as tokens."""

    neutral: frozenset[Phrase]
    modifiers: frozenset[Phrase]
    sensitive: dict[Phrase, str]  # phrase -> kind of violation it is when the facts do not have it
    implies: dict[Phrase, frozenset[str]]  # neutral phrase -> keys of the facts it speaks of

    longest_neutral: int

    def is_sensitive(self, token: str) -> bool:
        """Whether a single word makes a claim."""
        return (token,) in self.sensitive


@lru_cache(maxsize=2)
def words_of(language: str) -> Words:
    """The lists of ``"en"`` or ``"zh"``."""
    data: dict[str, Any] = yaml.safe_load((_FOLDER / f"{language}.yml").read_text("utf-8"))
    sensitive = {tuple(norms(phrase)): "claim" for phrase in data["claim_phrases"]}
    for kind, field in _KINDS.items():
        for word in data[field].split():
            sensitive.setdefault(tuple(norms(word)), kind)
    neutral = frozenset(tuple(norms(p)) for p in [*data["neutral"].split(), *data.get("phrases", ())])
    return Words(
        neutral=neutral,
        longest_neutral=max(map(len, neutral)),
        modifiers=frozenset(tuple(norms(word)) for word in data["modifiers"].split()),
        sensitive=sensitive,
        implies={tuple(norms(phrase)): frozenset(keys) for phrase, keys in data["implies"].items()},
    )
