"""Amounts are exact, stay in one currency, and read as shoppers expect."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.errors import BadInput
from shop.money import Money

CENTS = st.integers(-(10**12), 10**12)


@given(CENTS)
def test_cents_come_back_as_they_were(cents: int) -> None:
    assert Money.from_cents(cents).cents == cents


@given(CENTS, CENTS)
def test_sums_are_those_of_the_cents(one: int, other: int) -> None:
    assert (Money.from_cents(one) + Money.from_cents(other)).cents == one + other
    assert (Money.from_cents(one) - Money.from_cents(other)).cents == one - other
    assert (Money.from_cents(one) < Money.from_cents(other)) == (one < other)


@given(CENTS, st.integers(-1000, 1000))
def test_products_are_those_of_the_cents(cents: int, quantity: int) -> None:
    assert (Money.from_cents(cents) * quantity).cents == cents * quantity


@given(CENTS)
def test_json_holds_the_exact_amount_and_no_negative_nothing(cents: int) -> None:
    data = Money.from_cents(cents, "EUR").as_json()
    assert Money(Decimal(data["amount"]), data["currency"]) == Money.from_cents(cents, "EUR")
    assert data["amount"].partition(".")[2].isdigit()
    assert (Money.from_cents(cents) * 0).as_json()["amount"] == "0.00"


@given(CENTS, st.sampled_from(["USD", "EUR", "GBP", "CNY", "SEK"]))
def test_the_written_amount_is_the_amount(cents: int, currency: str) -> None:
    figure = "".join(character for character in str(Money.from_cents(cents, currency)) if character in "-.0123456789")
    assert Decimal(figure) == Decimal(cents) / 100


@given(st.decimals(-(10**9), 10**9, places=4))
def test_rounding_is_to_the_nearest_cent(amount: Decimal) -> None:
    assert abs(Money(amount).amount - amount) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1299", "USD", "$1,299.00"),
        ("-4.5", "USD", "-$4.50"),
        ("0", "GBP", "£0.00"),
        ("-0.001", "USD", "$0.00"),
        ("12.345", "CNY", "¥12.35"),
        ("-12.345", "EUR", "-€12.35"),
        ("1234567.8", "SEK", "1,234,567.80 SEK"),
    ],
)
def test_as_shoppers_read_it(amount: str, currency: str, text: str) -> None:
    assert str(Money(Decimal(amount), currency)) == text


def test_currencies_do_not_mix() -> None:
    dollar, euro = Money(Decimal(1)), Money(Decimal(1), "EUR")
    assert dollar != euro
    for combine in (Money.__add__, Money.__sub__, Money.__lt__):
        with pytest.raises(BadInput, match="USD with EUR"):
            combine(dollar, euro)


def test_amounts_that_look_different_are_one_amount() -> None:
    assert {Money(Decimal("5")), Money(Decimal("5.00"))} == {Money.from_cents(500)}
    assert max(Money.from_cents(999), Money.from_cents(1000)).cents == 1000
