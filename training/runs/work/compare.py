"""Compare: the gate of the candidate, from what both models read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from training import checksums
from training.models import archives, readings
from training.models.comparing import OVERALL, compare
from training.models.gate import Gate, Talk
from training.models.intervals import wilson
from training.models.readings import ReadRow
from training.models.registry import get_model
from training.runs.context import Made, StepContext

_PROBES = 12


def inputs(step: StepContext) -> dict[str, Any]:
    """The readings and the conversations."""
    made = step.made_by("evaluate")
    files = [step.settings.state_dir / made[name] for name in ("readings_file", "talks_file")]
    return {"readings": checksums.of_json([archives.checksum(file) for file in files]), "champion": made["champion"]}


def work(step: StepContext) -> Made:
    """Write gate and evaluation into the model version; one that did not pass is refused."""
    made = step.made_by("evaluate")
    rows = readings.load(step.settings.state_dir / made["readings_file"])
    talks = [Talk(**each) for each in json.loads((step.settings.state_dir / made["talks_file"]).read_text("utf-8"))]
    gate = compare(rows, talks, made["champion"], _notes(made["left_out"]))
    with step.database.work() as unit:
        model = get_model(unit.session, step.made_by("export")["model_version"])
        model.gate = gate.as_json()
        model.evaluation = _evaluation(gate, rows)
        if model.state in ("candidate", "refused"):
            model.state = "candidate" if gate.verdict == "passed" else "refused"
        unit.commit()
    card = step.folder / "model_card.md"
    if card.is_file():
        card.write_text(card.read_text("utf-8").split("\n## Compared")[0] + _section(gate), "utf-8")
    said = "May be promoted." if gate.verdict == "passed" else f"Refused: {gate.reasons[0]}"
    return Made({"model_version": model.id, "verdict": gate.verdict}, said)


def _notes(left_out: int) -> list[str]:
    if not left_out:
        return []
    return [f"{left_out} examples were left out, because one of the two models was trained on them."]


def _evaluation(gate: Gate, rows: Sequence[ReadRow]) -> dict[str, Any]:
    """The challenger's own figures, and texts that a healthy Rasa process must read as this model does."""
    figures = {
        each.name: {
            "value": each.challenger,
            "rows": each.rows,
            "interval": wilson(each.challenger, each.rows) if each.unit == "share" else (each.challenger,) * 2,
        }
        for each in gate.guarded
    }
    sure = sorted((row for row in rows if row.intent), key=lambda row: -row.challenger.confidence)
    probes = [{"text": row.text, "likeliest": row.challenger.likeliest} for row in sure[:_PROBES]]
    return {"figures": figures, "probes": probes}


def _section(gate: Gate) -> str:
    lines = [f"\n## Compared with model {gate.champion_id}: {gate.verdict}\n"]
    told = [each for each in gate.guarded if each.verdict != "same" or not each.name.startswith("intent:")]
    lines += [f"- {each.text}" for each in told]
    lines += [f"- {talk.name}: {'passes' if talk.challenger else talk.text}" for talk in gate.talks]
    lines += [f"- {note}" for note in gate.notes]
    lines.append(f"\nIntervals are at {OVERALL:.0%}, those of single intents at 99 %.")
    return "\n".join(lines) + "\n"
