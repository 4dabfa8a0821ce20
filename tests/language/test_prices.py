from __future__ import annotations

import pytest

from language import patterns

LIMITS = [
    ("earbuds under 100", None, "100"),
    ("under 30 for my dad", None, "30"),
    ("less than fifty dollars", None, "50"),
    ("under a hundred", None, "100"),
    ("two hundred and fifty bucks or less", None, "250"),
    ("a 15 inch laptop under $1,200", None, "1200"),
    ("max 1.5k", None, "1500"),
    ("no more than $99.99", None, "99.99"),
    ("my budget is 75", None, "75"),
    ("$100 max", None, "100"),
    ("at least 30", "30", None),
    ("more than $20", "20", None),
    ("$40 and up", "40", None),
    ("$50-$80", "50", "80"),
    ("between 50 and 80", "50", "80"),
    ("from 50 to 80 dollars", "50", "80"),
    ("1-2k dollars", "1000", "2000"),
    ("anything around $60?", "48", "72"),
    ("两百块以内的耳机", None, "200"),
    ("防水的，两百块以内", None, "200"),
    ("不超过三百", None, "300"),
    ("别超过一百五十块", None, "150"),
    ("最多一百五", None, "150"),
    ("预算一千二", None, "1200"),
    ("99刀以内", None, "99"),
    ("低于$50", None, "50"),
    ("２００元以内", None, "200"),
    ("1百以上", "100", None),
    ("不低于80", "80", None),
    ("高于一百美元", "100", None),
    ("100到200元", "100", "200"),
    ("价格在300到500", "300", "500"),
    ("五百到八百", "500", "800"),
    ("两三百块的", "200", "300"),
    ("2到3百", "200", "300"),
    ("100-200刀之间", "100", "200"),
    ("一千块左右", "800", "1200"),
    ("三百以上五百以下", "300", "500"),
]


@pytest.mark.parametrize(("text", "low", "high"), LIMITS)
def test_limits_of_price(text: str, low: str | None, high: str | None) -> None:
    wanted = {name: value for name, value in (("min_price", low), ("max_price", high)) if value}
    assert {e.entity: e.value for e in patterns.find(text)} == wanted


NOT_MONEY = [
    "I've been waiting over 10 days",
    "within 3 days",
    "under fifty five days",
    "under 16GB",
    "at least 5 stars",
    "up to 50% off",
    "no more than 2 items",
    "more than 3 people",
    "open between 9 and 5",
    "around 5pm",
    "sizes 40 to 42",
    "40到42码",
    "三十天以内能退吗",
    "最多一个",
    "不到一周",
    "二十岁左右",
    "it was $20",
]


@pytest.mark.parametrize("text", NOT_MONEY)
def test_numbers_of_other_things(text: str) -> None:
    assert patterns.find(text) == []


def test_the_span_covers_the_amount_and_its_currency() -> None:
    text = "想要😀两百块以内的"
    (entity,) = patterns.find(text)
    assert text[entity.start : entity.end] == "两百块"
