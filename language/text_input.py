"""From raw text to model input: one place, used in training and in serving alike, so that the two never differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and lone surrogates; the tokenizer cannot encode the latter at all."""


@dataclass(frozen=True)
class EncodedText:
    """Token ids of one text and, for each token, its (start, end) characters; (0, 0) marks tokens not of the text."""

    ids: list[int]
    offsets: list[tuple[int, int]]


class TextInput:
    """A tokenizer with a fixed prefix and length limit."""

    def __init__(self, tokenizer: Tokenizer, pad_id: int, max_tokens: int) -> None:
        self._tokenizer = tokenizer
        self._pad_id = pad_id
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_tokens)

    @classmethod
    def load(cls, folder: Path, max_tokens: int) -> TextInput:
        """Read ``tokenizer.json`` of a model folder."""
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        pad_id = next(id_ for id_ in map(tokenizer.token_to_id, ("<pad>", "[PAD]")) if id_ is not None)
        return cls(tokenizer, pad_id, max_tokens)

    def encode(self, texts: list[str], prefix: str = "") -> list[EncodedText]:
        """Tokenise; offsets count the characters of the text itself, without the prefix."""
        encodings = self._tokenizer.encode_batch([prefix + clean(text) for text in texts])
        return [EncodedText(e.ids, _without_prefix(e.offsets, len(prefix))) for e in encodings]

    def pad(self, encoded: list[EncodedText]) -> tuple[np.ndarray, np.ndarray]:
        """Ids and mask, both int64 of shape (n, longest)."""
        longest = max(len(text.ids) for text in encoded)
        ids = np.full((len(encoded), longest), self._pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(encoded):
            ids[row, : len(text.ids)] = text.ids
            mask[row, : len(text.ids)] = 1
        return ids, mask


def clean(text: str) -> str:
    """Replace what no tokenizer can read by spaces, keeping every other character at its place."""
    return _UNREADABLE.sub(" ", text)


def _without_prefix(offsets: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    return [(max(start - length, 0), end - length) if end > length else (0, 0) for start, end in offsets]
