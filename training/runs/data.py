"""What a run trains on: the whole data set, or what the champion does not know and a share of what it does."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.dataset import Row, rows_from_sentiment_csv
from training.rasa_yaml import WrittenExample, read_file, read_folder, write_file
from training.runs.parameters import RunParameters

Known = frozenset[tuple[str, str]]
"""(text, intent) of what a model was trained on or was given to train on."""

_SEED = 7
_LEAST_OF_A_KIND = 2
"""Rows of an intent in one script that are always rehearsed, so that no label is missing."""
_SENTIMENTS_PER_REHEARSED = 0.2


@dataclass(frozen=True)
class TrainingFiles:
    """Where the data of a run lies, as ``rasa train`` takes it, and what is in it."""

    nlu: Path
    sentiment: Path
    """A folder of tables."""
    validation: Path
    new: int
    rehearsed: int
    rows: int
    """Rows of one pass, repeats counted."""


def known_of(folder: Path) -> Known:
    """What a model that was made from the training files of a folder knows."""
    return frozenset((each.text, each.intent) for each in read_folder(folder))


def write_data(version: Path, folder: Path, parameters: RunParameters, known: Known | None) -> TrainingFiles:
    """Write the data of a run into ``folder``.

    ``version`` is the folder of a data set; ``known`` is what the model to go on from knows, None from the base. Going
    on, every new row is shown ``repeats`` times, and of the known ones a sample in which each intent has its share.
    """
    examples = read_file(version / "train" / "nlu.yml")
    sentiments = rows_from_sentiment_csv(version / "train" / "sentiment" / "sentiment.csv")
    new = [each for each in examples if known is not None and (each.text, each.intent) not in known]
    if known is None:
        shown, rehearsed = examples, []
    else:
        old = [each for each in examples if (each.text, each.intent) in known]
        rehearsed = _with_every_entity(_sample(old, parameters.rehearsed), old)
        shown = [*new * parameters.repeats, *rehearsed]
        sentiments = _sample_sentiments(sentiments, round(parameters.rehearsed * _SENTIMENTS_PER_REHEARSED))
    nlu, sentiment = folder / "nlu.yml", folder / "sentiment"
    write_file(nlu, ((each.text, each.intent, each.entities) for each in shown))
    _write_sentiments(sentiment, sentiments)
    validation = version / "validation" / "nlu.yml"
    return TrainingFiles(nlu, sentiment, validation, len(new), len(rehearsed), len(shown) + len(sentiments))


def _sample(examples: Sequence[WrittenExample], count: int) -> list[WrittenExample]:
    groups: dict[tuple[str, bool], list[WrittenExample]] = defaultdict(list)
    for example in examples:
        groups[example.intent, example.text.isascii()].append(example)
    generator = random.Random(_SEED)
    chosen = []
    for key in sorted(groups):
        share = max(_LEAST_OF_A_KIND, round(count * len(groups[key]) / len(examples)))
        chosen += generator.sample(groups[key], min(share, len(groups[key])))
    return chosen


def _with_every_entity(chosen: list[WrittenExample], examples: Sequence[WrittenExample]) -> list[WrittenExample]:
    missing = _entities(examples) - _entities(chosen)
    for example in examples:
        if missing & _entities([example]):
            chosen = [*chosen, example]
            missing -= _entities([example])
    return chosen


def _entities(examples: Collection[WrittenExample]) -> set[str]:
    return {entity.name for example in examples for entity in example.entities}


def _sample_sentiments(rows: Sequence[Row], count: int) -> list[Row]:
    return random.Random(_SEED).sample(list(rows), min(count, len(rows)))


def _write_sentiments(folder: Path, rows: Sequence[Row]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sentiment.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["text", "sentiment"])
        writer.writerows([row.text, row.sentiment] for row in rows)
