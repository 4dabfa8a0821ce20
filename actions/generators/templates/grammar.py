"""The little grammar the frames need: articles, agreement, lists, and how values stand in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.generators.facts import YES, Fact, LocalFacts
from actions.generators.templates import frames

_SINGULAR = {
    "is": "is",
    "has": "has",
    "s": "s",
    "es": "es",
    "goes": "goes",
    "fits": "fits",
    "matches": "matches",
    "its": "its",
}
_PLURAL = {
    "is": "are",
    "has": "have",
    "s": "",
    "es": "",
    "goes": "go",
    "fits": "fit",
    "matches": "match",
    "its": "their",
}
_SAYS_YOU = re.compile(r"^(uni|use|usb|eu|one\b)", re.IGNORECASE)
_SHARE = re.compile(r"\d+\s?%")
# Values that are names keep their capital.
_NAME_KEYS = frozenset({"author", "publisher", "illustrator", "book_language", "works_with", "compatibility"})


def agreement(facts: LocalFacts) -> dict[str, str]:
    """What the English frames need to agree with the product's name; harmless in Chinese."""
    last_word = facts.category.lower().split()[-1:] or [""]
    plural = last_word[0] in frames("en")["plural_categories"]
    forms = _PLURAL if plural else _SINGULAR
    the = _with_article(facts)
    return {**forms, "It": "They" if plural else "It", "name": facts.name, "the": the, "The": capital(the)}


def _with_article(facts: LocalFacts) -> str:
    if facts.language == "zh":
        return f"《{facts.name}》" if facts.department == "books" and "《" not in facts.name else facts.name
    if facts.department == "books" or facts.name.lower().startswith(("the ", "a ", "an ")):
        return facts.name
    return f"the {facts.name}"


def kind_of(facts: LocalFacts, seed: object) -> str:
    """What the product is, with up to two of its qualities: ``"a waterproof, packable rain jacket"``."""
    known = f"{facts.name} {facts.category}".lower()
    fitting = [tag for tag in facts.tags if tag in frames(facts.language)["quality_tags"] and tag not in known]
    start = len(str(seed)) % 2 if len(fitting) > 2 else 0
    qualities = fitting[start : start + 2]
    if facts.language == "zh":
        return f"{'、'.join(qualities)}的{facts.category}" if qualities else facts.category
    noun = f"{', '.join(qualities)} {facts.category}".strip()
    return noun if _has_no_article(facts) else f"{'an' if _sounds_open(noun) else 'a'} {noun}"


def _has_no_article(facts: LocalFacts) -> bool:
    english = frames("en")
    words = facts.category.lower()
    return words in english["mass_categories"] or words.split()[-1] in english["plural_categories"]


def _sounds_open(noun: str) -> bool:
    return noun[:1].lower() in "aeiou" and not _SAYS_YOU.match(noun)


def capital(text: str) -> str:
    """With a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def joined(items: Sequence[str], language: str) -> str:
    """``"a, b and c"``, ``「a、b和c」``."""
    between, last = frames(language)["list_and"]
    return last.join(part for part in (between.join(items[:-1]), *items[-1:]) if part)


def clause(fact: Fact, facts: LocalFacts, choice: int) -> str:
    """One fact as part of a sentence: ``"weighs 420 g"``, ``"its sole is rubber"``, ``「重420克」``."""
    known: dict[str, Any] = frames(facts.language)
    value = fact.value if fact.key in _NAME_KEYS or facts.language == "zh" else _lowered(fact.value)
    if fact.value.lower() in YES:
        frame = known["yes_fact"]
    else:
        options = known["facts"].get(fact.key, [known["other_fact"]])
        frame = known["exceptions"].get(value, options[choice % len(options)])
    plural = "" if fact.value == "1" else "s"
    words = {"v": _in_sentence(value, facts.language), "raw": value, "label": fact.label, "pl": plural}
    return str(frame.format(**words, **agreement(facts)))


def _in_sentence(value: str, language: str) -> str:
    """A value with commas as it stands in a sentence: a list, or with its second half in brackets."""
    parts = [part.strip() for part in value.split(", " if language == "en" else "，")]
    if len(parts) == 1 or "(" in value or "（" in value:
        return value
    if len(parts) > 2 or all(_SHARE.match(part) for part in parts):
        return joined(parts, language)
    return f"{parts[0]} ({parts[1]})" if language == "en" else f"{parts[0]}（{parts[1]}）"


def _lowered(text: str) -> str:
    """Without the capital of a sentence's first word; names in capitals keep theirs ("USB-C", "Z-fold")."""
    first = text.split(" ", maxsplit=1)[0]
    return text[:1].lower() + text[1:] if first[1:].isalpha() and first[1:].islower() else text
