"""Every kind of index finds the nearest, leaves out what is hidden, and survives the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
import pytest

from knowledge import neighbours
from knowledge.index import Field
from knowledge.store import _read_field

COUNT, DIMENSION = 1_500, 24


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # on a busy machine threads wait for one another longer than they work
    yield
    faiss.omp_set_num_threads(before)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    chance = np.random.default_rng(7)
    rows = chance.normal(size=(COUNT, DIMENSION)) + 2 * chance.normal(size=(30, DIMENSION))[np.arange(COUNT) % 30]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def test_the_kind_follows_the_number() -> None:
    counts = (1, neighbours.FLAT_UP_TO, neighbours.FLAT_UP_TO + 1, neighbours.HNSW_UP_TO, neighbours.HNSW_UP_TO + 1)
    assert [neighbours.kind_for(count) for count in counts] == ["flat", "flat", "hnsw", "hnsw", "ivf"]


@pytest.mark.parametrize("kind", ["flat", "hnsw", "ivf"])
def test_each_kind_finds_the_nearest_and_nothing_hidden(
    vectors: np.ndarray, tmp_path: Path, kind: neighbours.Kind
) -> None:
    counts = [3] * (COUNT // 3)
    made = Field.of(vectors, counts, kind)
    assert neighbours.kind_of(made.index) == kind
    faiss.write_index(made.index, str(tmp_path / "phrasing.faiss"))
    if made.exact is not None:
        np.save(tmp_path / "phrasing.npy", made.exact)
    stored = _read_field(tmp_path, "phrasing", counts)
    shared = 0
    for row in range(0, COUNT, 100):
        asked = vectors[row].astype(np.float32)
        true = np.argsort(-(vectors.astype(np.float32) @ asked), kind="stable")[:10] // 3
        similarities, articles = stored.nearest(asked, 10)
        assert articles[0] == row // 3
        assert similarities[0] == pytest.approx(1.0, abs=0.01)
        shared += len(set(true.tolist()) & set(articles.tolist())) / len(set(true.tolist()))
        assert row // 3 not in stored.nearest(asked, 10, frozenset({row // 3}))[1]
    assert shared / (COUNT / 100) >= 0.95
