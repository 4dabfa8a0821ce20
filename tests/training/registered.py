"""Archives as Rasa packs them, but small, and a database to note them in."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

from shop.database import open_engine
from shop.migrations import upgrade
from shop.settings import Settings
from shop.unit_of_work import Database


def shop_in(folder: Path, **values: object) -> tuple[Database, Settings]:
    """A migrated database and the settings of a shop whose state lies in ``folder``."""
    settings = Settings(state_dir=folder, database_url="", **values)  # type: ignore[arg-type]
    upgrade(settings.resolved_database_url)
    return Database(open_engine(settings.resolved_database_url)), settings


def archive(file: Path, fingerprint: str, weights: bytes = b"weights") -> Path:
    """An archive with an understanding model in it, as far as the registry looks."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "w:gz") as tar:
        for name, content in {
            "metadata.json": b"{}",
            "components/train_Understanding0/understanding.json": json.dumps({"fingerprint": fingerprint}).encode(),
            "components/train_Understanding0/model.onnx": weights,
            "components/train_Understanding0/tokenizer.json": b"{}",
            "components/other/tokenizer.json": b"not this one",
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file
