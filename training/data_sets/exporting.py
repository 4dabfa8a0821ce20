"""A version for use elsewhere: one CSV table, or a folder that Hugging Face's ``datasets`` loads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shop.settings import Settings
from shop.tables import DataSetVersion
from training.data_sets.examples import SPLITS, DataExample
from training.data_sets.versions import examples_of

_COLUMNS = ("id", "split", "text", "intent", "sentiment", "entities", "language", "source", "labellers")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula."""


def export_csv(settings: Settings, version: DataSetVersion) -> str:
    """All examples as one table, entities as JSON. A cell that a spreadsheet would run begins with an apostrophe."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for example in examples_of(settings, version):
        row = _plain(example)
        row["entities"] = json.dumps(row["entities"], ensure_ascii=False)
        row["labellers"] = " ".join(row["labellers"])
        writer.writerow([_harmless(str(row[name])) for name in _COLUMNS])
    return written.getvalue()


def export_hugging_face(settings: Settings, version: DataSetVersion, folder: Path) -> Path:
    """Write a dataset repository into a folder: ``datasets.load_dataset(FOLDER)`` gives a ``DatasetDict``.

    A file of JSON lines for each split, and a card whose head names them; sentiment-only rows are in ``train`` with
    an empty intent.
    """
    examples = examples_of(settings, version)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    there = [name for name in SPLITS if any(example.split == name for example in examples)]
    for name in there:
        rows = [json.dumps(_plain(each), ensure_ascii=False) for each in examples if each.split == name]
        (folder / "data" / f"{name}.jsonl").write_text("\n".join([*rows, ""]), "utf-8")
    (folder / "README.md").write_text(_card(version, examples, there), "utf-8")
    return folder


def _plain(example: DataExample) -> dict[str, Any]:
    held = example.as_json()
    return {name: held[name] for name in _COLUMNS}


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def _card(version: DataSetVersion, examples: Sequence[DataExample], there: Sequence[str]) -> str:
    files = "".join(f"      - split: {name}\n        path: data/{name}.jsonl\n" for name in there)
    counts = "".join(f"- {name}: {sum(example.split == name for example in examples)}\n" for name in there)
    return (
        "---\nlanguage:\n  - en\n  - zh\ntask_categories:\n  - text-classification\n  - token-classification\n"
        f"configs:\n  - config_name: default\n    data_files:\n{files}---\n\n"
        f"# Aisle data set {version.id}\n\nCustomer-service messages with intent, entities and sentiment; personal "
        f"data was redacted before it was kept. Checksum {version.checksum}.\n\nRows:\n\n{counts}"
    )
