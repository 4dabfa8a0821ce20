"""Whether the bot's archive was made from what the tree holds now."""

from __future__ import annotations

import hashlib
from pathlib import Path

from training.sources import code_fingerprint

ARCHIVE = Path("models") / "aisle.tar.gz"
#: What the archive is made from, beside the code that trains; a change in any of these makes it out of date.
_SOURCES = ("config.yml", "bot/domain", "bot/data", "bot/components")
_MARK = ARCHIVE.with_name("aisle.sha256")


def is_current() -> bool:
    """Whether there is an archive, made from the present sources."""
    return ARCHIVE.is_file() and _MARK.is_file() and _MARK.read_text() == sources_digest()


def mark(digest: str) -> None:
    """Note that the archive was made from sources with this digest, taken before the training began."""
    _MARK.write_text(digest)


def sources_digest() -> str:
    """One checksum over all sources."""
    digest = hashlib.sha256(code_fingerprint().encode())
    for source in map(Path, _SOURCES):
        for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if file.suffix in (".py", ".yml", ".csv"):
                digest.update(str(file).encode() + file.read_bytes())
    return digest.hexdigest()
