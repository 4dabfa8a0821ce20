"""One BERT, three heads: intent and sentiment from the mean over the tokens, entity tags from each token."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel


class CosineHead(nn.Module):
    """Logits (n, classes) of vectors (n, hidden): the cosine between a centred vector and each class's direction.

    ``scale`` turns cosines into logits and is learned, as its logarithm, so that it stays positive.
    Source: Gidaris and Komodakis, "Dynamic Few-Shot Visual Learning without Forgetting", CVPR 2018.
    """

    centre: Tensor

    def __init__(self, hidden: int, classes: int, scale: float = 16.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, hidden))
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))
        self.register_buffer("centre", torch.zeros(hidden))

    def forward(self, vectors: Tensor) -> Tensor:
        """Logits between minus and plus the scale."""
        centred = functional.normalize(vectors - self.centre, dim=-1)
        return self.log_scale.exp() * functional.linear(centred, functional.normalize(self.weight, dim=-1))


class Outputs(NamedTuple):
    """What one pass gives for n texts of up to t tokens."""

    intent: Tensor
    """Logits (n, intents)."""
    sentiment: Tensor
    """Logits (n, sentiments)."""
    tags: Tensor
    """Logits (n, t, tags)."""
    pooled: Tensor
    """Mean over the tokens (n, hidden), not normalised."""


class MultiHeadBert(nn.Module):
    """A BERT encoder whose layers can be run in two parts, so that a frozen lower part is computed only once."""

    def __init__(self, bert: BertModel, intents: int, sentiments: int, tags: int, dropout: float = 0.1) -> None:
        super().__init__()
        hidden = bert.config.hidden_size
        self.bert = bert
        self.dropout = nn.Dropout(dropout)
        self.intent = CosineHead(hidden, intents)
        self.sentiment = nn.Linear(hidden, sentiments)
        self.tags = nn.Linear(hidden, tags)

    @classmethod
    def from_base(cls, folder: Path, intents: int, sentiments: int, tags: int) -> MultiHeadBert:
        """Start from a Hugging Face folder, with fresh heads."""
        bert = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")
        return cls(bert, intents, sentiments, tags)

    @property
    def layer_count(self) -> int:
        """How many transformer layers there are."""
        return int(self.bert.config.num_hidden_layers)

    def embed(self, input_ids: Tensor) -> Tensor:
        """Word, position and type embeddings (n, t, hidden) of int64 ids (n, t)."""
        embedded: Tensor = self.bert.embeddings(input_ids=input_ids)
        return embedded

    def run_layers(self, hidden: Tensor, mask: Tensor, first: int, last: int) -> Tensor:
        """Apply layers ``first`` (inclusive) to ``last`` (exclusive); ``mask`` is 1 for real tokens, (n, t)."""
        return encode_layers(self.bert, hidden, mask, first, last)

    def heads(self, hidden: Tensor, mask: Tensor) -> Outputs:
        """The three heads on top of the last layer's output."""
        pooled = mean_pool(hidden, mask)
        dropped = self.dropout(pooled)
        return Outputs(self.intent(dropped), self.sentiment(dropped), self.tags(self.dropout(hidden)), pooled)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Outputs:
        """The whole way from ids to heads."""
        hidden = self.run_layers(self.embed(input_ids), attention_mask, 0, self.layer_count)
        return self.heads(hidden, attention_mask)


def encode_layers(bert: BertModel, hidden: Tensor, mask: Tensor, first: int, last: int) -> Tensor:
    """Run some of a BERT's layers with an additive attention mask (traceable, unlike the library's own masks)."""
    blocked = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * torch.finfo(torch.float16).min
    for layer in bert.encoder.layer[first:last]:
        hidden = layer(hidden, blocked)
    return hidden


def mean_pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Mean of (n, t, hidden) over the real tokens."""
    weights = mask[:, :, None].to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1.0)
