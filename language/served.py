"""Where the understanding models of this machine lie: ``<state>/understanding/<fingerprint>/served``."""

from __future__ import annotations

import json
from pathlib import Path

from language.understanding import CARD
from shop.errors import NotReady

EXAMPLES = "examples.npz"
"""The training examples' embeddings, beside ``served``."""


def newest_served(state_dir: Path) -> Path:
    """The served folder of the model trained last. Raises NotReady when there is none."""
    made = sorted((state_dir / "understanding").glob("*/served"), key=lambda folder: folder.stat().st_mtime)
    if not made:
        raise NotReady("No understanding model was trained here yet; run `rasa train`.")
    return made[-1]


def trained_as(state_dir: Path, fingerprint: str) -> Path | None:
    """The folder of the training that made the model of a fingerprint, with ``served`` in it; None where it is not
    here."""
    for card in sorted((state_dir / "understanding").glob(f"*/served/{CARD}")):
        if json.loads(card.read_text("utf-8"))["fingerprint"] == fingerprint:
            return card.parent.parent
    return None
