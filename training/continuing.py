"""Going on from a trained model instead of from its base: what it has learned of the labels that stay is kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from training.dataset import Labels
from training.export import load_weights
from training.model import MultiHeadBert


def continued(weights: Path, labels: Labels) -> tuple[MultiHeadBert, frozenset[str]]:
    """The model of a Hugging Face folder that ``save_weights`` wrote, with heads for ``labels``, and the intents
    whose head it had learned.

    A label that the earlier model knew keeps its row of the head; a new one starts afresh, one that is gone is lost.
    """
    earlier, known = load_weights(weights)
    model = MultiHeadBert(earlier.bert, len(labels.intents), len(labels.sentiments), len(labels.tags))
    with torch.no_grad():
        model.intent.centre.copy_(earlier.intent.centre)
        model.intent.log_scale.copy_(earlier.intent.log_scale)
        _keep(model.intent.weight, labels.intents, earlier.intent.weight, known.intents)
        for head in ("sentiment", "tags"):
            new, old = getattr(model, head), getattr(earlier, head)
            names = (labels.sentiments, known.sentiments) if head == "sentiment" else (labels.tags, known.tags)
            _keep(new.weight, names[0], old.weight, names[1])
            _keep(new.bias, names[0], old.bias, names[1])
    return model, frozenset(known.intents)


def _keep(target: Tensor, names: Sequence[str], source: Tensor, known: Sequence[str]) -> None:
    rows = {name: row for row, name in enumerate(known)}
    for row, name in enumerate(names):
        if name in rows:
            target[row] = source[rows[name]]
