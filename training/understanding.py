"""The whole making of an understanding model: split, fine-tune, save, export, calibrate."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from transformers.utils import logging as transformers_logging

import language
import training
from language.text_input import TextInput
from language.understanding import Understanding
from shop.errors import NotReady
from shop.settings import get_settings
from training import checksums
from training.augment import variants
from training.calibrate import calibrate
from training.dataset import Labels, Row, encode, split
from training.export import MAX_TOKENS, export_understanding, prefixes_of, save_weights, write_calibration
from training.finetune import FinetuneSettings, FrozenRows, finetune
from training.model import MultiHeadBert

SERVED, WEIGHTS = "served", "weights"
_CALIBRATION_SHARE = 0.1

logger = logging.getLogger(__name__)


def fingerprint(rows: Sequence[Row], base: str, settings: FinetuneSettings) -> str:
    """Changes whenever a training on these inputs would give another model, the code's own changes included."""
    return checksums.of_json([[asdict(row) for row in rows], base, asdict(settings), code_fingerprint()])


def code_fingerprint() -> str:
    """Fingerprint of the source that decides what a training gives."""
    here, lower = Path(training.__file__).parent, Path(language.__file__).parent
    names = ("augment", "calibrate", "dataset", "export", "finetune", "model", "onnx_graph", "understanding")
    parts = [checksums.of_folder(here, [f"{name}.py" for name in names])]
    return checksums.of_json([*parts, checksums.of_folder(lower, ["text_input.py", "understanding.py"])])


def train_cached(rows: Sequence[Row], base: Path, settings: FinetuneSettings, state_dir: Path) -> Path:
    """Folder with ``served/`` (for ``language.understanding``) and ``weights/`` (Hugging Face).

    The folder's name is the fingerprint of everything that went in; when it is there already, nothing is trained.
    """
    folder = state_dir / "understanding" / fingerprint(rows, base.name, settings)
    if folder.is_dir():
        logger.info("Understanding model %s is up to date.", folder.name)
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        train(rows, base, settings, draft)
        draft.chmod(0o755)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def train(rows: Sequence[Row], base: Path, settings: FinetuneSettings, folder: Path) -> None:
    """Fine-tune ``base`` on the rows and write ``folder/weights`` and ``folder/served``.

    A tenth of the rows is kept away from training, for calibration.
    """
    transformers_logging.set_verbosity_error()
    torch.set_num_threads(get_settings().training_threads or os.cpu_count() or 1)
    torch.manual_seed(settings.seed)
    labels = Labels.of(rows)
    kept, held = split(rows, _CALIBRATION_SHARE, settings.seed)
    model = MultiHeadBert.from_base(base, len(labels.intents), len(labels.sentiments), len(labels.tags))
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    text_input = TextInput.load(base, MAX_TOKENS)
    prefix = prefixes_of(base.name)["query"]
    frozen = [
        FrozenRows.compute(model, encode(version, labels, text_input, prefix), settings.frozen_layers)
        for version in variants(kept, settings.variants, settings.seed)
    ]
    finetune(model, frozen, settings)
    model.to("cpu")
    save_weights(model, labels, base, folder / WEIGHTS, {"base": base.name, "rows": len(kept), **asdict(settings)})
    export_understanding(model, labels, base, folder / SERVED)
    write_calibration(folder / SERVED, calibrate(Understanding.load(folder / SERVED), held))


def newest_served(state_dir: Path) -> Path:
    """The served folder of the model trained last. Raises NotReady when there is none."""
    made = sorted((state_dir / "understanding").glob(f"*/{SERVED}"), key=lambda folder: folder.stat().st_mtime)
    if not made:
        raise NotReady("No understanding model was trained here yet; run `rasa train`.")
    return made[-1]
