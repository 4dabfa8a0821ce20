"""What is wrong with a version: duplicates with different labels, leaks, labels that look wrong, lacking balance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from language.understanding import Understanding
from shop.settings import Settings
from shop.tables import DataSetVersion
from training.data_sets.examples import SPLITS, DataExample
from training.data_sets.label_errors import suspects
from training.data_sets.near_duplicates import pairs
from training.data_sets.versions import examples_of, folder_of

_VECTORS = "vectors.npz"
_FEW = 10
"""Training examples of an intent in one language below which it is hardly learned."""
_MANY_TIMES = 5
"""Of the median count: an intent with more examples may drown others."""


@dataclass(frozen=True)
class Duplicate:
    """Two texts that are the same, or nearly, under different intents."""

    first: DataExample
    second: DataExample
    similarity: float


@dataclass(frozen=True)
class Leak:
    """Two examples in different splits that must not be: near-duplicates, or messages of one conversation."""

    first: DataExample
    second: DataExample
    why: str


@dataclass(frozen=True)
class LabelError:
    """A label that confident learning takes for wrong."""

    example: DataExample
    likelier: str
    probability: float
    """Of the given label, by a classifier that has not seen it."""


@dataclass(frozen=True)
class Balance:
    """Training examples by intent and language."""

    counts: dict[str, dict[str, int]]
    scarce: tuple[str, ...]
    """``INTENT (LANGUAGE): COUNT`` of intents with few examples in a language of the data."""
    dominant: tuple[str, ...]
    """Intents with many times more examples than the median."""


@dataclass(frozen=True)
class Findings:
    """What a check found."""

    duplicates: tuple[Duplicate, ...]
    leaks: tuple[Leak, ...]
    label_errors: tuple[LabelError, ...]
    label_errors_checked: bool
    """False where no model was given that could tell."""
    balance: Balance

    @property
    def fit_to_train(self) -> bool:
        """Whether nothing was found that makes a result worthless: no leak, no text with two labels."""
        return not self.leaks and not any(each.similarity > 0.999 for each in self.duplicates)


def check(settings: Settings, version: DataSetVersion, model: Understanding | None = None) -> Findings:
    """Look for what is wrong with a version.

    Without ``model`` labels are not doubted; with it, embedding the texts takes a minute, once for version and model.
    """
    examples = [example for example in examples_of(settings, version) if example.intent]
    near = pairs([example.text for example in examples])
    duplicates = tuple(
        Duplicate(examples[first], examples[second], similarity)
        for first, second, similarity in near
        if examples[first].intent != examples[second].intent and examples[first].split == examples[second].split
    )
    errors: tuple[LabelError, ...] = ()
    if model is not None:
        learned = [example for example in examples if example.split in ("train", "validation")]
        errors = _label_errors(learned, _vectors(settings, version, learned, model))
    return Findings(duplicates, _leaks(examples, near), errors, model is not None, _balance(examples))


def _leaks(examples: Sequence[DataExample], near: Sequence[tuple[int, int, float]]) -> tuple[Leak, ...]:
    found = [
        Leak(examples[first], examples[second], "near-duplicates")
        for first, second, _ in near
        if examples[first].split != examples[second].split
    ]
    first_of: dict[str, DataExample] = {}
    for example in examples:
        begun = first_of.setdefault(example.conversation, example) if example.conversation else example
        if begun.split != example.split:
            found.append(Leak(begun, example, "one conversation"))
    return tuple(found)


def _label_errors(examples: Sequence[DataExample], vectors: np.ndarray) -> tuple[LabelError, ...]:
    found = suspects(vectors, [example.intent for example in examples])
    return tuple(LabelError(examples[each.place], each.likelier, each.probability) for each in found)


def _vectors(
    settings: Settings, version: DataSetVersion, examples: Sequence[DataExample], model: Understanding
) -> np.ndarray:
    """(n, hidden), kept beside the version for the same model."""
    path = folder_of(settings, version) / _VECTORS
    if path.is_file():
        with np.load(path) as held:
            if str(held["model"]) == model.fingerprint and len(held["vectors"]) == len(examples):
                vectors: np.ndarray = held["vectors"]
                return vectors
    # Texts of like length together: the model pads a batch to its longest.
    places = sorted(range(len(examples)), key=lambda place: len(examples[place].text))
    made = model.outputs([examples[place].text for place in places]).embedding
    vectors = np.empty_like(made)
    vectors[places] = made
    draft = path.with_suffix(".draft.npz")
    np.savez(draft, vectors=vectors, model=np.array(model.fingerprint))
    draft.replace(path)
    return vectors


def _balance(examples: Sequence[DataExample]) -> Balance:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        if example.split == SPLITS[0]:
            counts[example.intent][example.language] += 1
    languages = sorted({language for each in counts.values() for language in each})
    totals = {intent: sum(each.values()) for intent, each in counts.items()}
    middle = median(totals.values()) if totals else 0
    return Balance(
        {intent: dict(each) for intent, each in sorted(counts.items())},
        tuple(
            f"{intent} ({language}): {counts[intent][language]}"
            for intent in sorted(counts)
            for language in languages
            if counts[intent][language] < _FEW
        ),
        tuple(intent for intent, total in sorted(totals.items()) if total > _MANY_TIMES * middle),
    )
