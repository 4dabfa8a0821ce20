from __future__ import annotations

from decimal import Decimal

import pytest

from language import number_words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200", "1200"),
        ("49.99", "49.99"),
        ("2k", "2000"),
        ("fifty-five", "55"),
        ("a hundred", "100"),
        ("one hundred and fifty", "150"),
        ("two thousand three hundred", "2300"),
        ("十五", "15"),
        ("二十", "20"),
        ("两百", "200"),
        ("两百五", "250"),
        ("一百零五", "105"),
        ("一千二", "1200"),
        ("一千二百三十四", "1234"),
        ("一万二", "12000"),
        ("3百", "300"),
        ("3千五", "3500"),
    ],
)
def test_numbers_as_people_type_them(text: str, number: str) -> None:
    assert number_words.value(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "hello", "and", "a"])
def test_what_is_no_number(text: str) -> None:
    assert number_words.value(text) is None


@pytest.mark.parametrize(("number", "written"), [("50.00", "50"), ("49.90", "49.9"), ("1E+3", "1000")])
def test_plain_is_short_and_without_exponent(number: str, written: str) -> None:
    assert number_words.plain(Decimal(number)) == written
