"""Export: the archive is opened the way it will serve, signed, and noted as a candidate."""

from __future__ import annotations

from typing import Any

from language.understanding import Understanding
from shop.errors import BadInput
from training.models import archives
from training.models.registry import keep, register
from training.models.serving import served_of
from training.runs.context import Made, StepContext

_PROBES = ("where is my order", "我的订单到哪了")


def inputs(step: StepContext) -> dict[str, Any]:
    """The archive."""
    archive = step.settings.state_dir / step.made_by("fine_tune")["archive_file"]
    return {"archive": archives.checksum(archive)}


def work(step: StepContext) -> Made:
    """Register the archive. Raises BadInput where it does not hold a model that reads."""
    archive = step.settings.state_dir / step.made_by("fine_tune")["archive_file"]
    champion = step.champion
    from_id = champion.id if champion and step.parameters.start == "champion" else None
    note = step.parameters.note or f"Run {step.run_id}, from the {step.parameters.start}."
    kept = keep(step.settings, archive)
    with step.database.work() as unit:
        model = register(unit.session, step.settings, kept, note, from_id)
        unit.commit()
    served = served_of(model, step.settings)
    understanding = Understanding.load(served)
    if any(not understanding.read(text).ranking for text in _PROBES):
        raise BadInput(f"The model in {archive.name} reads nothing.")
    card = next(iter(served.parent.glob("weights/README.md")), None)
    if card:
        (step.folder / "model_card.md").write_bytes(card.read_bytes())
    made = {"model_version": model.id, "archive_file": model.archive, "archive": model.archive_sha256}
    return Made(made, f"Model {model.id} ({model.fingerprint}), {len(understanding.intents)} intents.")
