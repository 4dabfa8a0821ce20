"""Opening a model version the way it serves."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from language.served import newest_served
from language.understanding import CARD
from shop.settings import Settings
from shop.tables import ModelVersion
from shop.unit_of_work import Database
from training.models import archives
from training.models.registry import UNPACKED, archive_of, champion, has_registered


def served_now(settings: Settings) -> Path:
    """The served folder of the champion.

    Where none is registered, or where something was trained that the next start makes the champion, that of the model
    trained last. Raises NotReady where none was.
    """
    with closing(Database.from_settings(settings)) as database:
        try:
            with database.read() as unit:
                serving = champion(unit.session) if has_registered(unit.session, settings) else None
        except SQLAlchemyError:  # no database was made yet
            serving = None
    return newest_served(settings.state_dir) if serving is None else served_of(serving, settings)


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
