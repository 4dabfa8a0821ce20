"""Readers of labelled texts in the shapes that public data sets come in.

``rows_of`` looks at the path: a folder with ``seq.in`` and ``label``; a CSV or TSV table; a Rasa training file in
Markdown or YAML; or one part of a CLINC JSON file, as ``data_full.json#train``. Parts join with a plus sign
(``data_full.json#train+oos_train``). An out-of-scope label becomes the product's own ``out_of_scope``.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from language.understanding import OUT_OF_SCOPE
from shop.errors import BadInput
from training.dataset import SENTIMENTS, Row, rows_from_rasa

_TEXT_COLUMNS = ("sentence", "text", "content", "review", "utterance")
_LABEL_COLUMNS = ("label", "category", "intent", "sentiment")
_SENTIMENT_OF = {"0": "negative", "1": "positive", "-1": "negative"} | {name: name for name in SENTIMENTS}


def rows_of(source: str | Path, out_of_scope_label: str | None = None) -> list[Row]:
    """Rows with intents (and entities, where the file has them).

    Raises BadInput, naming path and reason, when the file is missing, empty or of no known shape.
    """
    path, _, parts = str(source).partition("#")
    rows = _read(existing(Path(path)), parts)
    if not rows:
        raise BadInput(f"{source} holds no labelled text.")
    return [_in_our_words(row, out_of_scope_label) for row in rows]


def sentiment_rows_of(path: Path) -> list[Row]:
    """Rows of a table with a text column and a label of 0/1 or negative/neutral/positive. Raises BadInput."""
    rows = []
    for number, (text, label) in enumerate(_table(existing(path)), start=2):
        if label not in _SENTIMENT_OF:
            raise BadInput(f"{path}, row {number}: sentiment {label!r} is none of {', '.join(_SENTIMENT_OF)}.")
        rows.append(Row(text, sentiment=_SENTIMENT_OF[label]))
    if not rows:
        raise BadInput(f"{path} holds no labelled text.")
    return rows


def existing(path: Path) -> Path:
    """The path itself. Raises BadInput when nothing is there."""
    if not path.exists():
        raise BadInput(f"There is no {path}. Public data sets lie outside the repository; give their folder or file.")
    return path


def sample(rows: Sequence[Row], count: int, seed: int) -> list[Row]:
    """``count`` of the rows by chance (all of them, in their order, when there are no more)."""
    return list(rows) if count <= 0 or len(rows) <= count else random.Random(seed).sample(list(rows), count)


def _read(path: Path, parts: str) -> list[Row]:
    if path.is_dir():
        return _two_files(path)
    if path.suffix == ".json":
        return _json_parts(path, parts)
    if path.suffix in (".md", ".yml", ".yaml"):
        return _rasa(path)
    return [Row(text, label) for text, label in _table(path)]


def _two_files(folder: Path) -> list[Row]:
    texts, labels = (existing(folder / name).read_text("utf-8").splitlines() for name in ("seq.in", "label"))
    if len(texts) != len(labels):
        raise BadInput(f"{folder}: seq.in has {len(texts)} lines, label has {len(labels)}.")
    return [Row(text, label) for text, label in zip(texts, labels, strict=True)]


def _json_parts(path: Path, parts: str) -> list[Row]:
    held = json.loads(path.read_text("utf-8"))
    missing = [part for part in parts.split("+") if part not in held]
    if missing:
        raise BadInput(f"{path} has no part {missing[0]!r}; write {path}#PART with PART among {', '.join(held)}.")
    return [Row(text, label) for part in parts.split("+") for text, label in held[part]]


def _rasa(path: Path) -> list[Row]:
    from rasa.shared.nlu.training_data.loading import load_data

    return _markdown(path) if path.suffix == ".md" else rows_from_rasa(load_data(str(path)))


def _markdown(path: Path) -> list[Row]:
    """Rasa 3 still reads the examples of its old Markdown, but no longer the file."""
    from rasa.shared.nlu.training_data.entities_parser import parse_training_example

    rows, intent = [], None
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("## "):
            intent = line.removeprefix("## intent:").strip() if line.startswith("## intent:") else None
        elif intent and line.startswith("- "):
            message = parse_training_example(line[2:].strip(), intent)
            spans = tuple((e["start"], e["end"], e["entity"]) for e in message.get("entities") or [])
            rows.append(Row(message.get("text"), intent, spans=spans))
    return rows


def _table(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix == ".tsv":
            reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        else:
            reader = csv.DictReader(file)
        columns = reader.fieldnames or []
        text = next((name for name in _TEXT_COLUMNS if name in columns), None)
        label = next((name for name in _LABEL_COLUMNS if name in columns), None)
        if text is None or label is None:
            raise BadInput(
                f"{path} has the columns {', '.join(columns) or '(none)'}; a text column "
                f"({', '.join(_TEXT_COLUMNS)}) and a label column ({', '.join(_LABEL_COLUMNS)}) are needed."
            )
        lines = [(line[text] or "", line[label] or "") for line in reader]
    return [(words.strip(), name.strip()) for words, name in lines if words.strip() and name.strip()]


def _in_our_words(row: Row, out_of_scope_label: str | None) -> Row:
    return replace(row, intent=OUT_OF_SCOPE) if out_of_scope_label and row.intent == out_of_scope_label else row
