"""Which passages of an article make one reply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge.index import Entry
from knowledge.layers import Found
from knowledge.passages import MAX_CHARACTERS, Passage
from knowledge.search import Question


def reply(asked: Question, hit: Found) -> str:
    """The passages of an article that answer a question."""
    best_passage, *others = hit.best_passages(asked)
    # The opening says what the article is about; a detail quoted without it can mislead ("... is not accepted").
    return _together(hit.entry.passages, dict.fromkeys((best_passage, 0, *others)))


def opening(entry: Entry) -> str:
    """As many of an article's first passages as make one reply."""
    return _together(entry.passages, range(len(entry.passages)))


def _together(passages: Sequence[Passage], likeliest: Iterable[int]) -> str:
    """The likeliest passage and, in the article's order, those of the next that still fit in one reply."""
    kept: list[int] = []
    for number in likeliest:
        text = "\n\n".join(passages[place].shown for place in sorted([*kept, number]))
        if kept and len(text) > MAX_CHARACTERS:
            break
        kept.append(number)
    return "\n\n".join(passages[place].shown for place in sorted(kept))
