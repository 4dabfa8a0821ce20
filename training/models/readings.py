"""What champion and challenger understood of the same labelled texts, as the gate compares it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from language.patterns import NAMES as PATTERN_ENTITIES
from language.understanding import Understanding
from training.data_sets import DataExample

_WARM_UP = 5


@dataclass(frozen=True)
class ModelReading:
    """What one model understood of one text."""

    likeliest: str
    acted_on: str
    confidence: float
    out_of_scope_score: float
    sentiment: str
    entities: tuple[tuple[int, int, str], ...]
    """Of those that the model finds; patterns find the others."""
    milliseconds: float
    """Processor time of the reading thread."""


@dataclass(frozen=True)
class ReadRow:
    """One labelled text and what both models made of it."""

    text: str
    language: str
    intent: str
    """Empty where only the sentiment is known."""
    sentiment: str
    """Empty where it is not known."""
    entities: tuple[tuple[int, int, str], ...]
    source: str
    """``test``, ``held out``, ``regression`` or ``sentiment``."""
    champion: ModelReading
    challenger: ModelReading


def read_rows(champion: Understanding, challenger: Understanding, examples: Sequence[DataExample]) -> list[ReadRow]:
    """Both models read every text, in turn, so that a busy machine is as busy for the one as for the other."""
    for example in examples[:_WARM_UP]:
        for model in (champion, challenger):
            model.read(example.text)
    return [
        ReadRow(
            example.text,
            example.language,
            example.intent,
            example.sentiment,
            tuple((each.start, each.end, each.name) for each in example.entities if each.name not in PATTERN_ENTITIES),
            source_of(example),
            _read(champion, example.text),
            _read(challenger, example.text),
        )
        for example in examples
    ]


def source_of(example: DataExample) -> str:
    """In the gate's words."""
    if not example.intent:
        return "sentiment"
    if example.split == "regression":
        return "regression"
    return "test" if example.source.startswith("message:") else "held out"


def save(rows: Sequence[ReadRow], file: Path) -> None:
    """Write them as JSON lines."""
    lines = (json.dumps(asdict(row), ensure_ascii=False) for row in rows)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def load(file: Path) -> list[ReadRow]:
    """Read what ``save`` wrote."""
    return [_row(json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def _read(model: Understanding, text: str) -> ModelReading:
    began = time.thread_time()
    reading = model.read(text)
    milliseconds = 1000 * (time.thread_time() - began)
    return ModelReading(
        reading.ranking[0].label,
        reading.intent.label,
        round(reading.ranking[0].confidence, 4),
        round(reading.out_of_scope_score, 4),
        reading.sentiment.label,
        tuple((e.start, e.end, e.entity) for e in reading.entities if e.entity not in PATTERN_ENTITIES),
        round(milliseconds, 3),
    )


def _row(held: dict[str, Any]) -> ReadRow:
    for name in ("champion", "challenger"):
        entities = tuple(tuple(each) for each in held[name].pop("entities"))
        held[name] = ModelReading(**held[name], entities=entities)
    entities = tuple(tuple(each) for each in held.pop("entities"))
    return ReadRow(**held, entities=entities)
