"""Taking texts out of what is kept of models: what their gates tell, and the embedded examples beside them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from language.explaining import TrainingExamples
from language.served import EXAMPLES
from training.models.registry import list_models


def erase_from_gates(session: Session, texts: Collection[str]) -> int:
    """Remove texts from the examples that changed and the probes of every model version; how many it was.

    Verdict and figures stay as they were.
    """
    erased = 0
    for model in list_models(session):
        gate, changed = _without(dict(model.gate or {}), "changed", texts)
        evaluation, probes = _without(dict(model.evaluation or {}), "probes", texts)
        if changed or probes:
            model.gate, model.evaluation = gate, evaluation
            erased += changed + probes
    return erased


def erase_embedded(state_dir: Path, texts: Collection[str]) -> int:
    """Remove texts and their vectors from the training examples that lie beside models; how many it was."""
    erased = 0
    for file in sorted((state_dir / "understanding").glob(f"*/{EXAMPLES}")) if texts else ():
        held = TrainingExamples.load(file)
        kept = [place for place, text in enumerate(held.texts) if text not in texts]
        if len(kept) < len(held.texts):
            texts_left, intents_left = ([each[place] for place in kept] for each in (held.texts, held.intents))
            TrainingExamples(texts_left, intents_left, held.vectors[kept], held.fingerprint).save(file)
            erased += len(held.texts) - len(kept)
    return erased


def _without(held: dict[str, Any], part: str, texts: Collection[str]) -> tuple[dict[str, Any], int]:
    rows = held.get(part, [])
    kept = [row for row in rows if row["text"] not in texts]
    return (held | {part: kept}, len(rows) - len(kept)) if len(kept) < len(rows) else (held, 0)
