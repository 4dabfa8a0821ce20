from __future__ import annotations

import pytest

from language.detection import detect


@pytest.mark.parametrize(
    "text", ["hi", "where is my order", "wireless earbuds", "how do I say 你好 in this shop", "The blue one, W1234567"]
)
def test_english(text: str) -> None:
    assert detect(text) == "en"


@pytest.mark.parametrize(
    "text", ["你好", "我要 order number W1234567", "I want 蓝牙耳机", "ok 好的", "订单W1234567到哪了"]
)
def test_chinese(text: str) -> None:
    assert detect(text) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123456",
        "#W1234567",
        "me@x.com",
        "😀👍",
        "Xiaomi",
        "M",
        "42",
        "?!",
        "www.example.com",
        "bonjour je voudrais",
        "dónde está mi pedido",
        "ありがとうございます",
        "注文はどこですか",
        "안녕하세요",
        "مرحبا",
    ],
)
def test_no_signal(text: str) -> None:
    assert detect(text) is None
