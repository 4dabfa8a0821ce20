"""What a shopper typed, made safe to store and to hand on; what they meant is kept."""

from __future__ import annotations

import unicodedata

# Kept though they are control characters: a message may have several lines.
_KEPT = frozenset("\n\t")
# They turn the reading direction of everything after them, names and prices of a reply included.
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SLASHES = frozenset("/\uff0f")


def clean(text: str) -> str:
    """Without control characters, half characters (lone surrogates) and direction overrides, trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(mark for mark in text if mark in _KEPT or not _is_harmful(mark)).strip()


def without_command(text: str) -> str:
    """The text as Rasa may read it: never a command.

    Rasa obeys a message that starts with ``/`` after ``str.strip`` (``YAMLStoryReader.unpack_regex_message``)
    as the intent named there. Leading slashes carry no meaning for a shopper, so they go, together with spaces
    and invisible characters around them; of a text that is nothing else, one full-width slash stays.
    """
    index = 0
    while index < len(text) and (text[index] in _SLASHES or _is_invisible(text[index])):
        index += 1
    if not _SLASHES.intersection(text[:index]):
        return text
    return text[index:] or "\uff0f"


def _is_harmful(mark: str) -> bool:
    return unicodedata.category(mark) in ("Cc", "Cs") or mark in _DIRECTION_MARKS


def _is_invisible(mark: str) -> bool:
    return mark.isspace() or unicodedata.category(mark) in ("Cc", "Cf", "Mn")
