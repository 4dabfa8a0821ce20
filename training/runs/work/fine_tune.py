"""Fine-tune: ``rasa train`` in a process of its own, from the champion or from the base, into one archive."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from shop.errors import NotFound, Unavailable
from shop.tables import DataSetVersion, TrainingRun
from training import data_sets, progress
from training.archive import sources_digest
from training.models.registry import TRAINED
from training.rasa_yaml import NLU
from training.runs.context import Made, StepContext
from training.runs.curves import PROGRESS, write_curve
from training.runs.data import Known, TrainingFiles, known_of, write_data
from training.runs.parameters import RunParameters

_LOG = "rasa_train.log"
_COMPONENT = "AisleUnderstanding"
_DIALOGUE = ("bot/data/rules", "bot/data/stories")
_FROM_CHAMPION = {"epochs": 2, "learning_rate": 1e-4}
"""Short; docs/training.md has the measurements."""


def inputs(step: StepContext) -> dict[str, Any]:
    """Data, parameters, the model to go on from, and all of the tree that decides an archive."""
    champion = step.champion if step.parameters.start == "champion" else None
    return {
        "data_set": step.made_by("collect")["checksum"],
        "parameters": {name: value for name, value in step.parameters.as_json().items() if name != "note"},
        "start": champion.archive_sha256 if champion else step.settings.base_model,
        "sources": sources_digest(),
    }


def work(step: StepContext) -> Made:
    """Train. Raises NotFound where the champion's weights are not here, Unavailable where ``rasa train`` fails."""
    parameters = step.parameters
    with step.database.read() as unit:
        version = data_sets.get_version(unit.session, step.made_by("collect")["data_set_version"])
    start, known = (None, None) if parameters.start == "base" else _champion(step)
    data = data_sets.folder_of(step.settings, version)
    files = write_data(data, step.folder / "data", parameters, known)
    config = _write_config(step.folder / "config.yml", files, parameters, start)
    archive = _train(step.folder, config, files)
    shown = f" ({files.new} new, {files.rehearsed} rehearsed)" if start else ""
    made = {"archive_file": str(archive.relative_to(step.settings.state_dir))}
    return Made(made, f"Trained on {files.rows} rows a pass{shown}.")


def _champion(step: StepContext) -> tuple[Path, Known]:
    """The folder of the champion's training, and what it was given to learn from."""
    champion = step.champion
    folder = step.settings.state_dir / (champion.trained_in if champion else "")
    if champion is None or not (folder / "weights").is_dir():
        raise NotFound("The champion's weights are not on this machine; start the run from the base.")
    return folder.resolve(), given_to(step, champion.id)


def given_to(step: StepContext, model_id: int) -> Known:
    """What a model was given to learn from: its run's data set, or the tree where ``make run`` trained it."""
    with step.database.read() as unit:
        query = select(DataSetVersion).join(TrainingRun, TrainingRun.data_set_version_id == DataSetVersion.id)
        version = unit.session.scalars(query.where(TrainingRun.model_version_id == model_id)).first()
    return known_of(data_sets.folder_of(step.settings, version) / "train" if version else NLU)


def _write_config(file: Path, files: TrainingFiles, parameters: RunParameters, start: Path | None) -> Path:
    """The tree's configuration with this run's data and settings for the understanding."""
    config = yaml.safe_load(Path("config.yml").read_text("utf-8"))
    component = next(part for part in config["pipeline"] if part["name"].endswith(_COMPONENT))
    finetune = {**component.get("finetune", {}), **(_FROM_CHAMPION if start else {})}
    if parameters.epochs:
        finetune["epochs"] = parameters.epochs
    component.update(sentiment_data=str(files.sentiment), validation_data=str(files.validation), finetune=finetune)
    if start:
        component["continue_from"] = str(start)
    file.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return file


def _train(folder: Path, config: Path, files: TrainingFiles) -> Path:
    told = folder / PROGRESS
    told.unlink(missing_ok=True)
    dialogue = [path for path in _DIALOGUE if Path(path).is_dir()]
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "train", "--config", str(config), "--domain", "bot/domain"]
    command += [
        "--data",
        str(files.nlu),
        *dialogue,
        "--out",
        str(folder),
        "--fixed-model-name",
        TRAINED.removesuffix(".tar.gz"),
    ]
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "RASA_CACHE_DIRECTORY": str(folder.parent / "rasa_cache"),
        progress.VARIABLE: str(told),
    }
    with (folder / _LOG).open("wb") as log:
        code = subprocess.run(command, env=environment, stdout=log, stderr=log, check=False).returncode  # noqa: S603
    if code != 0:
        raise Unavailable(f"`rasa train` ended with code {code}; its log is {folder / _LOG}.")
    write_curve(folder / "tensorboard", progress.read(told))
    return folder / TRAINED
