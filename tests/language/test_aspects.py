from __future__ import annotations

import csv
from pathlib import Path

import pytest

from language.aspects import ASPECTS, aspects_of, read_review, split_into_clauses
from language.understanding import Understanding
from tests.language.served_model import open_served


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Soft, warm and cheap.", ["Soft", "warm and cheap"]),
        ("Nice fabric but it runs small", ["Nice fabric", "but it runs small"]),
        ("面料好，但是偏大。", ["面料好", "但是偏大"]),
        ("It cost 19.99 and it shows", ["It cost 19.99", "and it shows"]),
        ("😀 Lovely! 👍", ["😀 Lovely", "👍"]),
        ("", []),
    ],
)
def test_clauses(text: str, clauses: list[str]) -> None:
    assert [text[start:end] for start, end in split_into_clauses(text)] == clauses


@pytest.mark.parametrize(
    ("clause", "aspects"),
    [
        ("runs small", ("fit",)),
        ("尺码偏大", ("fit",)),
        ("the courier was late", ("delivery",)),
        ("物流太慢", ("delivery",)),
        ("worth every cent", ("price",)),
        ("性价比高", ("price",)),
        ("support never replied", ("service",)),
        ("客服很耐心", ("service",)),
        ("the zip broke", ("quality",)),
        ("做工精细", ("quality",)),
        ("bought it for my sister", ()),
    ],
)
def test_what_a_clause_is_about(clause: str, aspects: tuple[str, ...]) -> None:
    assert aspects_of(clause) == aspects


@pytest.fixture(scope="module")
def model() -> Understanding:
    return open_served()


def test_written_reviews(model: Understanding) -> None:
    with Path(__file__).with_name("aspects.csv").open(encoding="utf-8") as file:
        rows = [(row["text"], {*row["aspects"].split()}) for row in csv.DictReader(file, delimiter="\t")]
    assert len(rows) >= 60
    right = expected = found = 0
    for text, wanted in rows:
        read = {f"{each.aspect}:{each.sentiment.label}" for each in read_review(model, text)}
        right, expected, found = right + len(read & wanted), expected + len(wanted), found + len(read)
    assert 2 * right / (expected + found) > 0.7


def test_remarks_stand_where_they_say(model: Understanding) -> None:
    text = "😀 Lovely fabric, 但是物流太慢了！"
    found = read_review(model, text)
    assert [each.aspect for each in found] == [aspect for aspect in ASPECTS if aspect in ("quality", "delivery")]
    assert [text[r.start : r.end] for each in found for r in each.remarks] == ["😀 Lovely fabric", "但是物流太慢了"]
