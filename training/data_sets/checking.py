"""What is wrong with a version: duplicates with different labels, leaks, labels that look wrong, lacking balance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

import numpy as np

from language.understanding import Understanding
from shop.settings import Settings
from shop.tables import DataSetVersion
from training.data_sets.embedding import vectors_of
from training.data_sets.examples import SPLITS, DataExample
from training.data_sets.findings import Balance, Duplicate, Findings, LabelError, Leak, keep
from training.data_sets.label_errors import suspects
from training.data_sets.near_duplicates import pairs
from training.data_sets.versions import examples_of

_FEW = 10
"""Training examples of an intent in one language below which it is hardly learned."""
_MANY_TIMES = 5
"""Of the median count: an intent with more examples may drown others."""


def check(settings: Settings, version: DataSetVersion, model: Understanding | None = None) -> Findings:
    """Look for what is wrong with a version; what is found is kept beside it (``findings_of``).

    Without ``model`` labels are not doubted; with it, texts that it has not embedded yet take a minute for 5,000.
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
        errors = _label_errors(learned, vectors_of(settings, version, learned, model))
    findings = Findings(duplicates, _leaks(examples, near), errors, model is not None, _balance(examples))
    keep(settings, version, findings)
    return findings


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
