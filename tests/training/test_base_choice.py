from __future__ import annotations

import pytest

from language.base_models import AUTO, ENGLISH, MULTILINGUAL, choose

ENGLISH_TEXTS = ["where is my order", "do you ship to France?", "i want my money back", "thank you", "EMI"]


@pytest.mark.parametrize(
    ("texts", "chosen"),
    [
        (ENGLISH_TEXTS, ENGLISH),
        ([*ENGLISH_TEXTS * 20, "我的订单到哪了"], MULTILINGUAL),
        (["wo ist meine Bestellung", "ich warte auf mein Paket", "danke", "hallo"], MULTILINGUAL),
        (["😀", "12345"], MULTILINGUAL),
    ],
)
def test_auto_looks_at_the_language_of_the_texts(texts: list[str], chosen: str) -> None:
    assert choose(AUTO, texts) == chosen


def test_a_name_is_a_name() -> None:
    assert choose("some/hub-model", ["我的订单"]) == "some/hub-model"
