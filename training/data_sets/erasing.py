"""Taking single examples out of versions that were built: a customer's right goes before a version that stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.tables import TrainingMessage
from training.data_sets.examples import DataExample
from training.data_sets.findings import FINDINGS
from training.data_sets.versions import FOLDER, MANIFEST
from training.data_sets.writing import write_examples

Chosen = Callable[[Mapping[str, Any]], bool]
"""Says of an example, as a manifest holds it, whether it is to go."""


def of_conversations(conversations: Collection[str]) -> Chosen:
    """The examples of some conversations."""
    return lambda held: held["conversation"] in conversations


def no_longer_kept(session: Session) -> Chosen:
    """The examples of messages that are no longer in the log, because they grew too old or were erased."""
    rows = session.execute(select(TrainingMessage.id, TrainingMessage.conversation_id))
    kept = {(f"message:{message_id}", conversation) for message_id, conversation in rows}
    return lambda held: bool(held["conversation"]) and (held["source"], held["conversation"]) not in kept


def examples_from(state_dir: Path, conversations: Collection[str]) -> list[dict[str, Any]]:
    """What versions hold of some conversations: each example once, with the numbers of the versions."""
    found: dict[str, dict[str, Any]] = {}
    for _, manifest in _manifests(state_dir):
        for held in filter(of_conversations(conversations), _all_of(manifest)):
            shown = {name: held[name] for name in ("text", "intent", "sentiment", "language", "source", "conversation")}
            found.setdefault(held["id"], shown | {"data_sets": []})["data_sets"].append(manifest["number"])
    return list(found.values())


def texts_of(state_dir: Path, chosen: Chosen) -> set[str]:
    """The texts that versions hold because of chosen examples alone; what somebody else said, too, or a file of the
    tree has, tells of nobody."""
    theirs: set[str] = set()
    others = {""}
    for _, manifest in _manifests(state_dir):
        for held in _all_of(manifest):
            (theirs if chosen(held) else others).add(held["text"])
    return theirs - others


def erase_examples(state_dir: Path, chosen: Chosen) -> int:
    """Remove chosen examples from all versions, from manifest and training files; how many it was.

    A version keeps its number and checksum, which say what it was built from; its vectors and findings, being of all
    its texts, are made anew when next needed.
    """
    erased = 0
    for folder, manifest in _manifests(state_dir):
        gone = sum(map(chosen, _all_of(manifest)))
        if not gone:
            continue
        for part in ("examples", "left_out"):
            manifest[part] = [held for held in manifest[part] if not chosen(held)]
        write_examples(folder, [DataExample.from_json(held) for held in manifest["examples"]])
        draft = folder / f"{MANIFEST}.draft"
        draft.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
        draft.replace(folder / MANIFEST)
        for made in (*folder.glob("*.npz"), folder / FINDINGS):
            made.unlink(missing_ok=True)
        erased += gone
    return erased


def _manifests(state_dir: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((state_dir / FOLDER).glob(f"*/{MANIFEST}")):
        yield path.parent, json.loads(path.read_text("utf-8"))


def _all_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [*manifest["examples"], *manifest["left_out"]]
