from __future__ import annotations

import random

from training.augment import variant, variants
from training.dataset import Row

ROW = Row(
    "I would like a waterproof JACKET for my dad!", "find_product", spans=((15, 25, "attribute"), (26, 32, "product"))
)


def test_spans_still_cover_their_words() -> None:
    for seed in range(300):
        varied = variant(ROW, random.Random(seed))
        words = [varied.text[start:end] for start, end, _ in varied.spans]
        assert words[1].lower()[0] == "j"
        assert words[1].lower()[-1] == "t"
        assert words[0][0] == "w"
        assert words[0][-1] == "f"


def test_at_most_one_slip_a_copy() -> None:
    lengths = {len(variant(ROW, random.Random(seed)).text) - len(ROW.text) for seed in range(300)}
    assert lengths <= {-2, -1, 0, 1}
    assert len(lengths) > 1


def test_the_first_version_is_the_rows_themselves() -> None:
    versions = variants([ROW], 3, seed=1)
    assert versions[0] == [ROW]
    assert len(versions) == 3
    assert versions == variants([ROW], 3, seed=1)


def test_short_and_chinese_texts_survive() -> None:
    for text in ("M", "好", "ok", "我要退货。"):
        assert variant(Row(text, "inform"), random.Random(0)).text.rstrip("。").lower() == text.rstrip("。").lower()
