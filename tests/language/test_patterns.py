from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language import patterns


def found(text: str) -> list[tuple[str, str]]:
    return [(entity.entity, entity.value) for entity in patterns.find(text)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("where is #W1234567?", "#W1234567"),
        ("w1234567", "#W1234567"),
        ("# W 123 4567 please", "#W1234567"),
        ("订单W1234567到哪了", "#W1234567"),
        ("Ｗ１２３４５６７", "#W1234567"),
        ("order number 7654321", "#W7654321"),
        ("订单号7654321", "#W7654321"),
        ("7654321", "#W7654321"),
        ("#7654321", "#W7654321"),
    ],
)
def test_order_numbers_in_every_spelling(text: str, number: str) -> None:
    assert found(text) == [("order_number", number)]


@pytest.mark.parametrize("text", ["W123456", "W12345678", "SW1234567", "I bought 1234567 of them"])
def test_what_is_no_order_number(text: str) -> None:
    assert not [name for name, _ in found(text) if name == "order_number"]


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("it's Jane.Doe+x@Mail.co.uk.", ("email", "jane.doe+x@mail.co.uk")),
        ("我的邮箱是a@b.com谢谢", ("email", "a@b.com")),
        ("+1 (555) 123-4567", ("phone", "+15551234567")),
        ("电话13812345678", ("phone", "13812345678")),
        ("138 1234 5678", ("phone", "13812345678")),
        ("the code is 123456", ("code", "123456")),
        ("验证码654321", ("code", "654321")),
        ("123 456", ("code", "123456")),
    ],
)
def test_contact_data_and_codes(text: str, entity: tuple[str, str]) -> None:
    assert found(text) == [entity]


@pytest.mark.parametrize("text", ["100000元", "since 2024-01-15", "4111 1111 1111 1111 11", "1234567890123456"])
def test_numbers_that_are_something_else(text: str) -> None:
    assert not [name for name, _ in found(text) if name in ("code", "phone", "order_number")]


@pytest.mark.parametrize("before", ["😀👍 ", "亲，订单", "é "])
def test_offsets_count_characters(before: str) -> None:
    text = f"{before}W1234567, me@x.com"
    assert [text[e.start : e.end] for e in patterns.find(text)] == ["W1234567", "me@x.com"]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_searched_and_every_span_lies_inside(text: str) -> None:
    for entity in patterns.find(text):
        assert 0 <= entity.start < entity.end <= len(text)
        assert entity.entity in patterns.NAMES
