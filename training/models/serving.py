"""Opening a model version the way it serves."""

from __future__ import annotations

import json
from pathlib import Path

from language.understanding import CARD
from shop.settings import Settings
from shop.tables import ModelVersion
from training.models import archives
from training.models.registry import UNPACKED, archive_of


def served_of(model: ModelVersion, settings: Settings) -> Path:
    """The folder that ``Understanding.load`` takes; unpacked from the archive where its training was elsewhere.

    Raises NotFound where the archive is gone, Refused where it is broken or foreign.
    """
    unpacked = settings.state_dir / UNPACKED / model.fingerprint
    for folder in (settings.state_dir / model.trained_in / "served", unpacked):
        card = folder / CARD
        if card.is_file() and json.loads(card.read_text("utf-8"))["fingerprint"] == model.fingerprint:
            return folder
    archive = archive_of(model, settings)
    archives.check(archive, model.archive_sha256, model.signature, settings)
    draft = unpacked.with_name(f".draft-{model.fingerprint}")
    archives.extract_served(archive, draft)
    return draft.rename(unpacked)
