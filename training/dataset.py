"""Training rows: from Rasa's training data and the sentiment table to token ids and labels."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from language.patterns import NAMES as PATTERN_ENTITIES
from language.text_input import EncodedText, TextInput
from shop.errors import BadInput

SENTIMENTS = ("negative", "neutral", "positive")
NO_LABEL = -100
"""What torch's cross entropy skips."""

Span = tuple[int, int, str]
"""(start, end, entity), in characters."""


@dataclass(frozen=True)
class Row:
    """One text with the labels it has; a row may be labelled for intent and entities, or for sentiment."""

    text: str
    intent: str | None = None
    sentiment: str | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Labels:
    """The label sets, in the order of the heads' outputs."""

    intents: tuple[str, ...]
    tags: tuple[str, ...]
    sentiments: tuple[str, ...] = SENTIMENTS

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Labels:
        """Collect them from rows; entities become the tags ``O``, ``B-x``, ``I-x``."""
        rows = list(rows)
        entities = sorted({label for row in rows for _, _, label in row.spans})
        tags = ("O", *(f"{position}-{entity}" for entity in entities for position in "BI"))
        return cls(tuple(sorted({row.intent for row in rows if row.intent})), tags)


@dataclass(frozen=True)
class Example:
    """A row as numbers; ``tags`` is as long as ``encoded.ids``."""

    encoded: EncodedText
    intent: int
    sentiment: int
    tags: tuple[int, ...]


def rows_from_rasa(training_data: Any) -> list[Row]:
    """Rows of a Rasa ``TrainingData``. Entities that patterns find are not for the model to learn."""
    rows = []
    for message in training_data.intent_examples:
        spans = (
            (entity["start"], entity["end"], entity["entity"])
            for entity in message.get("entities") or []
            if entity["entity"] not in PATTERN_ENTITIES
        )
        rows.append(Row(message.get("text"), message.get("intent"), spans=tuple(spans)))
    return rows


def rows_from_sentiment_csv(path: Path) -> list[Row]:
    """Rows of a table with the columns ``text`` and ``sentiment``. Raises BadInput, naming the line, on others."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = []
        for line in reader:
            text, sentiment = line.get("text"), line.get("sentiment")
            if not text or sentiment not in SENTIMENTS:
                raise BadInput(f"{path}, line {reader.line_num}: expected text and one of {', '.join(SENTIMENTS)}")
            rows.append(Row(text, sentiment=sentiment))
    return rows


def encode(rows: Sequence[Row], labels: Labels, text_input: TextInput, prefix: str) -> list[Example]:
    """Tokenise rows and turn their labels into numbers."""
    intents = {name: number for number, name in enumerate(labels.intents)}
    sentiments = {name: number for number, name in enumerate(labels.sentiments)}
    encoded = text_input.encode([row.text for row in rows], prefix)
    return [
        Example(
            text,
            intents.get(row.intent or "", NO_LABEL),
            sentiments.get(row.sentiment or "", NO_LABEL),
            _tags(row, text, labels.tags),
        )
        for row, text in zip(rows, encoded, strict=True)
    ]


def _tags(row: Row, encoded: EncodedText, tags: Sequence[str]) -> tuple[int, ...]:
    if row.intent is None:
        return (NO_LABEL,) * len(encoded.ids)
    numbers = {name: number for number, name in enumerate(tags)}
    found = [numbers["O"] if end > start else NO_LABEL for start, end in encoded.offsets]
    for span_start, span_end, entity in row.spans:
        position = "B"
        for token, (start, end) in enumerate(encoded.offsets):
            if start < span_end and end > span_start and row.text[start:end].strip():
                found[token] = numbers[f"{position}-{entity}"]
                position = "I"
    return tuple(found)


def length_bucketed_batches(lengths: Sequence[int], batch_size: int, seed: int) -> list[list[int]]:
    """Shuffled batches of row numbers in which the rows are about equally long, so that little is padding."""
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(lengths))
    pool = batch_size * 16
    batches = []
    for start in range(0, len(order), pool):
        chunk = sorted(order[start : start + pool].tolist(), key=lambda row: lengths[row])
        batches += [chunk[at : at + batch_size] for at in range(0, len(chunk), batch_size)]
    return [batches[i] for i in generator.permutation(len(batches))]


def split(rows: Sequence[Row], fraction: float, seed: int) -> tuple[list[Row], list[Row]]:
    """(kept, held out): of every label in every script the same fraction is held out; single rows are kept.

    A row's place in the order comes from its text, so that a set which grew holds out nearly the same rows again: a
    model that goes on from an earlier one is calibrated on rows which that one did not see either.
    """
    groups: dict[tuple[str | None, str | None, bool], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.intent, row.sentiment, row.text.isascii()].append(row)
    kept, held = [], []
    for key in sorted(groups, key=str):
        group = sorted(groups[key], key=lambda row: hashlib.sha256(f"{seed}:{row.text}".encode()).digest())
        count = round(len(group) * fraction) if len(group) > 1 else 0
        held += group[:count]
        kept += group[count:]
    return kept, held
