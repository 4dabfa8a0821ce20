"""Takes personal data out of a text before it is kept for training: typed placeholders instead.

E-mails, telephones, payment cards (Luhn), order numbers and postal addresses in English and Chinese; names where they
are known to the caller or the text itself introduces them. All by patterns and word lists: no model, nothing loaded
before the first text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from language.entities import Entity
from language.redaction import addresses, addresses_zh, names, names_zh
from language.redaction.folding import Folded, fold
from language.redaction.known_names import find_known
from language.redaction.numbers import find_cards, find_emails, find_order_numbers, find_phones
from language.redaction.redacted import Redacted

__all__ = ["KINDS", "Redacted", "find", "redact", "redact_with_places"]

KINDS = ("email", "phone", "card", "order_number", "address", "name")
"""What is taken out; a placeholder is the kind in square brackets."""

_Search = Callable[[str], list[Entity]]
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LETTER = re.compile(r"[A-Za-z]")
_DIGIT = re.compile(r"\d")
_PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(KINDS)})\]")


def redact(text: str, known: Iterable[str] = ()) -> str:
    """The text with what is personal as ``[email]``, ``[phone]``, ``[card]``, ``[order_number]``, ``[address]`` or
    ``[name]``. ``known`` are names of the customer and of those whom their parcels go to."""
    return redact_with_places(text, known).text


def redact_with_places(text: str, known: Iterable[str] = ()) -> Redacted:
    """The redacted text, and where each part of the original stands in it."""
    return Redacted.of(text, find(text, known))


def find(text: str, known: Iterable[str] = ()) -> list[Entity]:
    """What is personal in a text, in its order, without overlaps; offsets are of the text as given."""
    folded = fold(text)
    rest = _PLACEHOLDER.sub(lambda match: names.GAP * len(match[0]), folded.text)
    found: list[Entity] = []
    for search in _searches(folded, tuple(known)):
        fresh = _apart(search(rest))
        for entity in fresh:
            rest = rest[: entity.start] + names.GAP * (entity.end - entity.start) + rest[entity.end :]
        found += fresh
    return sorted((_placed(text, folded, entity) for entity in found), key=lambda entity: entity.start)


def _searches(folded: Folded, known: tuple[str, ...]) -> list[_Search]:
    """The searches that can find anything, the surest first: each sees what those before it left."""
    chinese, letters, digits = (bool(each.search(folded.text)) for each in (_CHINESE, _LETTER, _DIGIT))
    searches: list[_Search] = [find_emails] if letters else []
    if digits:
        searches += [find_cards, find_order_numbers, find_phones]
    if chinese:
        searches.append(addresses_zh.find_addresses)
    if digits:
        searches.append(addresses.find_addresses)
    if known:
        searches.append(lambda text: find_known(text, known))
    if chinese:
        searches.append(names_zh.find_names)
    if letters:
        searches.append(names.find_names)
    return searches


def _apart(entities: list[Entity]) -> list[Entity]:
    """Those that begin first, the longest of each place, without what overlaps them."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda each: (each.start, -each.end)):
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    return kept


def _placed(text: str, folded: Folded, entity: Entity) -> Entity:
    start, end = folded.original(entity.start, entity.end)
    return Entity(entity.entity, text[start:end], start, end)
