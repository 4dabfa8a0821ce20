"""The training examples with their embeddings, for ``language.explaining``; made once for a model and its data."""

from __future__ import annotations

from pathlib import Path

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
    if kept.is_file():
        examples = TrainingExamples.load(kept)
        if examples.fingerprint == fingerprint:
            return examples
    examples = embed(model, [Row(each.text, each.intent) for each in read_folder(data)], fingerprint)
    if not examples.texts:
        raise BadInput(f"No examples of intents in {data}; name the folder of Rasa training data.")
    examples.save(kept)
    return examples


def embed(model: Understanding, rows: list[Row], fingerprint: str) -> TrainingExamples:
    """Embed the rows that have an intent, those of like length together."""
    known = sorted((row for row in rows if row.intent), key=lambda row: len(row.text))
    texts = [row.text for row in known]
    vectors = model.outputs(texts or [""]).embedding[: len(texts)]
    return TrainingExamples(texts, [str(row.intent) for row in known], vectors, fingerprint)
