"""Indexes on disk: ``index/<language>/manifest.json`` names the generation in force, a folder beside it.

A generation is written whole before the manifest is replaced in one step, and the one before it is kept, so that a
process that has just read the old manifest can still load what it names.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from knowledge.calibration import Calibration
from knowledge.index import Entry, Field, Index
from knowledge.manner import Manner, Weights
from knowledge.passages import Passage
from knowledge.search import Floors, Search
from shop.clock import now
from shop.errors import NotReady

FORMAT = 4
_FIELDS = ("phrasing", "passage", "whole")
_FILES = ("entries.json", *(f"{name}.faiss" for name in _FIELDS))
_KEPT_GENERATIONS = 2


@dataclass(frozen=True)
class Manifest:
    """What an index was made of. ``generation`` is empty where there was no article to index."""

    inputs: str  # a hash of the articles, the encoder and the format
    encoder: str  # the encoder's fingerprint
    generation: str
    articles: int
    floors: Floors
    manner: Manner
    weights: Weights  # as learned; those of the manner are where it began
    calibration: Calibration
    change: int  # every change of the knowledge base up to this one is in it
    built_at: str

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read what ``json.dumps(asdict(manifest))`` wrote."""
        raw: dict[str, Any] = json.loads(text)
        raw |= {"floors": Floors(**raw["floors"]), "weights": Weights(**raw["weights"])}
        raw |= {"manner": Manner.from_dict(raw["manner"]), "calibration": Calibration(**raw["calibration"])}
        return cls(**raw)


@dataclass(frozen=True)
class StoredIndex:
    """What was loaded; ``search`` is None where there was no article to index."""

    manifest: Manifest
    search: Search | None


class IndexFolder:
    """The folder of one language's index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = folder / "manifest.json"

    def version(self) -> tuple[int, int] | None:
        """Something that changes whenever the manifest does; None when there is none. Takes microseconds."""
        try:
            status = self._manifest.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_ino

    def manifest(self) -> Manifest | None:
        """The manifest in force, or None if none (or none of today's format) was written yet."""
        try:
            return Manifest.from_json(self._manifest.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):  # of another format: as if it were not there, it will be replaced
            return None

    def load(self) -> StoredIndex:
        """Load the generation in force. Raises NotReady if there is none."""
        while True:
            manifest = self.manifest()
            if manifest is None:
                raise NotReady(f"No search index in {self.folder}; run `python -m knowledge rebuild`.")
            if not manifest.generation:
                return StoredIndex(manifest, None)
            try:
                index = _read(self.folder / manifest.generation, manifest.manner)
            except (OSError, RuntimeError) as error:  # FAISS says RuntimeError for a missing file
                if self.manifest() != manifest:
                    continue  # replaced while we were reading: try the new one
                raise NotReady(f"The index in {self.folder} is damaged; run `python -m knowledge rebuild`.") from error
            return StoredIndex(manifest, Search(index, manifest.floors, manifest.weights))

    def is_whole(self, manifest: Manifest) -> bool:
        """Whether all files of a manifest's generation are there."""
        folder = self.folder / manifest.generation
        return not manifest.generation or all((folder / name).is_file() for name in _FILES)

    def save(
        self, inputs: str, encoder: str, search: Search | None, calibration: Calibration, change: int = 0
    ) -> Manifest:
        """Write a generation and put it in force."""
        self.folder.mkdir(parents=True, exist_ok=True)
        generation = f"{inputs[:12]}-{uuid.uuid4().hex[:8]}" if search else ""
        if search:
            _write(self.folder / generation, search.index)
        manifest = Manifest(
            inputs=inputs,
            encoder=encoder,
            generation=generation,
            articles=len(search.index.entries) if search else 0,
            floors=search.floors if search else Floors(),
            manner=search.index.manner if search else Manner(),
            weights=search.weights if search else Weights(),
            calibration=calibration,
            change=change,
            built_at=now().isoformat(),
        )
        self.put_in_force(manifest)
        self._clean(generation)
        return manifest

    def put_in_force(self, manifest: Manifest) -> None:
        """Replace the manifest in one step."""
        draft = self.folder / f".manifest-{uuid.uuid4().hex}"
        draft.write_text(json.dumps(asdict(manifest), indent=2), encoding="utf-8")
        os.replace(draft, self._manifest)

    @contextmanager
    def building(self) -> Iterator[None]:
        """Held by the one process that builds; others wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _clean(self, current: str) -> None:
        others = [path for path in self.folder.iterdir() if path.is_dir() and path.name != current]
        others.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in others[_KEPT_GENERATIONS - 1 :]:
            shutil.rmtree(path, ignore_errors=True)


def _write(folder: Path, index: Index) -> None:
    folder.mkdir()
    for name in _FIELDS:
        written: Field = getattr(index, name)
        faiss.write_index(written.index, str(folder / f"{name}.faiss"))
        if written.exact is not None:
            np.save(folder / f"{name}.npy", written.exact)
    entries = [asdict(entry) for entry in index.entries]
    (folder / "entries.json").write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")


def _read(folder: Path, manner: Manner) -> Index:
    entries = [_entry(raw) for raw in json.loads((folder / "entries.json").read_text(encoding="utf-8"))]
    counts = ([len(e.phrasings) for e in entries], [len(e.passages) for e in entries], [1] * len(entries))
    phrasing, passage, whole = (_read_field(folder, name, count) for name, count in zip(_FIELDS, counts, strict=True))
    return Index(entries, (phrasing, passage, whole), manner)


def _read_field(folder: Path, name: str, counts: list[int]) -> Field:
    exact = folder / f"{name}.npy"
    vectors = np.load(exact, mmap_mode="r") if exact.is_file() else None
    return Field(faiss.read_index(str(folder / f"{name}.faiss")), counts, vectors)


def _entry(raw: dict[str, Any]) -> Entry:
    cut = tuple(Passage(**passage) for passage in raw["passages"])
    return Entry(**{**raw, "phrasings": tuple(raw["phrasings"]), "passages": cut})
