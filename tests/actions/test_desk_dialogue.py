"""Whole conversations at the order desk on a small shop, without a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from shop.settings import Settings
from shop.tables import Base, Variant
from shop.unit_of_work import Database
from tests.actions.desk_talk import Talk
from tests.shop.small_shop import SmallShop, small_shop

PRICES = {"black": 4_000, "white": 5_000, "red": 3_000, "linear": 9_000, "clicky": 9_000}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
YES = {"en": "yes please", "zh": "好的"}
NO = {"en": "no, leave it", "zh": "算了"}
RETURN = {"en": "return the desk lamp, no longer needed", "zh": "退台灯，不再需要了"}
EXCHANGE = {"en": "exchange the desk lamp for the white one", "zh": "台灯换成white的"}


RETURN_KEYBOARD = "and return the keyboard, no longer needed"


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    database = Database.from_settings(Settings(state_dir=tmp_path, database_url=""))
    Base.metadata.create_all(database.engine)
    return small_shop(database)


def dollars(cents: int) -> str:
    """Cents as the shop writes them."""
    return f"${cents / 100:.2f}"


def bought(shop: SmallShop, status: str, *names: str, by: str = "card") -> str:
    """The number of a new order of one each, without shipping."""
    total = sum(PRICES[name] for name in names)
    return shop.order(status, dict.fromkeys(names, 1), {by: total}, shipping_cents=0)


@LANGUAGES
def test_a_return_is_proposed_confirmed_and_done_once(shop: SmallShop, language: str) -> None:
    number = bought(shop, "delivered", "black", "linear")
    talk = Talk(shop, language)
    assert talk.say(RETURN[language], "return_item") == ["change_summary", "ask_confirm"]
    assert dollars(PRICES["black"]) in talk.summary
    assert dollars(PRICES["linear"]) not in talk.summary
    assert number in talk.summary
    assert shop.look(number).status == "delivered"
    assert talk.states() == ["proposed"]
    assert "change_done" in talk.say(YES[language], "affirm")
    assert talk.states() == ["committed"]
    assert shop.look(number).status == "return_requested"
    assert talk.slots["question"] is None


@LANGUAGES
def test_a_repeated_yes_does_nothing_more(shop: SmallShop, language: str) -> None:
    number = bought(shop, "pending", "black")
    talk = Talk(shop, language)
    talk.say({"en": f"cancel {number}, ordered by mistake", "zh": f"取消{number}，下错单了"}[language], "cancel_order")
    before = dict(talk.slots)
    talk.say(YES[language], "affirm")
    paid, stock = shop.paid(number), shop.stock("black")
    talk.slots = before  # the same message once more, from a browser that heard no answer
    talk.say(YES[language], "affirm")
    assert talk.states() == ["committed"]
    assert (shop.paid(number), shop.stock("black")) == (paid, stock) == ({}, 3 + 1)


@LANGUAGES
def test_a_no_changes_nothing(shop: SmallShop, language: str) -> None:
    number = bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    talk.say(RETURN[language], "return_item")
    assert talk.say(NO[language], "deny") == ["withdrawn"]
    assert talk.states() == ["withdrawn"]
    assert shop.look(number).status == "delivered"
    assert shop.paid(number) == {"card": PRICES["black"]}
    assert talk.slots["question"] is None


@LANGUAGES
def test_a_question_in_the_middle_keeps_the_thread(shop: SmallShop, language: str) -> None:
    number = bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    talk.say(RETURN[language], "return_item")
    question = {"en": "how long does shipping take?", "zh": "运费多少？"}[language]
    assert talk.say(question, "ask_shipping") == ["ask_confirm"]
    assert talk.left_alone
    assert "change_done" in talk.say(YES[language], "affirm")
    assert shop.look(number).status == "return_requested"


@LANGUAGES
def test_a_reason_is_asked_for_where_none_was_given(shop: SmallShop, language: str) -> None:
    bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    asked = {"en": "return the desk lamp", "zh": "退台灯"}[language]
    assert talk.say(asked, "return_item") == ["ask_return_reason"]
    assert len(talk.titles) == len(shop.policy.changes.return_item.reasons)  # type: ignore[union-attr]
    reason = {"en": "it's too small", "zh": "太小了"}[language]
    assert talk.say(reason, "deny") == ["change_summary", "ask_confirm"]


@LANGUAGES
def test_an_exchange_charges_the_difference(shop: SmallShop, language: str) -> None:
    number = bought(shop, "delivered", "black")
    difference = PRICES["white"] - PRICES["black"]
    talk = Talk(shop, language)
    assert talk.say(EXCHANGE[language], "exchange_item") == ["change_summary", "ask_confirm"]
    assert f"+{dollars(difference)}" in talk.summary
    assert "change_done" in talk.say(YES[language], "affirm")
    assert shop.paid(number) == {"card": PRICES["black"] + difference}
    assert shop.stock("white") == 3 - 1


@LANGUAGES
def test_other_options_at_the_summary(shop: SmallShop, language: str) -> None:
    number = bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    talk.say(EXCHANGE[language], "exchange_item")
    change = {"en": "no wait, the red one", "zh": "等等，换成red的"}[language]
    assert talk.say(change, "deny") == ["change_summary", "ask_confirm"]
    assert "red" in talk.summary
    assert "white" not in talk.summary
    talk.say(YES[language], "affirm")
    assert talk.states() == ["withdrawn", "committed"]
    assert shop.paid(number) == {"card": PRICES["red"]}


@LANGUAGES
def test_another_method_at_the_summary(shop: SmallShop, language: str) -> None:
    number = bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    talk.say(EXCHANGE[language], "exchange_item")
    change = {"en": "pay it with PayPal", "zh": "用PayPal付吧"}[language]
    assert talk.say(change) == ["change_summary", "ask_confirm"]
    assert "Emma's paypal" in talk.summary
    talk.say(YES[language], "affirm")
    assert shop.paid(number) == {"card": PRICES["black"], "paypal": PRICES["white"] - PRICES["black"]}


@LANGUAGES
def test_only_some_of_the_goods_at_the_summary(shop: SmallShop, language: str) -> None:
    number = bought(shop, "delivered", "black", "linear")
    talk = Talk(shop, language)
    both = {"en": "return the desk lamp and the keyboard, no longer needed", "zh": "台灯和键盘都退，不再需要了"}[
        language
    ]
    talk.say(both, "return_item")
    assert dollars(PRICES["black"] + PRICES["linear"]) in talk.summary
    only = {"en": "no, only the keyboard", "zh": "不，只退键盘"}[language]
    assert talk.say(only, "deny") == ["change_summary", "ask_confirm"]
    assert dollars(PRICES["linear"]) in talk.summary
    assert dollars(PRICES["black"]) not in talk.summary
    talk.say(YES[language], "affirm")
    states = {item.id: item.state for item in shop.look(number).items}
    assert states[shop.items(number)["black"]] == "ordered"
    assert states[shop.items(number)["linear"]] != "ordered"


@LANGUAGES
def test_two_requests_in_one_message_and_their_total(shop: SmallShop, language: str) -> None:
    lamp, keyboard = bought(shop, "pending", "black"), bought(shop, "delivered", "linear")
    clauses = {
        "en": [(f"cancel {lamp}, ordered by mistake", "cancel_order"), (RETURN_KEYBOARD, "return_item")],
        "zh": [(f"取消{lamp}，下错单了", "cancel_order"), ("另外退键盘，不再需要了", "return_item")],
    }[language]  # fmt: skip
    talk = Talk(shop, language)
    talk.say(" ".join(text for text, _ in clauses), "cancel_order", *clauses)
    assert lamp in talk.summary
    said = talk.say(YES[language], "affirm")
    assert said[0] == "change_done"
    assert "change_summary" in said
    assert keyboard in talk.summary
    talk.say(YES[language], "affirm")
    assert talk.value("total_refund", "amount") == dollars(PRICES["black"] + PRICES["linear"])
    assert talk.states() == ["committed", "committed"]


@LANGUAGES
def test_an_ambiguous_order_is_asked_for(shop: SmallShop, language: str) -> None:
    first, second = bought(shop, "pending", "black"), bought(shop, "pending", "linear")
    talk = Talk(shop, language)
    assert talk.say({"en": "cancel my order", "zh": "取消订单"}[language], "cancel_order") == ["ask_which_order"]
    assert len(talk.titles) == 2
    assert talk.say({"en": "the keyboard one", "zh": "键盘那单"}[language]) == ["ask_cancel_reason"]
    assert talk.value("ask_cancel_reason", "number") == second
    assert shop.look(first).status == "pending"


@LANGUAGES
def test_a_variant_that_is_sold_out_is_said_to_be(shop: SmallShop, language: str) -> None:
    bought(shop, "delivered", "black")
    shop.set(Variant, shop.variants["white"], stock=0)
    talk = Talk(shop, language)
    said = talk.say(EXCHANGE[language], "exchange_item")
    nearest = {"en": "There is no Desk lamp with exactly white", "zh": "台灯 没有完全符合的（white）"}[language]
    assert "change_summary" not in said or nearest in talk.messages[0]["text"]
    assert not any("white" in title for title in talk.titles)


@LANGUAGES
def test_a_refusal_says_why(shop: SmallShop, language: str) -> None:
    number = bought(shop, "shipped", "black")
    talk = Talk(shop, language)
    asked = {"en": f"cancel {number}, ordered by mistake", "zh": f"取消{number}，下错单了"}[language]
    assert "change_refused" in talk.say(asked, "cancel_order")
    why = talk.value("change_refused", "why")
    assert number in why
    assert {"en": "rules it out", "zh": "无法进行这项操作"}[language] in why
    assert talk.states() == []


@LANGUAGES
def test_a_gift_card_that_holds_too_little_is_refused(shop: SmallShop, language: str) -> None:
    number = bought(shop, "pending", "linear")
    assert shop.balance() < PRICES["linear"]
    talk = Talk(shop, language)
    asked = {"en": f"pay for {number} with the gift card instead", "zh": f"{number}改用礼品卡支付"}[language]
    assert talk.say(asked, "change_payment") == ["change_refused", "ask_payment_method"]
    assert shop.paid(number) == {"card": PRICES["linear"]}


@LANGUAGES
def test_an_order_of_somebody_else_is_never_touched(shop: SmallShop, language: str) -> None:
    mine, theirs = shop.customer_id, bought(shop, "pending", "black")
    shop.customer_id, shop.methods = shop.customer()
    shop.conversation_id = shop.conversation(shop.customer_id)
    assert mine != shop.customer_id
    talk = Talk(shop, language)
    asked = {"en": f"cancel {theirs}, ordered by mistake", "zh": f"取消{theirs}，下错单了"}[language]
    said = talk.say(asked, "cancel_order", order_number=theirs)
    assert "change_summary" not in said
    talk.slots.setdefault("question", None)
    talk.say(YES[language], "affirm")
    assert talk.states() == []
    assert shop.look(theirs).status == "pending"
