"""Taking single examples out of versions that were built: a customer's right goes before a version that stays."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from training.data_sets.examples import DataExample
from training.data_sets.versions import FOLDER, MANIFEST
from training.data_sets.writing import write_examples


def examples_from(state_dir: Path, conversations: Collection[str]) -> list[dict[str, Any]]:
    """What versions hold of some conversations: each example once, with the numbers of the versions."""
    found: dict[str, dict[str, Any]] = {}
    for _, manifest in _manifests(state_dir):
        for held in _of(manifest, conversations):
            shown = {name: held[name] for name in ("text", "intent", "sentiment", "language", "source", "conversation")}
            found.setdefault(held["id"], shown | {"data_sets": []})["data_sets"].append(manifest["number"])
    return list(found.values())


def erase_examples(state_dir: Path, conversations: Collection[str]) -> int:
    """Remove what versions hold of some conversations, from manifest and training files; how many examples it was.

    A version keeps its number and checksum, which say what it was built from; its vectors, being of all its texts,
    are made anew when next needed.
    """
    erased = 0
    for folder, manifest in _manifests(state_dir):
        gone = len(_of(manifest, conversations))
        if not gone:
            continue
        for part in ("examples", "left_out"):
            manifest[part] = [held for held in manifest[part] if held["conversation"] not in conversations]
        write_examples(folder, [DataExample.from_json(held) for held in manifest["examples"]])
        draft = folder / f"{MANIFEST}.draft"
        draft.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
        draft.replace(folder / MANIFEST)
        for vectors in folder.glob("*.npz"):
            vectors.unlink()
        erased += gone
    return erased


def _manifests(state_dir: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((state_dir / FOLDER).glob(f"*/{MANIFEST}")):
        yield path.parent, json.loads(path.read_text("utf-8"))


def _of(manifest: dict[str, Any], conversations: Collection[str]) -> list[dict[str, Any]]:
    held = [*manifest["examples"], *manifest["left_out"]]
    return [each for each in held if each["conversation"] in conversations]
