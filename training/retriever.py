"""Fine-tunes a language's sentence encoder on the shop's own articles: which questions and passages belong together.

Two texts of one article shall lie near, two of different articles apart. The loss is the multiple negatives ranking
loss of sentence-transformers (Henderson et al. 2017): each question against all other texts of its batch, in which no
article comes twice, and a hard negative for each, a question of an article outside the batch that the untuned encoder
takes for near. Only the upper layers learn; what the lower ones give for a text is computed once.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from transformers import BertModel

from knowledge.index import Entry
from knowledge.vectors import TextEncoder
from language.text_input import TextInput
from training.export import prefixes_of
from training.model import encode_layers, mean_pool

Report = Callable[[int, int], None]
"""Called with how many steps are done and how many there are."""

_CONSIDERED = 60  # rows near a question among which its hard negatives are looked for
_HARD = 3  # of which one is taken by chance


@dataclass(frozen=True)
class RetrieverSettings:
    """How to fine-tune."""

    passes: int = 4
    batch_size: int = 32
    learning_rate: float = 1e-4
    warmup: float = 0.1
    scale: float = 20.0
    """What cosines are multiplied by in the loss."""
    trained_layers: int = 3
    max_tokens: int = 64
    seed: int = 7


@dataclass(frozen=True)
class Text:
    """A text as the index encodes it, and the place of its article."""

    text: str
    kind: Literal["query", "passage"]
    article: int


Pair = tuple[Text, Text]
"""A question and another text of the same article."""


class Pairs:
    """What there is to learn from some articles."""

    def __init__(self, entries: Sequence[Entry], encoder: TextEncoder) -> None:
        """``encoder`` says which questions of different articles are hard to tell apart."""
        self.questions = [[Text(t, "query", n) for t in entry.phrasings] for n, entry in enumerate(entries)]
        self.passages = [[Text(t, "passage", n) for t in entry.passage_texts] for n, entry in enumerate(entries)]
        asked = [text for texts in self.questions for text in texts]
        self._near = _near(asked, encoder.encode([text.text for text in asked], "query"))

    def batches(self, size: int, chance: random.Random) -> Iterator[list[list[Text]]]:
        """One pass in columns: questions, texts of their articles and, where there are any, hard negatives."""
        waiting = self._pairs(chance)
        while waiting:
            batch: dict[int, Pair] = {}
            left: list[Pair] = []
            for pair in waiting:
                if len(batch) < size and pair[0].article not in batch:
                    batch[pair[0].article] = pair
                else:
                    left.append(pair)
            waiting = left
            if len(batch) > 1:  # a pair alone has nothing to be told from
                yield self._columns(list(batch.values()), chance)

    def _pairs(self, chance: random.Random) -> list[Pair]:
        """Every question with another question of its article, or with one of its passages."""
        pairs = []
        for questions, passages in zip(self.questions, self.passages, strict=True):
            for question in questions:
                others = [other for other in questions if other is not question]
                pairs.append((question, chance.choice(others if others and chance.random() < 0.5 else passages)))
        chance.shuffle(pairs)
        return pairs

    def _columns(self, pairs: list[Pair], chance: random.Random) -> list[list[Text]]:
        inside = {question.article for question, _ in pairs}
        choices = [[text for text in self._near[question] if text.article not in inside] for question, _ in pairs]
        columns = [[question for question, _ in pairs], [told for _, told in pairs]]
        return [*columns, [chance.choice(near[:_HARD]) for near in choices]] if all(choices) else columns


def fine_tune(
    base: Path,
    entries: Sequence[Entry],
    encoder: TextEncoder,
    folder: Path,
    settings: RetrieverSettings | None = None,
    report: Report | None = None,
) -> None:
    """Fine-tune ``base`` on articles, into a Hugging Face folder.

    ``encoder`` is that of the base, untuned. The folder should be named as the base is: prefixes and int8 go by it.
    """
    settings = settings or RetrieverSettings()
    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    pairs = Pairs(entries, encoder)
    batches = [batch for _ in range(settings.passes) for batch in pairs.batches(settings.batch_size, chance)]
    model = UpperLayers(base, settings)
    model.see([text for columns in batches for column in columns for text in column])
    _train(model, batches, settings, report)
    folder.mkdir(parents=True, exist_ok=True)
    model.bert.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if (base / name).is_file():
            shutil.copy(base / name, folder)


class UpperLayers(nn.Module):
    """The layers of an encoder that learn, over what the lower ones gave for each text."""

    def __init__(self, base: Path, settings: RetrieverSettings) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="eager")
        self._layers = int(self.bert.config.num_hidden_layers)
        self._first = max(0, self._layers - settings.trained_layers)
        self._input = TextInput.load(base, settings.max_tokens)
        self._prefixes = prefixes_of(base.name)
        self._seen: dict[Text, Tensor] = {}

    def learning(self) -> list[nn.Parameter]:
        """What is trained."""
        return [weight for layer in self.bert.encoder.layer[self._first :] for weight in layer.parameters()]

    @torch.no_grad()
    def see(self, texts: Sequence[Text]) -> None:
        """Compute what the lower layers give for texts."""
        self.eval()
        for text in dict.fromkeys(texts):
            ids = torch.tensor([self._input.encode([text.text], self._prefixes[text.kind])[0].ids])
            embedded = self.bert.embeddings(input_ids=ids)
            self._seen[text] = encode_layers(self.bert, embedded, torch.ones_like(ids), 0, self._first)[0]

    def forward(self, texts: Sequence[Text]) -> Tensor:
        """Unit vectors of texts seen, shape (n, hidden)."""
        hidden = pad_sequence([self._seen[text] for text in texts], batch_first=True)
        lengths = torch.tensor([len(self._seen[text]) for text in texts])
        mask = (torch.arange(hidden.shape[1])[None, :] < lengths[:, None]).long()
        hidden = encode_layers(self.bert, hidden, mask, self._first, self._layers)
        return functional.normalize(mean_pool(hidden, mask), dim=-1)


def _train(
    model: UpperLayers, batches: Sequence[list[list[Text]]], settings: RetrieverSettings, report: Report | None
) -> None:
    loss = MultipleNegativesRankingLoss(cast(SentenceTransformer, model), scale=settings.scale)
    unused = torch.empty(0)  # labels: which text belongs to which is told by their places
    optimizer = torch.optim.AdamW(model.learning(), settings.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=len(batches) + 1, pct_start=settings.warmup
    )
    model.train()
    for step, columns in enumerate(batches, 1):
        value: Tensor = loss.compute_loss_from_embeddings([model(column) for column in columns], unused)
        value.backward()
        nn.utils.clip_grad_norm_(model.learning(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        if report:
            report(step, len(batches))
    model.eval()


def _near(asked: Sequence[Text], vectors: np.ndarray) -> dict[Text, list[Text]]:
    """Of each question the nearest questions of other articles."""
    near: dict[Text, list[Text]] = {}
    for text, vector in zip(asked, vectors, strict=True):
        order = np.argsort(-(vectors @ vector), kind="stable")[:_CONSIDERED]
        near[text] = [asked[place] for place in order if asked[place].article != text.article]
    return near
