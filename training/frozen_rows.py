"""Rows whose way through the frozen layers was computed once, and the batches made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from tqdm import tqdm

from training.dataset import NO_LABEL, Example, length_bucketed_batches
from training.model import MultiHeadBert


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
