"""How goods are called: a T-Shirt is also a "tshirt" and a "t shirt", and a speaker is no misspelt sneaker."""

from __future__ import annotations

from itertools import pairwise

from shop.vocabulary import mentions, stems


def joined(name: str) -> str:
    """A name as it is also typed: ``"T-Shirt"`` and ``"t shirt"`` -> ``"TShirt"`` and ``"tshirt"``."""
    return name.replace("-", "").replace(" ", "")


def is_called(mention: str, *names: str) -> bool:
    """Whether a mention fits one of the names, its hyphenated words also written as one."""
    return any(mentions(mention, f"{name} {name.replace('-', '')}") for name in names)


def as_written(mention: str, words: str) -> bool:
    """Whether the English words of a mention stand in others as they are: inflected or joined, but not misspelt."""
    present = set(stems(words))
    return present.issuperset(stems(mention)) or present.issuperset(stems(joined(mention)))


def stands_in(word: str, text: str) -> bool:
    """Whether an English name stands in a text, one with a hyphen also as one word or as two."""
    if stems(word) and set(stems(text)).issuperset(stems(word)):
        return True
    whole = stems(joined(word)) if "-" in word else ()
    return bool(whole) and not set(whole).isdisjoint((*stems(text), *_pairs(text)))


def _pairs(text: str) -> set[str]:
    """Each two neighbouring words as one: ``"t shirts"`` -> ``"tshirt"``."""
    return {stem for pair in pairwise(text.lower().split()) for stem in stems("".join(pair))}
