"""Makes the sentence encoders of the knowledge base: one a language, from its base model or from the tuned one."""

from __future__ import annotations

import shutil
from pathlib import Path

from language.base_models import resolve
from shop.settings import Settings
from training.export import export_encoder

INT8_BASES = frozenset({"all-MiniLM-L6-v2", "multilingual-e5-small"})
"""Bases that lose nothing in retrieval when quantised.

On StackFAQ (1,249 paraphrases against 125 questions) hit@1 in fp32 and int8 was .944 and .944 for MiniLM, but .852
and .847 for multilingual-e5-small."""


def make_encoders(settings: Settings, int8: bool | None = None) -> dict[str, Path]:
    """Export the encoder of each language to ``var/encoders/<language>/``; returns the folders by language.

    One that was tuned (``python -m training retriever``) is exported as such while its base is still the setting's.
    """
    made = {}
    for language in ("en", "zh"):
        tuned = tuned_folder(settings, language)
        made[language] = settings.state_dir / "encoders" / language
        export(tuned if tuned.is_dir() else base_of(settings, language), made[language], int8)
    return made


def base_of(settings: Settings, language: str) -> Path:
    """The folder of the base model that the settings name for a language. Raises NotReady."""
    return resolve({"en": settings.encoder_en, "zh": settings.encoder_zh}[language], settings.state_dir)


def tuned_folder(settings: Settings, language: str) -> Path:
    """Where the tuned weights lie, if there are any: named as their base, of which there is one."""
    return settings.state_dir / "retrievers" / language / base_of(settings, language).name


def drop_tuned(settings: Settings, language: str) -> bool:
    """Go back to the base model; returns whether there was anything to drop."""
    tuned = tuned_folder(settings, language)
    if not tuned.is_dir():
        return False
    shutil.rmtree(tuned.parent)
    export(base_of(settings, language), settings.state_dir / "encoders" / language)
    return True


def export(base: Path, folder: Path, int8: bool | None = None) -> None:
    """Export one encoder, in int8 where its base bears it and nothing else is wished."""
    export_encoder(base, folder, base.name in INT8_BASES if int8 is None else int8)
