from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from language.text_input import TextInput
from tests.training.tiny_shop import SETTINGS, rows
from training.dataset import NO_LABEL, Labels, encode
from training.finetune import FinetuneSettings, _share_of_rate, finetune, start_intent_head, upper_part
from training.frozen_rows import FrozenRows
from training.model import MultiHeadBert

LABELS = Labels.of(rows())


@pytest.fixture
def model(tiny_base: Path) -> MultiHeadBert:
    torch.manual_seed(0)
    return MultiHeadBert.from_base(tiny_base, len(LABELS.intents), len(LABELS.sentiments), len(LABELS.tags)).eval()


def frozen(model: MultiHeadBert, tiny_base: Path, layers: int) -> FrozenRows:
    return FrozenRows.compute(model, encode(rows(), LABELS, TextInput.load(tiny_base, 64), ""), layers)


def accuracy(model: MultiHeadBert, kept: FrozenRows, layers: int) -> float:
    batch = kept.batch(range(len(kept.examples)))
    with torch.no_grad():
        guesses = upper_part(model, batch, replace(SETTINGS, trained_layers=2 - layers)).intent.argmax(dim=1)
    labelled = batch.intent != NO_LABEL
    return float((guesses == batch.intent)[labelled].float().mean())


def test_class_means_are_a_classifier_before_the_first_step(model: MultiHeadBert, tiny_base: Path) -> None:
    kept = frozen(model, tiny_base, 1)
    start_intent_head(model, kept, replace(SETTINGS, trained_layers=1))
    assert accuracy(model, kept, 1) > 0.6


def test_the_two_parts_give_what_the_whole_gives(model: MultiHeadBert, tiny_base: Path) -> None:
    kept = frozen(model, tiny_base, 1)
    encoded = [example.encoded for example in kept.examples[:5]]
    ids, mask = TextInput.load(tiny_base, 64).pad(encoded)
    with torch.no_grad():
        whole = model(torch.from_numpy(ids), torch.from_numpy(mask)).intent
        parts = upper_part(model, kept.batch(range(5)), replace(SETTINGS, trained_layers=1)).intent
    torch.testing.assert_close(parts, whole, atol=1e-4, rtol=1e-4)


def test_frozen_weights_stay_and_the_others_learn(model: MultiHeadBert, tiny_base: Path) -> None:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    kept = frozen(model, tiny_base, 1)
    finetune(model, [kept], replace(SETTINGS, trained_layers=1, epochs=2))
    changed = {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}
    assert not any(name.startswith(("bert.embeddings", "bert.encoder.layer.0.")) for name in changed)
    assert any(name.startswith("bert.encoder.layer.1.") for name in changed)
    assert {"intent.weight", "sentiment.weight", "tags.weight"} <= changed


def test_the_same_seed_gives_the_same_model(tiny_base: Path) -> None:
    results = []
    for _ in range(2):
        torch.manual_seed(0)
        model = MultiHeadBert.from_base(tiny_base, len(LABELS.intents), 3, len(LABELS.tags))
        finetune(model, [frozen(model, tiny_base, 1)], replace(SETTINGS, trained_layers=1, epochs=1))
        results.append(model.intent.weight.detach().clone())
    torch.testing.assert_close(results[0], results[1])


def test_the_rate_rises_then_falls_to_zero() -> None:
    shares = [_share_of_rate(step, 100, 0.1) for step in range(101)]
    assert shares.index(1.0) == 9
    assert shares[100] == 0.0
    assert shares[10:] == sorted(shares[10:], reverse=True)


def test_few_rows_are_seen_often_and_many_seldom() -> None:
    chosen = FinetuneSettings()
    assert [chosen.epochs_for(rows) for rows in (100, 600, 4576, 15_000, 67_349)] == [20, 15, 5, 3, 1]
    assert replace(chosen, epochs=4).epochs_for(100) == 4
    assert [chosen.batch_size_for(rows) for rows in (600, 15_000)] == [16, 32]


def test_the_topmost_layers_learn_all_where_there_are_no_more() -> None:
    assert [replace(SETTINGS, trained_layers=6).frozen_layers(layers) for layers in (12, 6, 2)] == [6, 0, 0]


def test_accumulated_steps_take_every_row_in(model: MultiHeadBert, tiny_base: Path) -> None:
    kept = frozen(model, tiny_base, 1)
    before = model.intent.weight.detach().clone()
    one_step = replace(SETTINGS, trained_layers=1, epochs=1, batch_size=16, accumulation=100)
    finetune(model, [kept], one_step)
    assert not torch.equal(model.intent.weight, before)


def test_logits_are_cosines_times_the_scale(model: MultiHeadBert) -> None:
    head = model.intent
    vectors = head.centre + 3.0 * head.weight
    with torch.no_grad():
        logits, scale = head(vectors), head.log_scale.exp()
    torch.testing.assert_close(logits.diagonal(), scale.expand(len(vectors)))
    assert float(logits.abs().max()) <= float(scale) * 1.0001
