"""Fine-tuning of the multi-head BERT on few rows and few cores.

The word embeddings and the lowest layers stay as they are, so what they give for a row never changes: it is
computed once and kept, and only the upper layers and the heads are trained. The intent head starts from the
class means, which is already a fair classifier before the first step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from tqdm import tqdm

from training.dataset import NO_LABEL, Example, length_bucketed_batches
from training.model import MultiHeadBert, Outputs, mean_pool


@dataclass(frozen=True)
class FinetuneSettings:
    """How to fine-tune; the defaults were chosen on a fifth of the training data, held out."""

    epochs: int = 5
    batch_size: int = 16
    accumulation: int = 1
    learning_rate: float = 2e-4
    head_learning_rate: float = 1e-3
    layer_decay: float = 0.9
    frozen_layers: int = 6
    warmup: float = 0.1
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    head_scale: float = 10.0
    tag_weight: float = 0.5
    sentiment_weight: float = 1.0
    variants: int = 1
    seed: int = 7


@dataclass(frozen=True)
class Batch:
    """Rows as tensors: the frozen part's output (n, t, hidden), the mask (n, t), and the labels."""

    hidden: Tensor
    mask: Tensor
    intent: Tensor
    sentiment: Tensor
    tags: Tensor


class FrozenRows:
    """Examples with the output of the frozen layers, computed once."""

    def __init__(self, examples: Sequence[Example], hidden: list[Tensor]) -> None:
        self.examples = examples
        self._hidden = hidden

    @classmethod
    @torch.no_grad()
    def compute(cls, model: MultiHeadBert, examples: Sequence[Example], frozen_layers: int) -> FrozenRows:
        """Run the embeddings and the frozen layers over all examples."""
        model.eval()
        device = next(model.parameters()).device
        hidden: list[Tensor] = [torch.empty(0)] * len(examples)
        lengths = [len(example.encoded.ids) for example in examples]
        batches = length_bucketed_batches(lengths, 64, seed=0)
        for rows in tqdm(batches, desc="frozen layers", unit="batch"):
            ids = pad_sequence([torch.tensor(examples[row].encoded.ids) for row in rows], batch_first=True).to(device)
            mask = _mask([lengths[row] for row in rows]).to(device)
            output = model.run_layers(model.embed(ids), mask, 0, frozen_layers)
            for position, row in enumerate(rows):
                hidden[row] = output[position, : lengths[row]].clone()
        return cls(examples, hidden)

    def batch(self, rows: Sequence[int]) -> Batch:
        """Put some rows together."""
        chosen = [self.examples[row] for row in rows]
        hidden = pad_sequence([self._hidden[row] for row in rows], batch_first=True)
        tags = [torch.tensor(example.tags) for example in chosen]
        return Batch(
            hidden,
            _mask([len(example.encoded.ids) for example in chosen]).to(hidden.device),
            torch.tensor([example.intent for example in chosen], device=hidden.device),
            torch.tensor([example.sentiment for example in chosen], device=hidden.device),
            pad_sequence(tags, batch_first=True, padding_value=NO_LABEL).to(hidden.device),
        )

    def batches(self, size: int, seed: int) -> Iterator[Batch]:
        """All rows once, in length-bucketed batches."""
        lengths = [len(example.encoded.ids) for example in self.examples]
        for rows in length_bucketed_batches(lengths, size, seed):
            yield self.batch(rows)


def _mask(lengths: Sequence[int]) -> Tensor:
    return (torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]).long()


def finetune(model: MultiHeadBert, rows: Sequence[FrozenRows], settings: FinetuneSettings) -> None:
    """Train ``model`` in place. Epoch number e uses ``rows[e % len(rows)]``, the variants of one data set."""
    torch.manual_seed(settings.seed)
    start_intent_head(model, rows[0], settings)
    steps = settings.epochs * -(-len(rows[0].examples) // settings.batch_size)
    optimizer = torch.optim.AdamW(_parameter_groups(model, settings), weight_decay=settings.weight_decay)
    shape = partial(_share_of_rate, steps=steps, warmup=settings.warmup)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, shape)
    with tqdm(total=steps, desc="fine-tuning", unit="step") as progress:
        for epoch in range(settings.epochs):
            model.train()
            batches = rows[epoch % len(rows)].batches(settings.batch_size, settings.seed + epoch)
            for step, batch in enumerate(batches, start=1):
                loss = _loss(model, batch, settings)
                (loss / settings.accumulation).backward()
                if step % settings.accumulation == 0:
                    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                    optimizer.step()
                    optimizer.zero_grad()
                schedule.step()
                progress.update()
                progress.set_postfix(epoch=epoch + 1, loss=f"{loss.item():.3f}")
    model.eval()


def _loss(model: MultiHeadBert, batch: Batch, settings: FinetuneSettings) -> Tensor:
    with torch.autocast("cuda", enabled=batch.hidden.is_cuda):
        outputs = upper_part(model, batch, settings.frozen_layers)
    smoothing = settings.label_smoothing
    loss = _cross_entropy(outputs.intent, batch.intent, smoothing)
    loss = loss + settings.sentiment_weight * _cross_entropy(outputs.sentiment, batch.sentiment, smoothing)
    return loss + settings.tag_weight * _cross_entropy(outputs.tags.flatten(0, 1), batch.tags.flatten(), 0.0)


def _cross_entropy(logits: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """Mean over the labelled rows; 0 when a batch has none."""
    if not bool((labels != NO_LABEL).any()):
        return logits.float().sum() * 0.0
    return functional.cross_entropy(logits.float(), labels, ignore_index=NO_LABEL, label_smoothing=smoothing)


def upper_part(model: MultiHeadBert, batch: Batch, frozen_layers: int) -> Outputs:
    """From the frozen part's output to the heads."""
    hidden = model.run_layers(batch.hidden, batch.mask, frozen_layers, model.layer_count)
    return model.heads(hidden, batch.mask)


@torch.no_grad()
def start_intent_head(model: MultiHeadBert, rows: FrozenRows, settings: FinetuneSettings) -> None:
    """Set the intent head to compare a text's centred vector with the mean of each class."""
    model.eval()
    pooled, labels = [], []
    for batch in rows.batches(64, seed=0):
        hidden = model.run_layers(batch.hidden, batch.mask, settings.frozen_layers, model.layer_count)
        pooled.append(mean_pool(hidden, batch.mask))
        labels.append(batch.intent)
    vectors, intents = torch.cat(pooled), torch.cat(labels)
    vectors, intents = vectors[intents != NO_LABEL], intents[intents != NO_LABEL]
    centre = vectors.mean(0)
    spread = (vectors - centre).norm(dim=1).mean()
    classes = model.intent.out_features
    means = torch.stack([(vectors[intents == label] - centre).mean(0) for label in range(classes)])
    weight = settings.head_scale * functional.normalize(means, dim=1) / spread
    model.intent.weight.copy_(weight)
    model.intent.bias.copy_(-weight @ centre)


def _parameter_groups(model: MultiHeadBert, settings: FinetuneSettings) -> list[dict[str, object]]:
    """Heads learn fastest, then the top layer; every layer below learns ``layer_decay`` times slower."""
    model.bert.requires_grad_(False)
    heads = [*model.intent.parameters(), *model.sentiment.parameters(), *model.tags.parameters()]
    groups: list[dict[str, object]] = [{"params": heads, "lr": settings.head_learning_rate}]
    for number in range(settings.frozen_layers, model.layer_count):
        layer = model.bert.encoder.layer[number].requires_grad_(True)
        rate = settings.learning_rate * settings.layer_decay ** (model.layer_count - 1 - number)
        groups.append({"params": list(layer.parameters()), "lr": rate})
    return groups


def _share_of_rate(step: int, steps: int, warmup: float) -> float:
    """Linear up over the first ``warmup`` share of the steps, then linear down to zero."""
    warm = max(1, round(steps * warmup))
    if step < warm:
        return (step + 1) / warm
    return max(0.0, (steps - step) / max(1, steps - warm))
