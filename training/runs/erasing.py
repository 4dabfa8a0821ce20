"""Taking texts out of what runs keep: the files that they trained on, what models read, and logs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection
from pathlib import Path

from training.models.registry import RUNS
from training.rasa_yaml import read_file, write_file


def erase_texts(state_dir: Path, texts: Collection[str]) -> int:
    """Remove texts from the files of all runs; how many rows it was. A log that names one is deleted, and counts
    once."""
    erased = 0
    for folder in sorted((state_dir / RUNS).glob("[0-9]*")) if texts else ():
        erased += sum(_erase_examples(file, texts) for file in folder.glob("data/*.yml"))
        erased += sum(_erase_rows(file, texts) for file in folder.glob("data/sentiment/*.csv"))
        erased += sum(_erase_lines(file, texts) for file in folder.glob("readings.jsonl"))
        erased += sum(_delete(file, texts) for file in folder.rglob("*.log"))
    return erased


def _erase_examples(file: Path, texts: Collection[str]) -> int:
    examples = read_file(file)
    kept = [each for each in examples if each.text not in texts]
    if len(kept) < len(examples):
        write_file(file, ((each.text, each.intent, each.entities) for each in kept))
    return len(examples) - len(kept)


def _erase_rows(file: Path, texts: Collection[str]) -> int:
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    kept = [row for row in rows if row[0] not in texts]
    if len(kept) < len(rows):
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(kept)
        _replace(file, written.getvalue())
    return len(rows) - len(kept)


def _erase_lines(file: Path, texts: Collection[str]) -> int:
    lines = file.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if json.loads(line)["text"] not in texts]
    if len(kept) < len(lines):
        _replace(file, "".join(kept))
    return len(lines) - len(kept)


def _delete(log: Path, texts: Collection[str]) -> bool:
    content = log.read_text("utf-8", errors="replace")
    named = any(text in content for text in texts)
    if named:
        log.unlink()
    return named


def _replace(file: Path, content: str) -> None:
    draft = file.with_name(f"{file.name}.draft")
    draft.write_text(content, "utf-8", newline="")
    draft.replace(file)
