"""Takes personal data out of a text before it is kept for training: typed placeholders instead."""

from __future__ import annotations

import re

from language import patterns
from language.entities import Entity, without_overlaps

_CARD = re.compile(r"(?<![\d+])(?:\d[ -]?){12,18}\d(?!\d)")


def find(text: str) -> list[Entity]:
    """E-mails, card numbers, order numbers and phones of a text, in its order, without overlaps."""
    narrowed = patterns.narrow(text)
    found: list[Entity] = []
    searches = (patterns.find_emails, find_cards, patterns.find_order_numbers, patterns.find_phones)
    for search in searches:
        found = without_overlaps(found, search(narrowed))
    return found


def redact(text: str) -> str:
    """The text with each of them as ``[email]``, ``[card]``, ``[order_number]`` or ``[phone]``."""
    for entity in reversed(find(text)):
        text = f"{text[: entity.start]}[{entity.entity}]{text[entity.end :]}"
    return text


def find_cards(text: str) -> list[Entity]:
    """Payment card numbers: 13 to 19 digits, spaced or not, whose check digit is right (Luhn)."""
    found = []
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _luhn(digits):
            found.append(Entity("card", digits, *match.span()))
    return found


def _luhn(digits: str) -> bool:
    total = 0
    for position, character in enumerate(reversed(digits)):
        doubled = int(character) * (1 + position % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
