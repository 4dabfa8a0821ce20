"""The intents and entities that labels may name: those of the data, and new intents under a proper name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import distinct, select
from sqlalchemy.orm import Session

from language.patterns import NAMES as PATTERN_ENTITIES
from language.understanding import OUT_OF_SCOPE, UNSURE
from shop.errors import BadInput
from shop.tables import TrainingLabel
from training.rasa_yaml import NLU, read_folder

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME = 40


@dataclass(frozen=True)
class KnownIntent:
    """An intent of the training data."""

    name: str
    examples: int
    example: str
    """One of them, in English where there is one."""
    other_example: str
    """One in another script; empty where there is none."""


def intents_of_data(folder: Path = NLU) -> list[KnownIntent]:
    """The intents of the Rasa YAML files, in the order of their names; empty where there are none."""
    return list(_intents(folder, _changed(folder)))


def entities_of_data(folder: Path = NLU) -> list[str]:
    """The entities that the model learns from the Rasa YAML files; patterns find the others."""
    return list(_entities(folder, _changed(folder)))


def labelled_intents(session: Session) -> list[str]:
    """Intents that labels in force name, in the order of their names; new ones among them."""
    query = select(distinct(TrainingLabel.intent)).where(
        TrainingLabel.withdrawn_at.is_(None), TrainingLabel.intent != ""
    )
    return sorted(session.scalars(query))


def check_known_intent(session: Session, name: str) -> None:
    """Raises BadInput for an intent that neither the data nor a label in force names."""
    if name == OUT_OF_SCOPE or any(intent.name == name for intent in intents_of_data()):
        return
    if name not in labelled_intents(session):
        raise BadInput(f"no intent is called {name!r}; label it as a new intent if it is one")


def check_new_intent(session: Session, name: str) -> None:
    """Raises BadInput unless ``name`` can become an intent: as the domain writes them, and none of the data's."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise BadInput(
            f"an intent's name is small letters, digits and single underscores, such as gift_wrapping, of at most "
            f"{_LONGEST_NAME} characters; got {name!r}"
        )
    if name in (UNSURE, OUT_OF_SCOPE):
        raise BadInput(f"{name} is the bot's own word; choose another name")
    if any(intent.name == name for intent in intents_of_data()):
        raise BadInput(f"there is an intent {name} already; choose it instead of making it anew")


def check_entities(text: str, entities: Sequence[dict[str, Any]]) -> None:
    """Raises BadInput for an unknown entity, for one outside the text, and for two that overlap."""
    known = entities_of_data()
    ended = 0
    for entity in sorted(entities, key=lambda each: int(each.get("start", -1))):
        name, start, end = entity.get("entity"), int(entity.get("start", -1)), int(entity.get("end", -1))
        if name not in known and name not in PATTERN_ENTITIES:
            raise BadInput(f"no entity is called {name!r}; there are {', '.join(known)}")
        if not 0 <= start < end <= len(text) or not text[start:end].strip():
            raise BadInput(f"the entity {name} at {start} to {end} is not in the text of {len(text)} characters")
        if start < ended:
            raise BadInput(f"the entity {name} at {start} to {end} overlaps the one before it")
        ended = end


@lru_cache(maxsize=4)
def _intents(folder: Path, changed: float) -> tuple[KnownIntent, ...]:
    found: dict[str, list[str]] = {}
    for example in read_folder(folder):
        found.setdefault(example.intent, []).append(example.text)
    return tuple(
        KnownIntent(
            name,
            len(texts),
            next((text for text in texts if text.isascii()), texts[0]),
            next((text for text in texts if not any(letter.isascii() and letter.isalpha() for letter in text)), ""),
        )
        for name, texts in sorted(found.items())
    )


@lru_cache(maxsize=4)
def _entities(folder: Path, changed: float) -> tuple[str, ...]:
    named = {entity.name for example in read_folder(folder) for entity in example.entities}
    return tuple(sorted(named - set(PATTERN_ENTITIES)))


def _changed(folder: Path) -> float:
    """When a file of the folder was last written: what was read of it holds until then."""
    return max((file.stat().st_mtime for file in folder.glob("*.yml")), default=0.0)
