"""Four ways to say the same: as the scenario has it, politely with contractions, casually, and with typing errors."""

from __future__ import annotations

import random
import re

_POLITE = (
    (r"\bI want to\b", "I'd like to"),
    (r"\bI want\b", "I'd like"),
    (r"\bdo not\b", "don't"),
    (r"\bI am\b", "I'm"),
    (r"\bcannot\b", "can't"),
)
_CASUAL = (
    (r"\bI want to\b", "I need to"),
    (r"\bI would like to\b", "I need to"),
    (r"\bI also want to\b", "also I need to"),
)
#: Words that carry no fact: only these are misspelt.
_MISSPELLABLE = re.compile(
    r"\b(?:want|would|exchange|return|cancel|order|because|address|please|which|available|change)\b"
)


class Phrasing:
    """How one customer writes; ``seed`` 0 is the scenario's own wording."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._random = random.Random(seed)
        self._messages = 0

    def say(self, text: str) -> str:
        """The text as this customer writes it; numbers, names and order stay."""
        self._messages += 1
        return (self._plain, self._polite, self._casual, self._mistyped)[self.seed % 4](text)

    def _plain(self, text: str) -> str:
        return text

    def _polite(self, text: str) -> str:
        for pattern, other in _POLITE:
            text = re.sub(pattern, other, text)
        return f"Hi! {text}" if self._messages == 1 else text

    def _casual(self, text: str) -> str:
        for pattern, other in _CASUAL:
            text = re.sub(pattern, other, text)
        text = re.sub(r"^(?=[A-Z][a-z])(?!I\b)(.)", lambda found: found[1].lower(), text)
        return f"hello, {text}".rstrip(".") if self._messages == 1 else text.rstrip(".")

    def _mistyped(self, text: str) -> str:
        words = list(_MISSPELLABLE.finditer(text))
        if not words:
            return text
        word = self._random.choice(words)
        at = word.start() + self._random.randrange(1, len(word[0]) - 2)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
