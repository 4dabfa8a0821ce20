from __future__ import annotations

import pytest

from language.redaction import find, redact


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("mail me at jane@x.com 😀 ok", "mail me at [email] 😀 ok"),
        ("我的邮箱a@b.com电话13812345678订单W1234567", "我的邮箱[email]电话[phone]订单[order_number]"),
        ("card 4111 1111 1111 1111 exp 12/29", "card [card] exp 12/29"),
        ("call +86 138 1234 5678", "call [phone]"),
        ("order 1234567", "order [order_number]"),
        ("two jackets in size 42 under $100", "two jackets in size 42 under $100"),
    ],
)
def test_typed_placeholders(text: str, redacted: str) -> None:
    assert redact(text) == redacted


def test_a_number_with_a_wrong_check_digit_is_no_card() -> None:
    assert "card" not in {entity.entity for entity in find("4111 1111 1111 1112")}


def test_redacting_twice_changes_nothing() -> None:
    once = redact("a@b.com, W1234567, 555-123-4567")
    assert redact(once) == once
