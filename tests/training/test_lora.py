from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from language.text_input import TextInput
from language.understanding import Understanding
from shop.errors import NotReady
from tests.training.tiny_shop import SETTINGS, rows
from training.dataset import Labels, encode
from training.evaluate import evaluate
from training.finetune import finetune
from training.frozen_rows import FrozenRows
from training.lora import low_rank_updates
from training.model import MultiHeadBert
from training.understanding import train

LABELS = Labels.of(rows())
LORA = replace(SETTINGS, trained_layers=1, lora_rank=4, epochs=2)


@pytest.fixture
def model(tiny_base: Path) -> MultiHeadBert:
    torch.manual_seed(0)
    return MultiHeadBert.from_base(tiny_base, len(LABELS.intents), 3, len(LABELS.tags))


def test_updates_end_up_in_plain_weights(model: MultiHeadBert, tiny_base: Path) -> None:
    pytest.importorskip("peft")
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    finetune(model, [FrozenRows.compute(model, encode(rows(), LABELS, TextInput.load(tiny_base, 64), ""), 1)], LORA)
    after = model.state_dict()
    assert list(after) == list(before)
    changed = {name for name in after if name.startswith("bert.") and not torch.equal(after[name], before[name])}
    assert "bert.encoder.layer.1.attention.self.query.weight" in changed
    assert all(name.startswith("bert.encoder.layer.1.") and name.endswith("weight") for name in changed)
    change = after["bert.encoder.layer.1.intermediate.dense.weight"]
    change = change - before["bert.encoder.layer.1.intermediate.dense.weight"]
    assert torch.linalg.matrix_rank(change, atol=1e-5) <= 4


def test_only_the_updates_learn(model: MultiHeadBert) -> None:
    pytest.importorskip("peft")
    with low_rank_updates(model, 2, 1):
        learning = [name for name, weight in model.bert.named_parameters() if weight.requires_grad]
    assert learning
    assert all("lora_" in name and ".layer.1." in name for name in learning)


def test_what_was_learned_with_them_is_served(tiny_base: Path, tmp_path: Path) -> None:
    pytest.importorskip("peft")
    train(rows(), tiny_base, replace(SETTINGS, lora_rank=8, epochs=15), tmp_path, rows()[::5])
    assert evaluate(Understanding.load(tmp_path / "served"), rows()).accuracy > 0.9


def test_without_peft_it_says_so(model: MultiHeadBert, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(NotReady, match="lora_rank 4 needs the package peft"), low_rank_updates(model, 4, 0):
        pass
