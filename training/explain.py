"""The training examples with their embeddings, for ``language.explaining``; made once for a model and its data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from language.explaining import TrainingExamples
from language.served import EXAMPLES
from language.understanding import Understanding
from shop.errors import BadInput
from training import checksums
from training.dataset import Row
from training.rasa_yaml import NLU, read_folder


def examples_of(model: Understanding, served: Path, data: Path = NLU) -> TrainingExamples:
    """The examples of a folder of training data as ``model`` sees them; kept beside ``served`` until either changes.

    Raises BadInput when the folder holds no examples of intents.
    """
    names = sorted(str(file.relative_to(data)) for file in data.rglob("*.yml"))
    fingerprint = checksums.of_json([model.fingerprint, names, checksums.of_folder(data, names)])
    kept = served.parent / EXAMPLES
    known: dict[str, np.ndarray] = {}
    if kept.is_file():
        examples = TrainingExamples.load(kept)
        if examples.fingerprint == fingerprint:
            return examples
        known = dict(zip(examples.texts, examples.vectors, strict=True))  # by this model, of other data
    examples = embed(model, [Row(each.text, each.intent) for each in read_folder(data)], fingerprint, known)
    if not examples.texts:
        raise BadInput(f"No examples of intents in {data}; name the folder of Rasa training data.")
    examples.save(kept)
    return examples


def embed(
    model: Understanding, rows: list[Row], fingerprint: str, known: Mapping[str, np.ndarray] | None = None
) -> TrainingExamples:
    """Embed the rows that have an intent, but for texts whose vectors by this model are ``known``."""
    labelled = sorted((row for row in rows if row.intent), key=lambda row: len(row.text))
    texts = [row.text for row in labelled]
    return TrainingExamples(
        texts, [str(row.intent) for row in labelled], embed_texts(model, texts, known or {}), fingerprint
    )


def embed_texts(model: Understanding, texts: Sequence[str], known: Mapping[str, np.ndarray]) -> np.ndarray:
    """Embeddings (n, hidden) of texts in the order given, those that are ``known`` taken over."""
    # Texts of like length together: the model pads a batch to its longest.
    new = sorted({text for text in texts if text not in known}, key=lambda text: (len(text), text))
    made = dict(zip(new, model.outputs(new).embedding, strict=True)) if new else {}
    vectors = [made[text] if text in made else known[text] for text in texts]
    return np.stack(vectors) if vectors else np.empty((0, 0), dtype=np.float32)
