"""What a model makes of the texts of a version; what it embedded before, it does not embed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from language.explaining import TrainingExamples
from language.served import EXAMPLES, trained_as
from language.understanding import Understanding
from shop.settings import Settings
from shop.tables import DataSetVersion
from training.data_sets.examples import DataExample
from training.data_sets.versions import folder_of
from training.explain import embed_texts

_VECTORS = "embedded.npz"
"""In the folder of a version, so that it goes with the texts when they are erased."""
_LOOKED_AT = 3
"""The newest other versions: each holds nearly all of the one before."""


def vectors_of(
    settings: Settings, version: DataSetVersion, examples: Sequence[DataExample], model: Understanding
) -> np.ndarray:
    """Embeddings (n, hidden) of the examples, rows of length 1; kept beside the version.

    Those that are kept beside it, beside other versions and with the model are taken over.
    """
    texts = [example.text for example in examples]
    own = folder_of(settings, version) / _VECTORS
    known: dict[str, np.ndarray] = {}
    for path in (own, *_elsewhere(settings, own, model.fingerprint)):
        if not known.keys() >= set(texts):
            known = {**_read(path, model.fingerprint), **known}
    vectors = embed_texts(model, texts, known)
    TrainingExamples(texts, [each.intent for each in examples], vectors, model.fingerprint).save(own)
    return vectors


def _elsewhere(settings: Settings, own: Path, fingerprint: str) -> Iterator[Path]:
    """Files that may hold vectors of the model: its training's own examples, then the newest versions'."""
    trained = trained_as(settings.state_dir, fingerprint)
    if trained is not None:
        yield trained / EXAMPLES
    others = [path for path in own.parent.parent.glob(f"*/{_VECTORS}") if path != own]
    yield from sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[:_LOOKED_AT]


def _read(path: Path, fingerprint: str) -> dict[str, np.ndarray]:
    """Vector by text; nothing where another model made the file of a version."""
    if not path.is_file():
        return {}
    held = TrainingExamples.load(path)
    # What lies beside a model is named for the data, too: it is always of that model.
    if path.name == _VECTORS and held.fingerprint != fingerprint:
        return {}
    return dict(zip(held.texts, held.vectors, strict=True))
