"""The model versions this shop has: registering an archive, the champion, and how many old archives are kept."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from language.served import trained_as
from shop.audit import write_audit
from shop.clock import now
from shop.errors import NotFound
from shop.settings import Settings
from shop.tables import ModelVersion, TrainingRun
from shop.unit_of_work import Database
from training.archive import ARCHIVE
from training.models import archives

_FOLDER = "models"
UNPACKED = Path(_FOLDER) / "unpacked"
RUNS = Path("training") / "runs"
"""Below the state folder, a folder for each run; in it the archive that was trained, until it is too old."""
TRAINED = "trained.tar.gz"
_SEEN = Path(_FOLDER) / "seen.json"
_FROM_SOURCES = "Trained by make run from the data in the tree."


def list_models(session: Session) -> list[ModelVersion]:
    """Every model version, newest first."""
    return list(session.scalars(select(ModelVersion).order_by(ModelVersion.id.desc())))


def get_model(session: Session, model_id: int) -> ModelVersion:
    """One model version. Raises NotFound."""
    model: ModelVersion | None = session.get(ModelVersion, model_id)
    if model is None:
        raise NotFound(f"There is no model version {model_id}.")
    return model


def champion(session: Session) -> ModelVersion | None:
    """The model that serves; None before the first was registered."""
    found: ModelVersion | None = session.scalars(select(ModelVersion).where(ModelVersion.state == "champion")).first()
    return found


def archive_of(model: ModelVersion, settings: Settings) -> Path:
    """Where a model's archive lies; it may be gone."""
    return settings.state_dir / model.archive


@dataclass(frozen=True)
class KeptArchive:
    """An archive that lies in the state folder."""

    path: str
    """Relative to the state folder."""
    sha256: str
    fingerprint: str
    """Of the understanding model in it."""


def keep(settings: Settings, archive: Path) -> KeptArchive:
    """Copy an archive into the state folder. Raises BadInput where it is none of ours.

    It takes a while, so it is done before the database is written to: shoppers must be able to write meanwhile.
    """
    sha256, fingerprint = archives.checksum(archive), archives.read_card(archive)["fingerprint"]
    kept = settings.state_dir / _FOLDER / f"{fingerprint}-{sha256[:8]}.tar.gz"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(".draft")
        shutil.copyfile(archive, draft)
        draft.replace(kept)
    return KeptArchive(str(kept.relative_to(settings.state_dir)), sha256, fingerprint)


def register(
    session: Session, settings: Settings, kept: KeptArchive, note: str, continued_from_id: int | None = None
) -> ModelVersion:
    """Sign an archive and note it as a candidate. One that is noted already is returned as it is."""
    same = select(ModelVersion).where(ModelVersion.archive_sha256 == kept.sha256).order_by(ModelVersion.id.desc())
    known: ModelVersion | None = session.scalars(same).first()
    if known is not None:
        return known
    folder = trained_as(settings.state_dir, kept.fingerprint)
    model = ModelVersion(
        fingerprint=kept.fingerprint,
        archive=kept.path,
        archive_sha256=kept.sha256,
        signature=archives.sign(kept.sha256, settings),
        trained_in=str(folder.relative_to(settings.state_dir)) if folder else "",
        continued_from_id=continued_from_id,
        note=note,
        created_at=now(),
    )
    session.add(model)
    session.flush()
    return model


def ensure_champion(database: Database, settings: Settings, archive: Path = ARCHIVE) -> int | None:
    """Make the archive that ``make run`` trained the champion, unless it is known already. The champion's id.

    The first one is the shop's first champion; a later one was trained because the sources changed.
    """
    with database.read() as unit:
        serving = champion(unit.session)
        if has_registered(unit.session, settings, archive):
            return None if serving is None else int(serving.id)
    kept = keep(settings, archive)
    with database.work() as unit:
        made = register(unit.session, settings, kept, _FROM_SOURCES)
        put_in_place(unit.session, made, "system")
        write_audit(unit.session, "system", "model.registered", f"model:{made.id}", after={"note": made.note})
        unit.commit()
        return int(made.id)


def has_registered(session: Session, settings: Settings, archive: Path = ARCHIVE) -> bool:
    """Whether the archive that ``make run`` trained is known, or there is none."""
    if not archive.is_file():
        return True
    sha256 = archives.checksum_once(archive, settings.state_dir / _SEEN)
    known = select(ModelVersion.id).where(ModelVersion.archive_sha256 == sha256)
    return session.scalars(known.limit(1)).first() is not None


def put_in_place(session: Session, model: ModelVersion, by: str) -> ModelVersion | None:
    """Move the pointer: ``model`` is the champion, and the one before, which is returned, is retired."""
    before = champion(session)
    if before is not None and before.id != model.id:
        before.state = "retired"
        model.replaced_id = before.id
        session.flush()
    model.state, model.promoted_at, model.promoted_by = "champion", now(), by
    model.health = {"state": "waiting", "since": now().isoformat()}
    return before


def delete_old(session: Session, settings: Settings) -> list[int]:
    """Delete archives and weights of all but the newest models, never of the champion, the one before it, or one that
    reads silently. The ids of those whose files went."""
    serving = champion(session)
    models = list_models(session)
    guarded = {model.id for model in models[: settings.kept_models]} | {model.id for model in models if model.shadow}
    if serving is not None:
        guarded |= {serving.id, serving.replaced_id}
    used = {model.trained_in for model in models if model.id in guarded}
    gone = []
    for model in models:
        if model.id not in guarded and archive_of(model, settings).is_file():
            archive_of(model, settings).unlink()
            if model.trained_in and model.trained_in not in used:
                shutil.rmtree(settings.state_dir / model.trained_in, ignore_errors=True)
            shutil.rmtree(settings.state_dir / UNPACKED / model.fingerprint, ignore_errors=True)
            gone.append(int(model.id))
    made_by = select(TrainingRun.id).where(TrainingRun.model_version_id.in_(gone))
    for run_id in session.scalars(made_by):
        (settings.state_dir / RUNS / str(run_id) / TRAINED).unlink(missing_ok=True)
    return gone
