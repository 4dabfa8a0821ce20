"""Where the understanding models of this machine lie: ``<state>/understanding/<fingerprint>/served``."""

from __future__ import annotations

from pathlib import Path

from shop.errors import NotReady

EXAMPLES = "examples.npz"
"""The training examples' embeddings, beside ``served``."""


def newest_served(state_dir: Path) -> Path:
    """The served folder of the model trained last. Raises NotReady when there is none."""
    made = sorted((state_dir / "understanding").glob("*/served"), key=lambda folder: folder.stat().st_mtime)
    if not made:
        raise NotReady("No understanding model was trained here yet; run `rasa train`.")
    return made[-1]
