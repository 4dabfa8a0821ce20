"""Rate limits, languages of a browser, tokens, and the reading of Rasa's messages."""

from __future__ import annotations

from typing import Any

import pytest

from shop.conversations import Choice
from web.gateway.answers import drafts
from web.gateway.languages import preferred
from web.gateway.limits import RateLimit


class Clock:
    """A time that moves only when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_rate_limit_frees_after_a_minute_and_says_when() -> None:
    clock = Clock()
    limit = RateLimit(2, clock)
    assert limit.use("a") == 0
    clock.seconds += 20
    assert limit.use("a") == 0
    assert limit.use("a") == 40
    assert limit.use("b") == 0
    clock.seconds += 40
    assert limit.use("a") == 0
    assert limit.use("a") == 20


def test_a_rate_limit_forgets_addresses_it_no_longer_needs() -> None:
    clock = Clock()
    limit = RateLimit(1, clock)
    for number in range(10_000):
        limit.use(str(number))
    clock.seconds += 61
    limit.use("new")
    assert len(limit._uses) == 1


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr,zh;q=0.1", "zh"),
        ("en;q=0, zh;q=0.2", "zh"),
        ("zh;q=nonsense", "en"),
        ("zho", "en"),
        (",;,=", "en"),
    ],
)
def test_preferred_language(header: str | None, language: str) -> None:
    assert preferred(header) == language


def test_text_card_and_buttons_of_one_answer_stay_together() -> None:
    message = {
        "text": "Here they are:",
        "custom": {"kind": "product_cards", "products": [{"id": 1}], "seq": 99, "author": "agent"},
        "buttons": [{"title": "Cheaper", "payload": "/refine_search"}, {"title": "Thanks"}],
    }
    (draft,) = drafts([message])
    assert (draft.author, draft.kind, draft.text) == ("bot", "product_cards", "Here they are:")
    assert draft.data == {"products": [{"id": 1}]}
    assert draft.choices == [Choice("Cheaper", "/refine_search"), Choice("Thanks", "Thanks")]


@pytest.mark.parametrize(
    "message", [{}, {"text": " "}, {"text": None, "custom": {}}, {"custom": "text"}, {"buttons": ["x"]}]
)
def test_messages_that_hold_nothing_are_left_out(message: dict[str, Any]) -> None:
    assert drafts([message]) == []
