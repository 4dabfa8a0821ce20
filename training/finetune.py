"""Fine-tuning of the multi-head BERT on few rows and few cores.

The word embeddings and the lowest layers stay as they are, so what they give for a row never changes: it is
computed once and kept, and only the upper layers and the heads are trained. The intent head starts from the
class means, which is already a fair classifier before the first step. How each setting was chosen is told in
docs/decisions/0007.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from training.dataset import NO_LABEL
from training.frozen_rows import Batch, FrozenRows
from training.lora import low_rank_updates
from training.model import MultiHeadBert, Outputs
from training.progress import Report, unheard

_EPOCHS_TIMES_ROOT = 370
"""Epochs times the root of the rows: 15 passes over 600 rows, 5 over 5,000, 3 over 15,000, 1 over 67,000."""
_MOST_EPOCHS = 20
_MANY_ROWS = 8000


@dataclass(frozen=True)
class FinetuneSettings:
    """How to fine-tune; the defaults were chosen on validation splits, and one rule covers every size of data."""

    epochs: int = 0
    """Passes over the data; 0 leaves it to ``epochs_for``."""
    batch_size: int = 0
    """Rows of one step; 0 leaves it to ``batch_size_for``."""
    accumulation: int = 1
    learning_rate: float = 2e-4
    head_learning_rate: float = 1e-3
    layer_decay: float = 0.9
    trained_layers: int = 6
    """The topmost layers that learn; those below stay as they are (all learn where there are no more)."""
    warmup: float = 0.1
    weight_decay: float = 0.01
    label_smoothing: float = 0.0
    head_scale: float = 16.0
    """What the intent head's cosines are multiplied by at the start."""
    tag_weight: float = 0.5
    sentiment_weight: float = 1.0
    variants: int = 1
    lora_rank: int = 0
    """Above 0, the trained layers learn low-rank updates only (needs the package peft)."""
    seed: int = 7

    def epochs_for(self, rows: int) -> int:
        """Passes over ``rows`` rows: ever fewer, so that a set four times as large takes only twice as long."""
        return self.epochs or min(_MOST_EPOCHS, max(1, round(_EPOCHS_TIMES_ROOT / math.sqrt(rows))))

    def batch_size_for(self, rows: int) -> int:
        """Rows of one step: large sets have steps enough to afford larger, faster ones."""
        return self.batch_size or (32 if rows >= _MANY_ROWS else 16)

    def frozen_layers(self, layers: int) -> int:
        """How many of a base's ``layers`` stay as they are."""
        return max(0, layers - self.trained_layers)


def finetune(
    model: MultiHeadBert,
    rows: Sequence[FrozenRows],
    settings: FinetuneSettings,
    learned: Sequence[bool] = (),
    report: Report = unheard,
) -> None:
    """Train ``model`` in place. Epoch number e uses ``rows[e % len(rows)]``, the variants of one data set.

    ``learned`` says of each intent whether its head was trained already (``training.continuing``); those keep it.
    ``report`` hears of every step and its loss.
    """
    torch.manual_seed(settings.seed)
    start_intent_head(model, rows[0], settings, learned)
    count = len(rows[0].examples)
    epochs, size = settings.epochs_for(count), settings.batch_size_for(count)
    steps = epochs * -(-count // size)
    with low_rank_updates(model, settings.lora_rank, settings.frozen_layers(model.layer_count)):
        groups = _parameter_groups(model, settings)
        optimizer = torch.optim.AdamW(groups, weight_decay=settings.weight_decay, fused=True)
        shape = partial(_share_of_rate, steps=-(-steps // settings.accumulation), warmup=settings.warmup)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, shape)
        model.train()
        for step, batch in enumerate(_all_batches(rows, epochs, size, settings.seed), start=1):
            loss = _loss(model, batch, settings)
            (loss / settings.accumulation).backward()
            if step % settings.accumulation == 0 or step == steps:
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                optimizer.zero_grad()
                schedule.step()
            report(step, steps, loss.item())
    model.eval()


def _all_batches(rows: Sequence[FrozenRows], epochs: int, size: int, seed: int) -> Iterator[Batch]:
    total = epochs * -(-len(rows[0].examples) // size)
    with tqdm(total=total, desc="fine-tuning", unit="step") as progress:
        for epoch in range(epochs):
            for batch in rows[epoch % len(rows)].batches(size, seed + epoch):
                yield batch
                progress.set_postfix(epoch=epoch + 1)
                progress.update()


def _loss(model: MultiHeadBert, batch: Batch, settings: FinetuneSettings) -> Tensor:
    with torch.autocast("cuda", torch.bfloat16, enabled=batch.hidden.is_cuda):  # float16 would need its loss scaled
        outputs = upper_part(model, batch, settings)
    smoothing = settings.label_smoothing
    loss = _cross_entropy(outputs.intent, batch.intent, smoothing)
    loss = loss + settings.sentiment_weight * _cross_entropy(outputs.sentiment, batch.sentiment, smoothing)
    return loss + settings.tag_weight * _cross_entropy(outputs.tags.flatten(0, 1), batch.tags.flatten(), 0.0)


def _cross_entropy(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Mean over the labelled rows; 0 when a batch has none."""
    if not bool((labels != NO_LABEL).any()):
        return logits.float().sum() * 0.0
    return functional.cross_entropy(logits.float(), labels, ignore_index=NO_LABEL, label_smoothing=smoothing)


def upper_part(model: MultiHeadBert, batch: Batch, settings: FinetuneSettings) -> Outputs:
    """From the frozen part's output to the heads."""
    first = settings.frozen_layers(model.layer_count)
    hidden = model.run_layers(batch.hidden, batch.mask, first, model.layer_count)
    return model.heads(hidden, batch.mask)


@torch.no_grad()
def start_intent_head(
    model: MultiHeadBert, rows: FrozenRows, settings: FinetuneSettings, learned: Sequence[bool] = ()
) -> None:
    """Set the intent head to compare a text's centred vector with the mean of each class; ``learned`` classes stay."""
    if learned and all(learned):
        return
    model.eval()
    pooled, labels = [], []
    for batch in rows.batches(64, seed=0):
        pooled.append(upper_part(model, batch, settings).pooled)
        labels.append(batch.intent)
    vectors, intents = torch.cat(pooled), torch.cat(labels)
    vectors, intents = vectors[intents != NO_LABEL], intents[intents != NO_LABEL]
    if not len(vectors):
        return
    if not any(learned):
        model.intent.centre.copy_(vectors.mean(0))
        model.intent.log_scale.fill_(math.log(settings.head_scale))
    centred = functional.normalize(vectors - model.intent.centre, dim=1)
    for label in range(len(model.intent.weight)):
        if not (learned and learned[label]):
            model.intent.weight[label] = functional.normalize(centred[intents == label].mean(0), dim=0)


def _parameter_groups(model: MultiHeadBert, settings: FinetuneSettings) -> list[dict[str, object]]:
    """Heads learn fastest, then the top layer; every layer below learns ``layer_decay`` times slower."""
    heads = [*model.intent.parameters(), *model.sentiment.parameters(), *model.tags.parameters()]
    groups: list[dict[str, object]] = [{"params": heads, "lr": settings.head_learning_rate}]
    for number in range(settings.frozen_layers(model.layer_count), model.layer_count):
        rate = settings.learning_rate * settings.layer_decay ** (model.layer_count - 1 - number)
        learning = [weight for weight in model.bert.encoder.layer[number].parameters() if weight.requires_grad]
        groups.append({"params": learning, "lr": rate})
    return groups


def _share_of_rate(step: int, steps: int, warmup: float) -> float:
    """Linear up over the first ``warmup`` share of the steps, then linear down to zero."""
    warm = max(1, round(steps * warmup))
    if step < warm:
        return (step + 1) / warm
    return max(0.0, (steps - step) / max(1, steps - warm))
