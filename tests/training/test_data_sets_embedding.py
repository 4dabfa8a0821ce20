"""What a model embedded once, for a check of the data or for the inbox, it does not embed again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from language.explaining import TrainingExamples
from language.served import EXAMPLES
from language.understanding import Outputs, Understanding
from shop.clock import now
from shop.settings import Settings
from shop.tables import DataSetVersion
from training.data_sets.embedding import vectors_of
from training.data_sets.examples import DataExample


class Counting(Understanding):
    """Remembers what it was asked to embed."""

    asked: list[str]

    def outputs(self, texts: Sequence[str]) -> Outputs:
        self.asked += texts
        return super().outputs(texts)


def opened(model: Path) -> Counting:
    counting = Counting.load(model / "served")
    assert isinstance(counting, Counting)
    counting.asked = []
    return counting


def version(state: Path, number: int) -> DataSetVersion:
    folder = f"training/data_sets/{number}"
    (state / folder).mkdir(parents=True)
    return DataSetVersion(id=number, checksum=str(number), folder=folder, counts={}, author="ann", created_at=now())


def examples(*texts: str) -> list[DataExample]:
    return [DataExample(text, "track_order", "en", "f:1", split="train") for text in texts]


def test_only_what_is_new_is_embedded(tmp_path: Path, tiny_model: Path) -> None:
    settings, model = Settings(state_dir=tmp_path), opened(tiny_model)
    (tmp_path / "understanding").mkdir()
    (tmp_path / "understanding" / "own").symlink_to(tiny_model, target_is_directory=True)
    kept = ["where is my order", "thank you a"]
    TrainingExamples(kept, ["track_order", "thank"], model.outputs(kept).embedding, "any data").save(
        tmp_path / "understanding" / "own" / EXAMPLES
    )
    model.asked.clear()
    first = version(tmp_path, 1)
    vectors = vectors_of(settings, first, examples("status of the order", *kept, "status of the order"), model)
    assert model.asked == ["status of the order"]
    np.testing.assert_array_equal(vectors[0], vectors[3])
    alone = [model.outputs([text]).embedding[0] for text in ("status of the order", *kept)]
    np.testing.assert_allclose(vectors[:3], alone, atol=0.02)  # a batch is quantised together

    model.asked.clear()
    again = vectors_of(settings, first, examples("status of the order", *kept, "status of the order"), model)
    np.testing.assert_array_equal(again, vectors)
    later = vectors_of(settings, version(tmp_path, 2), examples("status of the order", "track the parcel"), model)
    assert model.asked == ["track the parcel"]
    np.testing.assert_array_equal(later[0], vectors[0])


def test_another_models_vectors_are_of_no_use(tmp_path: Path, tiny_model: Path) -> None:
    settings, model, one = Settings(state_dir=tmp_path), opened(tiny_model), version(tmp_path, 1)
    vectors_of(settings, one, examples("status of the order"), model)
    model.fingerprint, model.asked = "another", []
    vectors_of(settings, one, examples("status of the order"), model)
    assert model.asked == ["status of the order"]
