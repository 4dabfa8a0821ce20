"""What a message means: intent, sentiment and entities from one run of the fine-tuned BERT.

A folder holds ``model.onnx`` (inputs ``input_ids``, ``attention_mask``; outputs ``intent``, ``sentiment``,
``tags``, ``embedding``), ``tokenizer.json`` and ``understanding.json`` (labels, calibration). It is made by
``training.export``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from language import detection, patterns
from language.entities import Entity, decode_tags, without_overlaps
from language.onnx_session import open_session
from language.spelling import Spelling
from language.text_input import EncodedText, TextInput
from language.urgency import Signal, Weights, read_moods
from shop.errors import NotReady

OUT_OF_SCOPE = "out_of_scope"
UNSURE = "nlu_fallback"
CARD = "understanding.json"
_BATCH_ROWS = 32


@dataclass(frozen=True)
class Guess:
    """A label and how likely it is, between 0 and 1."""

    label: str
    confidence: float


@dataclass(frozen=True)
class Calibration:
    """What turns logits into honest numbers; fitted on held-out rows by ``training.calibrate``."""

    temperature: float = 1.0
    unsure_below: float = 0.3
    out_of_scope_above: float = 0.5
    energy_centre: float = 0.0
    energy_width: float = 1.0


@dataclass(frozen=True)
class Scores:
    """Intent probabilities (intents,) and the out-of-scope score of one text."""

    probabilities: np.ndarray
    out_of_scope: float


class Outputs(NamedTuple):
    """What the model gives for n texts, before calibration."""

    intent: np.ndarray
    """Logits (n, intents)."""
    sentiment: np.ndarray
    """Logits (n, sentiments)."""
    embedding: np.ndarray
    """float32 (n, hidden), rows of length 1."""


@dataclass(frozen=True)
class Reading:
    """All that was understood of one message."""

    intent: Guess
    """What to act on: the likeliest intent, or ``nlu_fallback`` when unsure, or ``out_of_scope``."""
    ranking: list[Guess]
    """Every intent of the model, likeliest first, with its own probability."""
    sentiment: Guess
    urgency: Signal
    anger: Signal
    entities: list[Entity]
    language: str | None
    out_of_scope_score: float
    embedding: np.ndarray
    """float32 (hidden,), of length 1."""


class Understanding:
    """Reads messages with an exported model; safe to call from several threads."""

    def __init__(self, session: Any, text_input: TextInput, card: dict[str, Any]) -> None:
        self._session = session
        self._input = text_input
        self._prefix: str = card["prefix"]
        self.intents: list[str] = card["intents"]
        self.sentiments: list[str] = card["sentiments"]
        self.tags: list[str] = card["tags"]
        self.calibration = Calibration(**card["calibration"])
        spelling = card.get("spelling", {"taught": "", "known": ""})
        self.spelling = Spelling(spelling["taught"].split(), spelling["known"].split())
        self.moods = {name: Weights(**weights) for name, weights in card.get("moods", {}).items()}
        self.fingerprint: str = card["fingerprint"]

    @classmethod
    def load(cls, folder: Path | str, threads: int = 1) -> Understanding:
        """Open an exported model. Raises NotReady when the folder holds none."""
        folder = Path(folder)
        if not (folder / CARD).is_file():
            raise NotReady(f"No understanding model in {folder}; run `rasa train`.")
        card = json.loads((folder / CARD).read_text())
        return cls(open_session(folder / "model.onnx", threads), TextInput.load(folder, card["max_tokens"]), card)

    def read(self, text: str) -> Reading:
        """Understand one message. Any string is accepted, the empty one too."""
        right = self.spelling.mend(text)
        tokens, (intent_logits, sentiment_logits, embedding, tag_logits) = self._run(right)
        if right != text:  # what it means is clearer in the right words, but entities stand in the shopper's own
            tokens, (*_, tag_logits) = self._run(text)
        scores = score(intent_logits, self.intents, self.calibration)
        ranking = _ranking(self.intents, scores.probabilities)
        sentiments = _ranking(self.sentiments, softmax(sentiment_logits))
        likelihoods = {guess.label: guess.confidence for guess in sentiments}
        urgent, angry = read_moods(text, likelihoods, embedding, self.moods)
        model_entities = decode_tags(text, tokens.offsets, softmax(tag_logits), self.tags)
        return Reading(
            intent=decide(ranking, scores.out_of_scope, self.calibration, blank=not text.strip()),
            ranking=ranking,
            sentiment=sentiments[0],
            urgency=urgent,
            anger=angry,
            entities=without_overlaps(patterns.find(text), model_entities),
            language=detection.detect(text),
            out_of_scope_score=scores.out_of_scope,
            embedding=embedding,
        )

    def _run(self, text: str) -> tuple[EncodedText, tuple[np.ndarray, ...]]:
        """The tokens of one text; logits of intent and sentiment, embedding, logits of the tags (tokens, tags)."""
        encoded = self._input.encode([text], self._prefix)
        found = self._session.run([*Outputs._fields, "tags"], _feed(*self._input.pad(encoded)))
        return encoded[0], tuple(output[0] for output in found)

    def outputs(self, texts: Sequence[str]) -> Outputs:
        """The heads' outputs of many texts at once, in the order given.

        Activations are quantised over a whole batch, so these differ a little from what ``read`` sees.
        """
        batches = []
        for start in range(0, len(texts), _BATCH_ROWS):
            ids, mask = self._input.pad(self._input.encode(list(texts[start : start + _BATCH_ROWS]), self._prefix))
            batches.append(self._session.run(list(Outputs._fields), _feed(ids, mask)))
        return Outputs(*(np.concatenate(parts) for parts in zip(*batches, strict=True)))

    def intent_logits(self, text: str) -> np.ndarray:
        """Uncalibrated intent logits (intents,), for calibration and evaluation."""
        logits: np.ndarray = self.outputs([text]).intent[0]
        return logits

    def pieces(self, text: str) -> list[tuple[int, int]]:
        """(start, end) characters of each token that the model reads of a text; what it cuts off has none."""
        return [(start, end) for start, end in self._input.encode([text], self._prefix)[0].offsets if end > start]


def _feed(ids: np.ndarray, mask: np.ndarray) -> dict[str, np.ndarray]:
    return {"input_ids": ids, "attention_mask": mask}


def softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: np.ndarray = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return probabilities


def energy(logits: np.ndarray) -> np.ndarray:
    """Log-sum-exp over the last axis: high for what resembles the training data.

    Source: Liu et al., "Energy-based Out-of-distribution Detection", NeurIPS 2020.
    """
    highest = logits.max(axis=-1, keepdims=True)
    total: np.ndarray = highest[..., 0] + np.log(np.exp(logits - highest).sum(axis=-1))
    return total


def score(logits: np.ndarray, intents: list[str], calibration: Calibration) -> Scores:
    """Calibrated probabilities of one text's intent logits (intents,), and how far it is from the shop's business.

    The out-of-scope score joins two signs as independent causes: the class ``out_of_scope`` itself, and a low
    energy of the other classes (nothing we know resembles this text).
    """
    probabilities = softmax(logits / calibration.temperature)
    ours = np.array([name != OUT_OF_SCOPE for name in intents])
    strange = 1.0 / (1.0 + np.exp((energy(logits[ours]) - calibration.energy_centre) / calibration.energy_width))
    not_ours = float(probabilities[~ours].sum())
    return Scores(probabilities, 1.0 - (1.0 - not_ours) * (1.0 - float(strange)))


def decide(ranking: list[Guess], out_of_scope_score: float, calibration: Calibration, blank: bool) -> Guess:
    """The intent to act on."""
    best = ranking[0]
    if blank:
        return Guess(UNSURE, 1.0)
    if best.label == OUT_OF_SCOPE or out_of_scope_score > calibration.out_of_scope_above:
        return Guess(OUT_OF_SCOPE, out_of_scope_score)
    if best.confidence < calibration.unsure_below:
        return Guess(UNSURE, 1.0 - best.confidence)
    return best


def _ranking(labels: list[str], probabilities: np.ndarray) -> list[Guess]:
    order = np.argsort(-probabilities)
    return [Guess(labels[i], float(probabilities[i])) for i in order]
