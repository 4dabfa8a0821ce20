"""Building a version: the tree's training files and the labelled messages, joined, split and written down."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import BadInput, Conflict
from shop.settings import Settings
from shop.tables import DataSetVersion
from shop.unit_of_work import Database
from training import checksums
from training.data_sets.examples import SPLITS, DataExample, from_labels, from_tree, sentiments_from_tree
from training.data_sets.splitting import LeftOut, split
from training.data_sets.versions import FOLDER, MANIFEST
from training.data_sets.writing import write_examples
from training.dataset import Row
from training.dataset import split as held_out_of
from training.rasa_yaml import NLU

_HELD_OUT_SHARE = 0.1
_HELD_OUT_SEED = 7
"""Share and seed by which a training without validation data holds rows out for calibration."""


@dataclass(frozen=True)
class Sources:
    """Where the tree keeps its data."""

    nlu: Path = NLU
    sentiment: Path = Path("bot/data/sentiment")
    held_out: Path = Path("tests/understanding")
    """Messages that nobody trains on; the test split begins with them."""
    regression: Path = Path("training/regression")
    """The frozen set."""


def build(
    database: Database, settings: Settings, author: str, note: str = "", sources: Sources | None = None
) -> DataSetVersion:
    """Make a version of the data as it is now; where an earlier version is the same, that one.

    What takes seconds is done before the database is locked: shoppers write meanwhile. Raises BadInput where the tree
    has no training files, Conflict where two are built at once.
    """
    with database.read() as unit:
        examples, left_out = gather(unit.session, sources or Sources())
    checksum, counts = _checksum(examples), _counts(examples, left_out)
    with database.work() as unit:
        same = unit.session.scalars(select(DataSetVersion).where(DataSetVersion.checksum == checksum)).first()
        if same is not None and (settings.state_dir / same.folder / MANIFEST).is_file():
            return same
        version = same or DataSetVersion(
            checksum=checksum, folder="", author=author, note=note, counts={}, created_at=now()
        )
        unit.session.add(version)
        try:
            unit.session.flush()
        except IntegrityError as error:
            raise Conflict("the same data set is being built by somebody else") from error
        version.folder, version.counts = f"{FOLDER}/{version.id}", counts
        _write(settings.state_dir / version.folder, version, examples, left_out)
        unit.commit()
    return version


def gather(session: Session, sources: Sources) -> tuple[list[DataExample], list[LeftOut]]:
    """All examples with their splits, and what is left out."""
    tree = from_tree(sources.nlu)
    if not tree:
        raise BadInput(f"there are no examples of intents in {sources.nlu}")
    labelled, disputed = from_labels(session)
    given = [
        *from_tree(sources.regression, "regression"),
        *_tree_with_validation(tree),
        *from_tree(sources.held_out, "test"),
        *(each for each in labelled if each.text),
    ]
    kept, left_out = split(given)
    trained = {example.intent for example in kept if example.split == "train"}
    known = [each for each in kept if each.intent in trained]
    left_out += [
        LeftOut(each, "its intent has no example to train on yet") for each in kept if each.intent not in trained
    ]
    left_out += [
        LeftOut(DataExample("", "", "", f"message:{message_id}"), "people disagree about it") for message_id in disputed
    ]
    return [*known, *sentiments_from_tree(sources.sentiment)], left_out


def _tree_with_validation(tree: Sequence[DataExample]) -> list[DataExample]:
    """The rows that a training of the tree alone holds out for calibration are the validation split, so that a model
    which goes on from that one is calibrated on rows which neither has seen."""
    rows = {Row(example.text, example.intent): example for example in tree}
    held = set(held_out_of(list(rows), _HELD_OUT_SHARE, _HELD_OUT_SEED)[1])
    return [replace(each, split="validation" if row in held else "train") for row, each in rows.items()]


def _checksum(examples: Sequence[DataExample]) -> str:
    return checksums.of_json(sorted(f"{example.split} {example.id}" for example in examples))


def _counts(examples: Sequence[DataExample], left_out: Sequence[LeftOut]) -> dict[str, Any]:
    """Rows by split, by language and by intent (of the training split), and how many came from messages."""
    intents = [example for example in examples if example.intent]
    return {
        "splits": {name: sum(example.split == name for example in intents) for name in SPLITS},
        "languages": dict(Counter(example.language for example in intents)),
        "intents": dict(sorted(Counter(each.intent for each in intents if each.split == "train").items())),
        "from_messages": sum(example.source.startswith("message:") for example in intents),
        "sentiments": sum(bool(example.sentiment) for example in examples),
        "left_out": len(left_out),
    }


def _write(folder: Path, version: DataSetVersion, examples: Sequence[DataExample], left_out: Sequence[LeftOut]) -> None:
    draft = folder.with_name(f".draft-{folder.name}")
    shutil.rmtree(draft, ignore_errors=True)
    write_examples(draft, examples)
    manifest = {
        "number": version.id,
        "checksum": version.checksum,
        "examples": [example.as_json() for example in examples],
        "left_out": [{**each.example.as_json(), "why": each.why} for each in left_out],
    }
    (draft / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
