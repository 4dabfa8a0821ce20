from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from language.understanding import Understanding
from tests.training.tiny_shop import SETTINGS, rows
from training.continuing import continued
from training.dataset import Labels, Row
from training.evaluate import evaluate
from training.export import load_weights
from training.understanding import train, train_cached

NEW = [Row(text, "gift_card") for text in ("a gift card please", "do you sell gift cards", "gift card for a friend")]
TOLD_SEVERAL_TIMES = NEW * 5


def test_labels_that_stay_keep_what_was_learned(tiny_model: Path) -> None:
    earlier, known = load_weights(tiny_model / "weights")
    labels = Labels.of([*rows(), *NEW])

    model, learned = continued(tiny_model / "weights", labels)

    assert "gift_card" in labels.intents
    assert learned == set(known.intents) == set(labels.intents) - {"gift_card"}
    for name in known.intents:
        row, before = labels.intents.index(name), known.intents.index(name)
        torch.testing.assert_close(model.intent.weight[row], earlier.intent.weight[before])
    torch.testing.assert_close(model.sentiment.bias, earlier.sentiment.bias)


def test_a_new_intent_is_learned_and_the_others_are_not_forgotten(
    tiny_model: Path, tiny_base: Path, tmp_path: Path
) -> None:
    more = [*rows(), *TOLD_SEVERAL_TIMES]
    once = replace(SETTINGS, epochs=4)

    train(more, tiny_base, once, tmp_path, champion=tiny_model)

    understanding = Understanding.load(tmp_path / "served")
    assert understanding.read("a gift card please").ranking[0].label == "gift_card"
    assert evaluate(understanding, rows()).accuracy > 0.95
    assert f"continued from: {tiny_model.name}" in (tmp_path / "weights" / "README.md").read_text()


def test_going_on_from_a_model_is_another_training_than_from_the_base(
    tiny_model: Path, tiny_base: Path, tmp_path: Path
) -> None:
    few, once = rows()[::4], replace(SETTINGS, epochs=1)
    assert train_cached(few, tiny_base, once, tmp_path) != train_cached(few, tiny_base, once, tmp_path, tiny_model)
