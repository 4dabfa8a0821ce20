"""Payment methods as shoppers name them, in both languages."""

from __future__ import annotations

import pytest

from actions.desk.payments import names_method, read_method, the_payer
from shop.changes import MethodChoice
from shop.money import Money


def method(number: int, kind: str, label: str, paid_cents: int = 0) -> MethodChoice:
    """A method that paid so much of an order."""
    paid = Money.from_cents(paid_cents, "USD")
    return MethodChoice(number, kind=kind, label=label, balance=None, paid=paid, may_pay=True, may_get_refund=True)


VISA = method(1, "credit_card", "Visa ending 4242", 9_900)
MASTER = method(2, "credit_card", "Mastercard ending 5309")
PAYPAL = method(3, "paypal", "PayPal")
GIFT = method(4, "gift_card", "Gift card ending 8831", 100)
ALL = (VISA, MASTER, PAYPAL, GIFT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paypal please", PAYPAL),
        ("the visa", VISA),
        ("the one ending in 5309", MASTER),
        ("my gift card", GIFT),
        ("the other card", MASTER),
        ("back to the original payment method", VISA),
        ("a bank transfer", None),
        ("用PayPal付款", PAYPAL),
        ("用visa付", VISA),
        ("尾号5309的卡", MASTER),
        ("换成礼品卡", GIFT),
        ("改成购物卡支付", GIFT),
        ("那就原路退吧", VISA),
        ("货到付款", None),
    ],
)
def test_a_method_is_read(text: str, expected: MethodChoice | None) -> None:
    assert read_method(text, ALL) == expected


@pytest.mark.parametrize("text", ["my card", "信用卡"])
def test_of_two_cards_the_one_that_paid_is_meant(text: str) -> None:
    assert read_method(text, ALL) == VISA
    unpaid = method(1, "credit_card", "Visa ending 4242")
    assert read_method(text, (unpaid, MASTER, GIFT)) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("refund it to my gift card", True),
        ("退到礼品卡", True),
        ("原路退回", True),
        ("退台灯", False),
        ("the lamp", False),
    ],
)
def test_whether_a_text_speaks_of_paying(text: str, named: bool) -> None:
    assert names_method(text) == named


def test_the_payer_is_who_paid_most() -> None:
    assert the_payer(ALL) == VISA
    assert the_payer((MASTER, PAYPAL)) is None
