"""Why a message was understood as it was: the words that spoke for the intent, and the training examples nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from language.understanding import Guess, Understanding, softmax

_MOST_PARTS = 48
"""Parts a text is explained by; the words of longer ones are taken together, so that the time stays bounded."""


@dataclass(frozen=True)
class Word:
    """A part of the text, ``text[start:end]``, and what it did for the intent."""

    text: str
    start: int
    end: int
    weight: float
    """How far the log-odds of the intent fall when the part is left out; below zero it spoke against it."""


@dataclass(frozen=True)
class Neighbour:
    """A training example, and its cosine similarity to the text."""

    text: str
    intent: str
    similarity: float


@dataclass(frozen=True)
class Explanation:
    """What the trainers' pages show of one prediction."""

    text: str
    acted_on: Guess
    """What the bot would do: an intent, ``nlu_fallback`` or ``out_of_scope``."""
    explained: Guess
    """The intent that the words are weighed for."""
    ranking: list[Guess]
    words: list[Word]
    """In the order of the text."""
    neighbours: list[Neighbour]
    """Nearest first."""


@dataclass(frozen=True)
class TrainingExamples:
    """Texts and intents of the training data with their embeddings, float32 (n, hidden), rows of length 1."""

    texts: list[str]
    intents: list[str]
    vectors: np.ndarray
    fingerprint: str
    """Of the model and the rows it was made from."""

    def nearest(self, embedding: np.ndarray, count: int) -> list[Neighbour]:
        """The ``count`` most similar examples, nearest first."""
        similarities = self.vectors @ embedding
        rows = np.argsort(-similarities, kind="stable")[:count]
        return [Neighbour(self.texts[row], self.intents[row], float(similarities[row])) for row in rows]

    def save(self, path: Path) -> None:
        """Write them into one file, whole or not at all."""
        draft = path.with_suffix(".draft.npz")
        np.savez(
            draft, texts=self.texts, intents=self.intents, vectors=self.vectors, fingerprint=np.array(self.fingerprint)
        )
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> TrainingExamples:
        """Read what ``save`` wrote."""
        with np.load(path) as held:
            return cls(held["texts"].tolist(), held["intents"].tolist(), held["vectors"], str(held["fingerprint"]))


def explain(
    model: Understanding, text: str, examples: TrainingExamples | None, intent: str = "", neighbours: int = 5
) -> Explanation:
    """Explain the likeliest intent of a text, or another one by its name.

    Each word is left out in turn (occlusion: Zeiler and Fergus, ECCV 2014), and the fall of the intent's log-odds is
    its weight. Raises ValueError for an intent that the model does not know.
    """
    reading = model.read(text)
    name = intent or reading.ranking[0].label
    parts = split_into_parts(text, model.pieces(text))
    without = [text[:start] + text[end:] for start, end in parts]
    # One by one: in a batch the quantised model would see each text through the scale of all the others.
    logits = np.stack([model.intent_logits(each) for each in (text, *without)])
    odds = _log_odds(logits / model.calibration.temperature, model.intents.index(name))
    return Explanation(
        text=text,
        acted_on=reading.intent,
        explained=next(guess for guess in reading.ranking if guess.label == name),
        ranking=reading.ranking,
        words=[
            Word(text[start:end], start, end, float(odds[0] - left))
            for (start, end), left in zip(parts, odds[1:], strict=True)
        ],
        neighbours=examples.nearest(reading.embedding, neighbours) if examples else [],
    )


def split_into_parts(text: str, pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(start, end) of the words that ``pieces``, the characters of each token, make up.

    The pieces of one Latin word belong together; in Chinese a piece of the tokenizer is a word or a character. More
    words than can be explained one by one are taken together.
    """
    words: list[tuple[int, int]] = []
    for begin, end in pieces:
        start = begin + len(text[begin:end]) - len(text[begin:end].lstrip())
        if start >= end:
            continue
        if words and (start < words[-1][1] or _inside_word(text, start)):
            words[-1] = (words[-1][0], max(end, words[-1][1]))
        else:
            words.append((start, end))
    step = -(-len(words) // _MOST_PARTS) or 1
    chunks = [words[at : at + step] for at in range(0, len(words), step)]
    return [(chunk[0][0], chunk[-1][1]) for chunk in chunks]


def _inside_word(text: str, at: int) -> bool:
    """Whether a Latin, Cyrillic, ... word goes on at ``at``; Chinese ones end with their piece."""
    return 0 < at < len(text) and all(
        character.isalnum() and ord(character) < 0x2E80 for character in text[at - 1 : at + 1]
    )


def _log_odds(logits: np.ndarray, column: int) -> np.ndarray:
    """ln(p / (1 - p)) of one class, (n,), of calibrated logits (n, classes)."""
    chances = np.clip(softmax(logits.astype(np.float64))[:, column], 1e-9, 1.0 - 1e-9)
    odds: np.ndarray = np.log(chances) - np.log1p(-chances)
    return odds
