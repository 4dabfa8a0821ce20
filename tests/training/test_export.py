from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from language.base_models import resolve
from language.encoder import Encoder
from shop.errors import NotReady
from training.export import export_encoder, prefixes_of

SENTENCES = [
    "Where is my order?",
    "Can I return shoes that do not fit?",
    "How long does delivery to Canada take?",
    "😀",
    "The jacket's zip broke after two days and I would like a replacement or my money back, please.",
]


@pytest.fixture(scope="module")
def encoder(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    folder = tmp_path_factory.mktemp("encoders") / "tiny"
    export_encoder(tiny_base, folder, int8=False)
    return Encoder.load(folder)


def test_vectors_are_unit_length_float32_in_the_order_given(encoder: Encoder) -> None:
    vectors = encoder.encode(SENTENCES)
    assert vectors.shape == (5, encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    for row, sentence in enumerate(SENTENCES):
        np.testing.assert_allclose(encoder.encode([sentence])[0], vectors[row], atol=1e-5)


def test_nothing_and_odd_texts(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert np.isfinite(encoder.encode(["", "\ud800\x00", "订" * 5000])).all()


def test_the_fingerprint_follows_the_weights(encoder: Encoder, tiny_base: Path, tmp_path: Path) -> None:
    export_encoder(tiny_base, tmp_path / "again", int8=False)
    assert Encoder.load(tmp_path / "again").fingerprint == encoder.fingerprint
    export_encoder(tiny_base, tmp_path / "again", int8=True)
    assert Encoder.load(tmp_path / "again").fingerprint != encoder.fingerprint


def test_no_encoder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="training encoders"):
        Encoder.load(tmp_path)


def test_prefixes_go_with_the_base() -> None:
    assert prefixes_of("multilingual-e5-small")["passage"] == "passage: "
    assert prefixes_of("all-MiniLM-L6-v2")["query"] == ""


def test_minilm_gives_what_sentence_transformers_gives(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    base = resolve("all-MiniLM-L6-v2", tmp_path)
    export_encoder(base, tmp_path / "float", int8=False)
    wanted = SentenceTransformer(str(base), device="cpu").encode(SENTENCES, normalize_embeddings=True)
    cosines = (Encoder.load(tmp_path / "float").encode(SENTENCES) * wanted).sum(axis=1)
    assert cosines.min() > 0.999
