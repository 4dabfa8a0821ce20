"""Entities in a text: the dataclass, and the way from token tags (BIO) to spans of characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_EDGE = " \t\n,.!?;:'-\"()[]，。！？；：、“”‘’（）【】「」《》…~"
"""What an entity never begins or ends with."""


_MORE_LIKELY_THAN_NOT = 0.5


@dataclass(frozen=True)
class Entity:
    """A part of a text that names something; ``text[start:end]`` is where it stands."""

    entity: str
    value: str
    start: int
    end: int
    confidence: float = 1.0


@dataclass
class _Span:
    label: str
    start: int
    end: int
    confidences: list[float]


def decode_tags(
    text: str, offsets: Sequence[tuple[int, int]], probabilities: np.ndarray, labels: Sequence[str]
) -> list[Entity]:
    """Spans of BIO tags.

    ``offsets`` are the characters of each token ((0, 0) for tokens not of the text), ``probabilities`` is
    (tokens, labels), ``labels`` are ``O``, ``B-x`` and ``I-x``. The pieces of a Latin word decide together, and
    words of one label that touch are one entity: with few examples a model knows well what a word is, but not
    where "running shoes" begins, and shoppers do not name two things without a word or a mark between them.
    """
    names = sorted({label.partition("-")[2] for label in labels})
    by_name = np.stack([_columns_of(name, probabilities, labels) for name in names], axis=1)
    spans: list[_Span] = []
    for start, end, tokens in _words(text, offsets):
        likely = by_name[tokens].mean(axis=0)
        name, confidence = names[int(likely.argmax())], float(likely.max())
        last = spans[-1] if spans else None
        if not name or confidence < _MORE_LIKELY_THAN_NOT:
            continue
        if last and last.label == name and text[last.end : start].strip() == "" and start - last.end <= 1:
            last.end = end
            last.confidences.append(confidence)
        else:
            spans.append(_Span(name, start, end, [confidence]))
    entities = (_to_entity(text, span) for span in spans)
    return [entity for entity in entities if entity is not None]


def _columns_of(name: str, probabilities: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """What ``B-name`` and ``I-name`` have together; the empty name is ``O``."""
    columns = [number for number, label in enumerate(labels) if label.partition("-")[2] == name]
    total: np.ndarray = probabilities[:, columns].sum(axis=1)
    return total


def _words(text: str, offsets: Sequence[tuple[int, int]]) -> list[tuple[int, int, list[int]]]:
    """(start, end, tokens) of each Latin word, and of each other token by itself."""
    words: list[tuple[int, int, list[int]]] = []
    for token, (begin, end) in enumerate(offsets):
        start = begin + len(text[begin:end]) - len(text[begin:end].lstrip())
        if start == end:
            continue
        if words and words[-1][1] == start and _inside_word(text, start):
            words[-1] = (words[-1][0], end, [*words[-1][2], token])
        else:
            words.append((start, end, [token]))
    return words


def _inside_word(text: str, at: int) -> bool:
    """Whether ``at`` is in the middle of a Latin word or a number, "in-laws" included."""
    return 0 < at < len(text) and _is_word_character(text[at - 1]) and _is_word_character(text[at])


def _is_word_character(character: str) -> bool:
    return (character.isalnum() and ord(character) < 0x0250) or character in "-'’"


def _to_entity(text: str, span: _Span) -> Entity | None:
    start, end = span.start, span.end
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    if start == end:
        return None
    return Entity(span.label, text[start:end], start, end, sum(span.confidences) / len(span.confidences))


def without_overlaps(preferred: list[Entity], others: list[Entity]) -> list[Entity]:
    """``preferred`` and those of ``others`` that touch none of them, in the order of the text."""
    free = [o for o in others if not any(o.start < p.end and p.start < o.end for p in preferred)]
    return sorted([*preferred, *free], key=lambda entity: (entity.start, entity.end))
