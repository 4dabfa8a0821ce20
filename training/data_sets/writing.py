"""The files of a version that trainings read: for each split ``nlu.yml`` and ``sentiment/sentiment.csv``."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from training.data_sets.examples import SPLITS, DataExample
from training.rasa_yaml import write_file


def write_examples(folder: Path, examples: Sequence[DataExample]) -> None:
    """Write the examples, each into its split; files that were there are written anew."""
    by_split: dict[str, list[DataExample]] = defaultdict(list)
    for example in examples:
        by_split[example.split].append(example)
    for name in SPLITS:
        rows = [(each.text, each.intent, each.entities) for each in by_split[name] if each.intent]
        write_file(folder / name / "nlu.yml", rows)
        _write_sentiments(folder / name / "sentiment", [each for each in by_split[name] if each.sentiment])


def _write_sentiments(folder: Path, examples: Sequence[DataExample]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sentiment.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["text", "sentiment"])
        writer.writerows([example.text, example.sentiment] for example in examples)
