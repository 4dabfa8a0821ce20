"""A return and an exchange in one delivered order: only one is possible, which is said before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from shop.settings import Settings
from shop.tables import Base
from shop.unit_of_work import Database
from tests.actions.desk_talk import Talk
from tests.shop.small_shop import SmallShop, demo_policy, small_shop

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
BOTH = {
    "en": [
        ("return the keyboard, no longer needed", "return_item"),
        ("and exchange the desk lamp for the red one", "exchange_item"),
    ],
    "zh": [("退键盘，不再需要了", "return_item"), ("另外把台灯换成red的", "exchange_item")],
}


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    database = Database.from_settings(Settings(state_dir=tmp_path, database_url=""))
    Base.metadata.create_all(database.engine)
    return small_shop(database)


def asked(shop: SmallShop, language: str) -> tuple[Talk, str]:
    """A shopper who asked for both, and the order's number."""
    number = shop.order("delivered", {"black": 1, "linear": 1}, {"card": 13_000}, shipping_cents=0)
    talk = Talk(shop, language)
    talk.say(" ".join(text for text, _ in BOTH[language]), "return_item", *BOTH[language])
    return talk, number


@LANGUAGES
def test_it_is_said_with_what_each_would_give_back(shop: SmallShop, language: str) -> None:
    talk, number = asked(shop, language)
    (message,) = talk.messages
    assert number in message["text"]
    assert "$90.00" in message["text"]
    assert "$10.00" in message["text"]
    assert len(talk.titles) == 2
    assert talk.states() == []


@pytest.mark.parametrize(
    ("language", "answer", "kind"),
    [
        ("en", "whatever saves me the most money", "return_item"),
        ("en", "the exchange please", "exchange_item"),
        ("en", "then just return it", "return_item"),
        ("en", "the second one", "exchange_item"),
        ("en", "the lamp is more important", "exchange_item"),
        ("zh", "哪个退得多就办哪个", "return_item"),
        ("zh", "那就换货吧", "exchange_item"),
        ("zh", "第一个", "return_item"),
        ("zh", "台灯那个", "exchange_item"),
    ],
)
def test_the_one_that_is_chosen_is_done_alone(shop: SmallShop, language: str, answer: str, kind: str) -> None:
    talk, number = asked(shop, language)
    assert talk.say(answer) == ["change_summary", "ask_confirm"]
    assert ("$90.00" in talk.summary) == (kind == "return_item")
    talk.say({"en": "yes", "zh": "好的"}[language], "affirm")
    status = {"return_item": "return_requested", "exchange_item": "exchange_requested"}[kind]
    assert shop.look(number).status == status
    assert talk.slots["question"] is None


@LANGUAGES
def test_a_no_does_neither(shop: SmallShop, language: str) -> None:
    talk, number = asked(shop, language)
    assert talk.say({"en": "no, leave it", "zh": "算了"}[language], "deny") == ["withdrawn"]
    assert shop.look(number).status == "delivered"
    assert talk.slots["question"] is None


@LANGUAGES
def test_another_answer_is_asked_again(shop: SmallShop, language: str) -> None:
    talk, _ = asked(shop, language)
    assert talk.say({"en": "hm", "zh": "嗯哼"}[language], "inform") == ["desk_again"]
    assert len(talk.titles) >= 2


def test_where_the_policy_allows_both_nothing_is_asked(shop: SmallShop) -> None:
    shop.policy = demo_policy(exchange_item={"states": ["delivered", "return_requested"]})
    talk, number = asked(shop, "en")
    assert talk.said == ["change_summary", "ask_confirm"]
    talk.say("yes", "affirm")
    assert "change_done" in talk.say("yes", "affirm")
    assert {item.state for item in shop.look(number).items} == {"returned", "exchanged"}


def test_what_is_ruled_out_by_the_other_comes_first(shop: SmallShop) -> None:
    shop.policy = demo_policy(return_item={"states": ["delivered", "exchange_requested"]})
    talk, number = asked(shop, "en")
    assert "→" in talk.summary  # the exchange, though the return was asked for first
    talk.say("yes", "affirm")
    assert "change_done" in talk.say("yes", "affirm")
    assert {item.state for item in shop.look(number).items} == {"returned", "exchanged"}
