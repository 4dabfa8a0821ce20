"""The frozen set covers every intent in both languages; nothing that is learned from or tested on is like it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from training.data_sets.near_duplicates import pairs
from training.rasa_yaml import NLU, read_folder

FROZEN = Path("training/regression")


def test_every_intent_is_in_the_frozen_set_in_both_languages() -> None:
    intents = {example.intent for example in read_folder(NLU)}
    counts = Counter((example.intent, Path(example.file).stem) for example in read_folder(FROZEN))
    assert {name for name, _ in counts} == intents
    assert all(counts[intent, language] >= 3 for intent in intents for language in ("en", "zh"))


def test_the_frozen_set_is_like_nothing_that_is_trained_on_or_tested_with() -> None:
    frozen = [example.text for example in read_folder(FROZEN)]
    others = [example.text for folder in (NLU, Path("tests/understanding")) for example in read_folder(folder)]
    near = [(frozen[first], others[second]) for first, second, _ in pairs(frozen, others)]
    assert near == []
    assert pairs(frozen) == []


def test_the_frozen_set_names_only_entities_of_the_data() -> None:
    known = {entity.name for example in read_folder(NLU) for entity in example.entities}
    assert {entity.name for example in read_folder(FROZEN) for entity in example.entities} <= known
