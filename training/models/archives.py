"""Rasa archives on disk: their checksum and signature, and what a look inside shows.

An archive is code and weights that Rasa will load: only one whose checksum carries this shop's signature is served.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import tarfile
from pathlib import Path
from typing import Any

from language.understanding import CARD
from shop.errors import BadInput, NotFound, Refused
from shop.settings import Settings

_SERVED_FILES = ("model.onnx", "tokenizer.json", CARD)


def checksum(archive: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    digest = hashlib.sha256()
    with archive.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def checksum_once(archive: Path, seen: Path) -> str:
    """The same, noted in the file ``seen``: while size and time of change stay as they were, it is not read again.

    Good for telling whether an archive is another one; what is to be served is read (``check``).
    """
    state = archive.stat()
    here = {"archive": str(archive.resolve()), "size": state.st_size, "changed_ns": state.st_mtime_ns}
    noted: dict[str, Any] = json.loads(seen.read_text("utf-8")) if seen.is_file() else {}
    if noted.items() >= here.items():
        return str(noted["sha256"])
    sha256 = checksum(archive)
    seen.parent.mkdir(parents=True, exist_ok=True)
    draft = seen.with_name(f".{seen.name}.{os.getpid()}")  # serve and the worker may come here at once
    draft.write_text(json.dumps({**here, "sha256": sha256}), "utf-8")
    draft.replace(seen)
    return sha256


def sign(sha256: str, settings: Settings) -> str:
    """HMAC-SHA-256 of an archive's checksum with the shop's secret key."""
    return hmac.new(settings.secret_key.encode(), f"archive:{sha256}".encode(), hashlib.sha256).hexdigest()


def check(archive: Path, sha256: str, signature: str, settings: Settings) -> None:
    """Raises NotFound where the archive is gone, Refused where it is broken or was signed elsewhere."""
    if not archive.is_file():
        raise NotFound(f"The archive {archive.name} is not there any more; train again, or return to another model.")
    found = checksum(archive)
    if found != sha256:
        raise Refused(f"The archive {archive.name} is broken: its checksum is {found[:12]}…, not {sha256[:12]}….")
    if not hmac.compare_digest(sign(sha256, settings), signature):
        raise Refused(f"The archive {archive.name} is foreign: its signature was not made with this shop's secret key.")


def read_card(archive: Path) -> dict[str, Any]:
    """The card of the understanding model inside an archive. Raises BadInput where there is none."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                if Path(member.name).name == CARD:
                    card: dict[str, Any] = json.loads(_read(tar, member))
                    return card
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BadInput(f"{archive.name} is not an archive of Rasa: {error}.") from error
    raise BadInput(f"{archive.name} holds no understanding model; make it with `rasa train` from this folder.")


def extract_served(archive: Path, folder: Path) -> Path:
    """Copy the understanding model of an archive into ``folder``, as ``Understanding.load`` wants it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "r:gz") as tar:
        members = [member for member in tar if Path(member.name).name in _SERVED_FILES and member.isfile()]
        parent = next((Path(each.name).parent for each in members if Path(each.name).name == CARD), None)
        for member in members:
            source = tar.extractfile(member)
            if source is not None and Path(member.name).parent == parent:
                with (folder / Path(member.name).name).open("wb") as target:
                    shutil.copyfileobj(source, target)
    return folder


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    return file.read() if file else b""
