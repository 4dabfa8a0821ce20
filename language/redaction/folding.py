"""One plain spelling of a text, with the way back: full-width, circled and keycap digits, accents, invisible signs."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from language import patterns

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f\u20e3\u00ad]")
_SPACES = dict.fromkeys([*range(0x2000, 0x200B), 0x00A0, 0x202F, 0x205F, 0x3000], " ")
_NUMERALS = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
_SPOKEN = re.compile(
    r"(?<![〇零一二三四五六七八九幺])[〇零一二三四五六七八九幺]{7,19}(?![〇零一二三四五六七八九幺十百千万])"
)


@dataclass(frozen=True)
class Folded:
    """``text`` is the plain spelling; its character ``i`` stands at ``places[i]`` of the original, whose length is
    the last of ``places``. ``places`` is None where both have the same places."""

    text: str
    places: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of the plain text stands in the original, invisible signs within and behind it included."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end] if end > start else self.places[start]


def fold(text: str) -> Folded:
    """The text in its plain spelling: ASCII where a character has an ASCII twin, digits as digits."""
    if text.isascii():
        return Folded(text)
    places = None
    if _INVISIBLE.search(text):
        kept = [at for at, character in enumerate(text) if not _INVISIBLE.match(character)]
        places = (*kept, len(text))
        text = "".join(text[at] for at in kept)
    text = patterns.narrow(text).translate(_SPACES)
    text = "".join(
        character if character < "\x80" or "一" <= character <= "鿿" else _plain(character) for character in text
    )
    return Folded(_SPOKEN.sub(lambda match: match[0].translate(_NUMERALS), text), places)


@cache
def _plain(character: str) -> str:
    """A letter without its accent, a digit in ASCII; one character for one."""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    decomposed = unicodedata.normalize("NFKD", character)
    first = decomposed[0]
    return first if first.isascii() and first.isalnum() and unicodedata.category(character)[0] in "LN" else character
