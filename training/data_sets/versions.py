"""The versions that were built: listing them, reading one, and what changed between two."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.errors import NotFound
from shop.settings import Settings
from shop.tables import DataSetVersion
from training.data_sets.examples import DataExample

FOLDER = "training/data_sets"
"""Below the state folder."""
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Difference:
    """What is in one version and not in another, of the examples with an intent."""

    added: tuple[DataExample, ...]
    removed: tuple[DataExample, ...]
    relabelled: tuple[tuple[DataExample, DataExample], ...]
    """(before, after) of texts whose intent is another now."""
    moved: tuple[tuple[DataExample, DataExample], ...]
    """(before, after) of texts that are in another split now."""
    intents: dict[str, tuple[int, int]]
    """Training examples of each intent whose count differs, (before, after)."""


def list_versions(session: Session) -> list[DataSetVersion]:
    """The newest first."""
    return list(session.scalars(select(DataSetVersion).order_by(DataSetVersion.id.desc())))


def get_version(session: Session, number: int) -> DataSetVersion:
    """The version of a number. Raises NotFound."""
    version = session.get(DataSetVersion, number)
    if version is None:
        raise NotFound(f"there is no data set {number}")
    return version


def folder_of(settings: Settings, version: DataSetVersion) -> Path:
    """Its folder: ``train``, ``validation``, ``test`` and ``regression``, each with ``nlu.yml`` and
    ``sentiment/sentiment.csv``."""
    return settings.state_dir / version.folder


def examples_of(settings: Settings, version: DataSetVersion) -> list[DataExample]:
    """Its examples, each with source, labellers and split. Raises NotFound where its files are gone."""
    return [DataExample.from_json(held) for held in manifest_of(settings, version)["examples"]]


def manifest_of(settings: Settings, version: DataSetVersion) -> dict[str, Any]:
    """All that is known of a version: ``number``, ``checksum``, ``examples``, and ``left_out`` with the reason of each.

    Raises NotFound where its files are gone.
    """
    path = folder_of(settings, version) / MANIFEST
    if not path.is_file():
        raise NotFound(f"the files of data set {version.id} are gone from {path.parent.name}; build it anew")
    held: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return held


def difference(settings: Settings, before: DataSetVersion, after: DataSetVersion) -> Difference:
    """What changed from one version to another."""
    old, new = (_by_text(examples_of(settings, version)) for version in (before, after))
    both = [(old[key], new[key]) for key in new if key in old]
    counts = [Counter(each.intent for each in part.values() if each.split == "train") for part in (old, new)]
    names = sorted(counts[0].keys() | counts[1].keys())
    return Difference(
        added=tuple(new[key] for key in new if key not in old),
        removed=tuple(old[key] for key in old if key not in new),
        relabelled=tuple(pair for pair in both if pair[0].intent != pair[1].intent),
        moved=tuple(pair for pair in both if pair[0].split != pair[1].split),
        intents={name: (counts[0][name], counts[1][name]) for name in names if counts[0][name] != counts[1][name]},
    )


def _by_text(examples: list[DataExample]) -> dict[tuple[str, str], DataExample]:
    """By text and conversation: the same words may be said in several."""
    return {(example.text, example.conversation): example for example in examples if example.intent}
