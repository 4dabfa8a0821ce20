"""Slips in taught words are put right; words, forms of words and what is far from all of them stay."""

from __future__ import annotations

import pytest

from language.base_models import english_words
from language.spelling import Spelling

SPELLING = Spelling(["order", "cancel", "return", "address", "about", "delivery", "toaster"], english_words())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Canel my ordre, plz", "cancel my order, plz"),
        ("RETRUN", "return"),
        ("my adress", "my address"),
        ("when is the delivrey, #W1234567?", "when is the delivery, #W1234567?"),
        ("delvirey", "delivery"),  # two slips in a long word
        ("我要cancle订单", "我要cancel订单"),
    ],
)
def test_a_slip_is_put_right(typed: str, meant: str) -> None:
    assert SPELLING.mend(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "两个toasters",
        "Abort it",
        "the Fellmark jacket",
        "orders",
        "border returns",
        "üorder",
        "ordr",
        "a" * 5000,
        "👍🏽",
    ],
)
def test_all_else_stays(text: str) -> None:
    assert SPELLING.mend(text) == text


def test_nothing_is_put_right_by_one_that_was_taught_nothing() -> None:
    assert Spelling().mend("canel my ordre") == "canel my ordre"
