"""What a contender said; light to import, so that measuring memory measures the contender."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.dataset import Span


@dataclass(frozen=True)
class Answer:
    """What a contender said of one text."""

    likeliest: str
    """The first of its ranking; ``out_of_scope`` only where it was trained on that."""
    confidence: float
    """The probability it gives ``likeliest``."""
    in_scope: float
    """How surely the text is its business, 0 to 1; the number that thresholds are laid on."""
    acted_on: str
    """The intent it would act on, or ``out_of_scope`` for anything it does not act on."""
    milliseconds: float
    """By the clock."""
    cpu_milliseconds: float
    """Of the processors' time, all threads together."""
    spans: tuple[Span, ...] = field(default=())
