from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from language.understanding import Outputs
from shop.errors import BadInput
from training.explain import examples_of


class Counting:
    """A model that counts how many texts it embedded."""

    fingerprint = "abc"

    def __init__(self) -> None:
        self.read = 0

    def outputs(self, texts: list[str]) -> Outputs:
        self.read += len(texts)
        return Outputs(np.zeros((len(texts), 1)), np.zeros((len(texts), 3)), np.eye(len(texts), 4, dtype=np.float32))


def _write(data: Path, *examples: str) -> None:
    data.mkdir(exist_ok=True)
    lines = "\n".join(f"    - {example}" for example in examples)
    (data / "greet.yml").write_text(f'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n{lines}\n')


def test_examples_are_embedded_once_until_the_data_change(tmp_path: Path) -> None:
    model: Any = Counting()
    served = tmp_path / "model" / "served"
    served.mkdir(parents=True)
    _write(tmp_path / "data", "hello there", "hi")
    first = examples_of(model, served, tmp_path / "data")
    assert (first.texts, first.intents, first.vectors.shape) == (["hi", "hello there"], ["greet", "greet"], (2, 4))
    assert examples_of(model, served, tmp_path / "data").texts == first.texts
    assert model.read == 2
    _write(tmp_path / "data", "hello there", "hi", "hey")
    assert len(examples_of(model, served, tmp_path / "data").texts) == 3


def test_a_folder_without_examples_is_refused(tmp_path: Path) -> None:
    model: Any = Counting()
    with pytest.raises(BadInput, match="nowhere"):
        examples_of(model, tmp_path / "served", tmp_path / "nowhere")
