"""Sentence vectors from an exported ONNX encoder.

A folder holds ``model.onnx`` (inputs ``input_ids``, ``attention_mask``; output ``embedding``, mean pooled and of
length 1), ``tokenizer.json`` and ``encoder.json``. ``python -m training encoders`` makes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np

from language.onnx_session import open_session
from language.text_input import TextInput
from shop.errors import NotReady

Kind = Literal["query", "passage"]
_BATCH_ROWS = 32


class Encoder:
    """Turns texts into unit vectors; safe to call from several threads."""

    def __init__(self, session: Any, text_input: TextInput, card: dict[str, Any]) -> None:
        self._session = session
        self._input = text_input
        self._prefixes: dict[str, str] = card["prefixes"]
        self.dimension: int = card["dimension"]
        self.fingerprint: str = card["fingerprint"]

    @classmethod
    def load(cls, folder: Path | str, threads: int = 1) -> Encoder:
        """Open an exported encoder. Raises NotReady when the folder holds none."""
        folder = Path(folder)
        if not (folder / "encoder.json").is_file():
            raise NotReady(f"No encoder in {folder}; run `python -m training encoders`.")
        card = json.loads((folder / "encoder.json").read_text())
        text_input = TextInput.load(folder, card["max_tokens"])
        return cls(open_session(folder / "model.onnx", threads), text_input, card)

    def encode(self, texts: list[str], kind: Kind = "query") -> np.ndarray:
        """Encode texts; returns float32 of shape (len(texts), dimension), rows of length 1, in the order given."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        encoded = self._input.encode(texts, self._prefixes[kind])
        by_length = sorted(range(len(texts)), key=lambda row: len(encoded[row].ids))
        for start in range(0, len(texts), _BATCH_ROWS):
            rows = by_length[start : start + _BATCH_ROWS]
            ids, mask = self._input.pad([encoded[row] for row in rows])
            vectors[rows] = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors
