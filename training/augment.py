"""Variants of training rows as hurried people type them: other casing, no punctuation, slips of the finger."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from training.dataset import Row

_SLIP_SHARE = 0.5
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def variants(rows: Sequence[Row], count: int, seed: int) -> list[list[Row]]:
    """The rows as they are, then ``count - 1`` noisy versions of them all."""
    generator = random.Random(seed)
    return [list(rows), *([variant(row, generator) for row in rows] for _ in range(count - 1))]


def variant(row: Row, generator: random.Random) -> Row:
    """A noisy copy: sometimes lower case or without its last mark, sometimes one slip in a longer Latin word."""
    text = row.text
    if generator.random() < 0.5:
        text = _lower(text)
    if generator.random() < 0.5 and text[-1:] in ".!?。！？" and all(end < len(text) for _, end, _ in row.spans):
        text = text[:-1] or text
    varied = replace(row, text=text)
    return with_slip(varied, generator) if generator.random() < _SLIP_SHARE else varied


def _lower(text: str) -> str:
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text


def with_slip(row: Row, generator: random.Random) -> Row:
    """The row with one slip of the finger inside a Latin word of four letters or more; the same row without any."""
    places = [i for i in range(1, len(row.text) - 2) if _inside_latin_word(row, i)]
    if not places:
        return row
    at = generator.choice(places)
    text = row.text
    kind = generator.choice(("swap", "drop", "double", "replace"))
    if kind == "swap":
        return replace(row, text=text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    if kind == "replace":
        return replace(row, text=text[:at] + generator.choice(_LETTERS) + text[at + 1 :])
    shift = 1 if kind == "double" else -1
    new_text = text[:at] + text[at] * 2 + text[at + 1 :] if kind == "double" else text[:at] + text[at + 1 :]
    spans = tuple(_shifted(span, at, shift) for span in row.spans)
    return replace(row, text=new_text, spans=spans)


def _inside_latin_word(row: Row, at: int) -> bool:
    """Two letters with a letter on either side, away from the edges of entities."""
    window = row.text[at - 1 : at + 3]
    edges = {edge for start, end, _ in row.spans for edge in (start, start - 1, end, end - 1, end - 2)}
    return window.isascii() and window.isalpha() and len(window) == 4 and not edges & {at, at + 1}


def _shifted(span: tuple[int, int, str], at: int, shift: int) -> tuple[int, int, str]:
    start, end, label = span
    return (start + shift if start > at else start, end + shift if end > at else end, label)
