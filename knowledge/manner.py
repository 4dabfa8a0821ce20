"""How a language is searched: what was chosen for it and its encoder by measurement (docs/decisions/0018)."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Weights:
    """How much each part of the score counts; together 1."""

    phrasing: float = 0.2
    passage: float = 0.2
    whole: float = 0.3
    words: float = 0.3

    def as_array(self) -> np.ndarray:
        """float32 of shape (4,), in the order of ``knowledge.search.Parts.scores``."""
        return np.array(astuple(self), dtype=np.float32)


@dataclass(frozen=True)
class Manner:
    """What an index is read by; stored with it."""

    weights: Weights = Weights()
    """Where learning from the articles' own questions begins."""
    sharpness: float | None = None
    """How sharply the nearest phrasing counts before the article's others, in units of the score; None: it alone.

    By the nearest alone, articles with many phrasings often come near by accident where an encoder is coarse."""
    words_together: bool = False
    """Whether the words of a question may lie in several texts of an article, or have to lie in one of them."""

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Manner:
        """Read what ``dataclasses.asdict`` made."""
        return cls(**{**raw, "weights": Weights(**raw["weights"])})


MANNERS = {"en": Manner(), "zh": Manner(sharpness=10.0, words_together=True)}
