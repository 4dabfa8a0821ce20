"""Which English words a model was taught, for ``language.spelling``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from language.base_models import english_words
from training.dataset import Row
from training.served_card import add_to_card, read_card

_WORD = re.compile(r"(?<![a-z])[a-z]{5,}(?![a-z])")
#: A word of fewer training rows is too rare to be what a slip means, and may itself be one that was written on purpose.
_LEAST_ROWS = 3


def write_spelling(folder: Path, rows: Sequence[Row], champion: Path | None = None) -> None:
    """Put the words of the rows, and of the champion that was gone on from, into a serving folder."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(set(_WORD.findall(row.text.lower())))
    taught = [word for word, count in counts.most_common() if count >= _LEAST_ROWS]
    if champion:
        before = read_card(champion).get("spelling", {"taught": ""})
        taught = list(dict.fromkeys([*before["taught"].split(), *taught]))
    spelling = {"taught": " ".join(taught), "known": " ".join(sorted(english_words() - set(taught)))}
    add_to_card(folder, spelling=spelling)
