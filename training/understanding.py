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

from language.text_input import TextInput
from language.understanding import Calibration, Understanding
from shop.settings import get_settings
from training import checksums
from training.augment import variants
from training.calibrate import calibrate
from training.continuing import continued
from training.dataset import Labels, Row, encode, split
from training.export import MAX_TOKENS, export_understanding, prefixes_of, save_weights, write_calibration
from training.finetune import FinetuneSettings, finetune
from training.frozen_rows import FrozenRows
from training.model import MultiHeadBert
from training.progress import to_environment
from training.served_card import read_card
from training.sources import code_fingerprint
from training.spelling import write_spelling
from training.urgency import write_moods

SERVED, WEIGHTS = "served", "weights"
_CALIBRATION_SHARE = 0.1
_REHEARSED_BELOW = 2000
"""Data sets of fewer rows are trained twice: they are quickly done, and a tenth of ten rows a class is missed."""

logger = logging.getLogger(__name__)


def fingerprint(rows: Sequence[Row], base: str, settings: FinetuneSettings, validation: Sequence[Row] = ()) -> str:
    """Changes whenever a training on these inputs would give another model, the code's own changes included.

    ``base`` names what the training starts from: a base model, or the fingerprint of an earlier training.
    """
    tables = [[asdict(row) for row in table] for table in (rows, validation)]
    return checksums.of_json([*tables, base, asdict(settings), code_fingerprint()])


def train_cached(
    rows: Sequence[Row],
    base: Path,
    settings: FinetuneSettings,
    state_dir: Path,
    champion: Path | None = None,
    validation: Sequence[Row] = (),
) -> Path:
    """Folder with ``served/`` (for ``language.understanding``) and ``weights/`` (Hugging Face).

    The folder's name is the fingerprint of everything that went in; when it is there already, nothing is trained.
    ``champion`` is such a folder of an earlier training to go on from, instead of from the base; ``validation`` as
    in ``train``.
    """
    start = champion.name if champion else base.name
    folder = state_dir / "understanding" / fingerprint(rows, start, settings, validation)
    if folder.is_dir():
        logger.info("Understanding model %s is up to date.", folder.name)
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        train(rows, base, settings, draft, validation, champion)
        write_moods(draft / SERVED, rows)
        draft.chmod(0o755)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def train(
    rows: Sequence[Row],
    base: Path,
    settings: FinetuneSettings,
    folder: Path,
    validation: Sequence[Row] = (),
    champion: Path | None = None,
) -> None:
    """Fine-tune ``base``, or go on from ``champion``, on the rows; write ``folder/weights`` and ``folder/served``.

    Calibration needs rows that were not trained on: the ``validation`` rows; without those, a tenth of the rows,
    kept away from training. Where rows are few, every one counts: then the tenth is kept away only in a rehearsal,
    whose calibration the model of all the rows gets.
    """
    transformers_logging.set_verbosity_error()
    torch.set_num_threads(get_settings().training_threads or os.cpu_count() or 1)
    kept, held = (rows, validation) if validation else split(rows, _CALIBRATION_SHARE, settings.seed)
    _finetune_and_export(kept, Labels.of(rows), base, settings, folder, champion)
    before = Calibration(**read_card(champion / SERVED)["calibration"]) if champion else None
    calibration = calibrate(Understanding.load(folder / SERVED), held, before)
    if not validation and len(rows) < _REHEARSED_BELOW:
        _finetune_and_export(rows, Labels.of(rows), base, settings, folder, champion)
    write_calibration(folder / SERVED, calibration)
    write_spelling(folder / SERVED, rows, champion / SERVED if champion else None)


def _finetune_and_export(
    rows: Sequence[Row],
    labels: Labels,
    base: Path,
    settings: FinetuneSettings,
    folder: Path,
    champion: Path | None,
) -> None:
    torch.manual_seed(settings.seed)
    known: frozenset[str] = frozenset()
    if champion:
        model, known = continued(champion / WEIGHTS, labels)
    else:
        model = MultiHeadBert.from_base(base, len(labels.intents), len(labels.sentiments), len(labels.tags))
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    text_input = TextInput.load(base, MAX_TOKENS)
    prefix = prefixes_of(base.name)["query"]
    frozen = [
        FrozenRows.compute(model, encode(v, labels, text_input, prefix), settings.frozen_layers(model.layer_count))
        for v in variants(rows, settings.variants, settings.seed)
    ]
    finetune(model, frozen, settings, [intent in known for intent in labels.intents], to_environment())
    model.to("cpu")
    notes = {"base": base.name, "rows": len(rows), **asdict(settings)}
    if champion:
        notes["continued from"] = champion.name
    save_weights(model, labels, base, folder / WEIGHTS, notes)
    export_understanding(model, labels, base, folder / SERVED)
