"""The words the bot's sentences are filled with: in both languages, for everything that can happen."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from actions import wording
from actions.wording import button, day, has_word, intent_button, joined, minute, payload, word
from shop.catalogue import ProductQuery
from shop.importing.rows import OrderStatus, ScanCode
from shop.vocabulary import has_cjk

ROOT = Path(__file__).parents[2]
WORDS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "actions" / "wording.yml").read_text("utf-8"))
MOMENT = datetime(2026, 11, 3, 14, 5, tzinfo=timezone.utc)


def intents() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "bot" / "domain").glob("*.yml"):
        found |= {str(intent) for intent in yaml.safe_load(file.read_text("utf-8")).get("intents") or []}
    return found


@pytest.mark.parametrize("group", WORDS)
def test_every_word_is_written_in_both_languages(group: str) -> None:
    for key, entry in WORDS[group].items():
        assert entry["en"].strip(), key
        assert not has_cjk(entry["en"]), key
        assert has_cjk(entry["zh"]), key


@pytest.mark.parametrize(
    ("group", "keys"),
    [
        ("order_status", get_args(OrderStatus)),
        ("scan", get_args(ScanCode)),
        ("limit", set(vars(ProductQuery())) - {"product"}),
        ("department", {"clothing", "electronics", "books", "home"}),
    ],
)
def test_there_is_a_word_for_all_that_can_be(group: str, keys: Any) -> None:
    assert set(keys) <= set(WORDS[group])


def test_choices_and_intents_are_ones_the_bot_knows() -> None:
    known = intents()
    assert set(WORDS["intent"]) <= known
    for key, choice in WORDS["choice"].items():
        intent, brace, entities = choice["payload"].removeprefix("/").partition("{")
        assert intent in known, key
        json.loads(brace + entities or "{}")


def test_an_unknown_word_is_an_error_and_can_be_asked_about() -> None:
    assert has_word("order_status", "shipped")
    assert not has_word("order_status", "teleported")
    with pytest.raises(KeyError):
        word("order_status", "teleported", "en")


def test_buttons_speak_the_language_and_mean_the_same() -> None:
    english, chinese = button("track_order", "en"), button("track_order", "zh")
    assert (english["title"], chinese["title"]) == ("Track my order", "查物流")
    assert english["payload"] == chinese["payload"] == "/track_order"
    assert intent_button("return_item", "zh", {"order_number": "#W1"}) == {
        "title": "退货",
        "payload": '/return_item{"order_number": "#W1"}',
    }


@pytest.mark.parametrize("value", ["#W1234567", "跑鞋", 'a "quoted" mug', "{}", "50% off / more"])
def test_whatever_was_said_survives_a_payload(value: str) -> None:
    sent = payload("find_product", {"product": value})
    assert sent.startswith("/find_product{")
    assert json.loads(sent.removeprefix("/find_product")) == {"product": value}
    assert payload("find_product", {}) == payload("find_product") == "/find_product"


def test_dates_as_each_language_writes_them() -> None:
    assert (day(MOMENT, "en"), day(MOMENT, "zh")) == ("Nov 3, 2026", "2026年11月3日")
    assert (minute(MOMENT, "en"), minute(MOMENT, "zh")) == (
        "Nov 3, 2:05\u202fPM".replace("\u202f", " "),
        "11月3日 14:05",
    )


@pytest.mark.parametrize(
    ("parts", "english", "chinese"),
    [
        ([], "", ""),
        (["a"], "a", "a"),
        (["a", "b"], "a and b", "a和b"),
        (["a", "b", "c"], "a, b and c", "a、b和c"),
    ],
)
def test_lists_as_each_language_writes_them(parts: list[str], english: str, chinese: str) -> None:
    assert (joined(parts, "en"), joined(parts, "zh")) == (english, chinese)


def test_nothing_is_read_when_the_module_is_imported() -> None:
    wording._words.cache_clear()
    assert word("timeline", "placed", "en") == "Order placed"
    assert wording._words.cache_info().currsize == 1
