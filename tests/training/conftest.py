"""A tiny base model, and an understanding model fine-tuned from it in a second."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.training.tiny_base import make_tiny_base
from tests.training.tiny_shop import SETTINGS, rows
from training.understanding import train

os.environ.setdefault("AISLE_TRAINING_THREADS", "1")  # a tiny model is only slowed by threads that wait for each other


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="session")
def tiny_model(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with ``served`` and ``weights``."""
    folder = tmp_path_factory.mktemp("model")
    train(rows(), tiny_base, SETTINGS, folder)
    return folder
