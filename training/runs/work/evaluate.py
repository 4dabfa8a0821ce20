"""Evaluate: candidate and champion read the same examples that neither was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from language.understanding import Understanding
from shop.errors import NotReady
from training import checksums, data_sets
from training.data_sets import DataExample
from training.data_sets.examples import sentiments_from_tree
from training.models import archives, readings
from training.models.registry import archive_of, get_model
from training.models.serving import served_of
from training.models.talks import FOLDER as TALKS
from training.models.talks import KEPT, finish_comparing, start_comparing
from training.runs.context import Made, StepContext
from training.runs.data import known_of
from training.runs.work.fine_tune import given_to

SENTIMENT = Path("training/held_out")
"""Messages with their sentiment that nobody trains on."""


def inputs(step: StepContext) -> dict[str, Any]:
    """Both models, the examples, the conversations."""
    champion = step.champion
    sources = [*sorted(SENTIMENT.glob("*.csv")), *sorted(TALKS.glob("*.yml"))]
    return {
        "challenger": step.made_by("export")["archive"],
        "champion": champion.archive_sha256 if champion else "",
        "data_set": step.made_by("collect")["checksum"],
        "held_out": checksums.of_json([checksums.of_folder(each.parent, [each.name]) for each in sources]),
    }


def work(step: StepContext) -> Made:
    """Read. Raises NotReady where there is no champion to compare with."""
    champion = step.champion
    if champion is None:
        raise NotReady("There is no champion to compare with; start the shop once, which registers its first model.")
    with step.database.read() as unit:
        challenger = get_model(unit.session, step.made_by("export")["model_version"])
        version = data_sets.get_version(unit.session, step.made_by("collect")["data_set_version"])
    examples = [each for each in data_sets.examples_of(step.settings, version) if each.split in ("test", "regression")]
    known = given_to(step, champion.id) | known_of(step.folder / "data")
    fair = [each for each in examples if (each.text, each.intent) not in known]
    archive = archive_of(challenger, step.settings)
    archives.check(archive, challenger.archive_sha256, challenger.signature, step.settings)
    told = step.folder / "talks.json"
    talking = start_comparing(archive_of(champion, step.settings), archive, told, step.settings.state_dir / KEPT)
    before, after = (Understanding.load(served_of(each, step.settings)) for each in (champion, challenger))
    rows = readings.read_rows(before, after, [*fair, *sentiments_from_tree(SENTIMENT)])
    file = step.folder / "readings.jsonl"
    readings.save(rows, file)
    talks = finish_comparing(talking, told)
    state = step.settings.state_dir
    made = {
        "readings_file": str(file.relative_to(state)),
        "talks_file": str(told.relative_to(state)),
        "champion": champion.id,
        "left_out": len(examples) - len(fair),
    }
    return Made(made, _said(fair, len(rows), len(talks)))


def _said(examples: Sequence[DataExample], rows: int, talks: int) -> str:
    sources = [readings.source_of(each) for each in examples]
    counted = ", ".join(f"{sources.count(name)} {name}" for name in ("test", "held out", "regression"))
    return f"{rows} texts ({counted}) and {talks} conversations, by both models."
