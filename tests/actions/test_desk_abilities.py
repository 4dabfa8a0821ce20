"""What shoppers ask of the desk beyond the plain case, in another shop than any benchmark's and in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.desk.mending import mend
from shop.settings import Settings
from shop.tables import Base, Product, Variant
from shop.unit_of_work import Database
from tests.actions.desk_talk import Talk
from tests.shop.small_shop import HOME, SmallShop, demo_policy, small_shop

PRICES = {"black": 4_000, "white": 5_000, "red": 3_000, "linear": 9_000, "clicky": 9_000}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
YES = {"en": "yes please", "zh": "好的"}


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    database = Database.from_settings(Settings(state_dir=tmp_path, database_url=""))
    Base.metadata.create_all(database.engine)
    return small_shop(database)


def bought(shop: SmallShop, status: str, *names: str) -> str:
    """The number of a new order of one each, paid by card."""
    total = sum(PRICES[name] for name in names)
    return shop.order(status, dict.fromkeys(names, 1), {"card": total}, shipping_cents=0)


def agree_to_all(talk: Talk) -> set[str]:
    """Give a reason and a yes as often as asked; the names of all that was said."""
    heard = set(talk.said)
    while talk.slots["question"]:
        reason = {"en": "I no longer need it", "zh": "不再需要了"}[talk.language]
        heard |= set(talk.say(reason) if "ask_cancel_reason" in talk.said else talk.say(YES[talk.language], "affirm"))
    return heard


def say(talk: Talk, intent: str, *clauses: tuple[str, str]) -> list[str]:
    """Say a message of several clauses."""
    return talk.say(" ".join(text for text, _ in clauses), intent, *clauses)


@LANGUAGES
def test_what_is_said_of_the_last_of_a_list_is_said_of_all(shop: SmallShop, language: str) -> None:
    bought(shop, "delivered", "white")
    shop.set(Variant, shop.variants["clicky"], price_cents=8_000)
    bought(shop, "delivered", "linear")
    talk = Talk(shop, language)
    asked = {"en": "exchange the desk lamp and the keyboard for the cheapest version", "zh": "台灯和键盘都换成最便宜的"}
    assert talk.say(asked[language], "exchange_item") == ["change_summary", "ask_confirm"]
    summaries = [talk.summary]
    talk.say(YES[language], "affirm")
    summaries.append(talk.summary)
    assert "→ red" in "".join(summaries)
    assert "→ clicky" in "".join(summaries)


@LANGUAGES
def test_what_is_wished_already_stays_and_the_rest_is_changed(shop: SmallShop, language: str) -> None:
    number = bought(shop, "pending", "white", "linear")
    shop.set(Variant, shop.variants["clicky"], price_cents=9_900)
    talk = Talk(shop, language)
    asked = {"en": f"switch all items of {number} to their cheapest options", "zh": f"{number}里所有商品都换成最便宜的"}
    talk.say(asked[language], "change_items")
    assert {"en": "Keyboard", "zh": "键盘"}[language] in talk.messages[0]["text"]
    assert "→ red" in talk.summary
    assert "linear" not in talk.summary


@LANGUAGES
def test_a_single_item_is_no_whole_order(shop: SmallShop, language: str) -> None:
    number = bought(shop, "pending", "white", "linear")
    talk = Talk(shop, language)
    asked = {"en": "can I just cancel that item?", "zh": "能不能只取消那件商品"}
    assert talk.say(asked[language], "cancel_order") == ["ask_whole_order"]
    assert "$90.00" in talk.value("ask_whole_order", "items")
    assert talk.say({"en": "no", "zh": "不用了"}[language], "deny")[0] == "withdrawn"
    assert shop.look(number).status == "pending"


@LANGUAGES
def test_a_summary_refused_for_its_method_comes_back_when_there_is_no_other(shop: SmallShop, language: str) -> None:
    bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    talk.say({"en": "return the desk lamp, no longer needed", "zh": "退台灯，不再需要了"}[language], "return_item")
    no = {"en": "no, refund it to PayPal", "zh": "不，退到PayPal"}[language]
    assert talk.say(no, "deny") == ["change_refused", "ask_payment_method"]
    assert talk.titles == ["Emma's card"]  # PayPal paid nothing of it and is not offered
    assert talk.say({"en": "then my card", "zh": "那就信用卡"}[language]) == ["change_summary", "ask_confirm"]


@LANGUAGES
def test_each_order_is_cancelled_or_returned_as_it_can_be(shop: SmallShop, language: str) -> None:
    pending, delivered = bought(shop, "pending", "linear"), bought(shop, "delivered", "white", "black")
    shop.policy = demo_policy(return_item={"reasons": []})
    talk = Talk(shop, language)
    asked = {"en": "I want to cancel or return all my orders", "zh": "我想把所有订单都取消或者退货"}[language]
    talk.say(asked, "cancel_order")
    assert "twin_instead" not in agree_to_all(talk)  # a return is what was asked for, too
    assert shop.look(pending).status == "cancelled"
    assert shop.look(delivered).status == "return_requested"


@LANGUAGES
def test_what_is_exchanged_is_not_returned_with_everything(shop: SmallShop, language: str) -> None:
    bought(shop, "delivered", "white", "linear")
    states = ["delivered", "return_requested", "exchange_requested"]
    shop.policy = demo_policy(return_item={"reasons": [], "states": states}, exchange_item={"states": states})
    talk = Talk(shop, language)
    clauses = {
        "en": [("return everything", "return_item"), ("but exchange the desk lamp for the red one", "exchange_item")],
        "zh": [("全部都退", "return_item"), ("不过台灯换成red的", "exchange_item")],
    }[language]  # fmt: skip
    say(talk, "return_item", *clauses)
    assert "$90.00" in talk.summary
    assert "$50.00" not in talk.summary
    talk.say(YES[language], "affirm")
    assert "→ red" in talk.summary


@LANGUAGES
def test_an_exchange_is_preferred_to_a_return_where_it_can_be_had(shop: SmallShop, language: str) -> None:
    number = bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    clauses = {
        "en": [
            ("return the desk lamp, no longer needed", "return_item"),
            ("if you have the red one in stock, I'd rather exchange it", "exchange_item"),
        ],
        "zh": [("退台灯，不再需要了", "return_item"), ("如果有red的现货，我想换货", "exchange_item")],
    }[language]
    say(talk, "return_item", *clauses)
    assert "→ red" in talk.summary
    talk.say(YES[language], "affirm")
    assert shop.look(number).status == "exchange_requested"


@LANGUAGES
def test_the_one_item_of_the_pending_order(shop: SmallShop, language: str) -> None:
    bought(shop, "delivered", "linear")
    number = bought(shop, "pending", "black")
    talk = Talk(shop, language)
    clauses = {
        "en": [
            ("change my pending order item to red", "change_items"),
            ("and change the address of the order to 12 Kite Road, Seattle, WA 98104", "change_address"),
        ],
        "zh": [
            ("未发货订单里那件换成red的", "change_items"),
            ("并且把地址改成12 Kite Road, Seattle, WA 98104", "change_address"),
        ],
    }[language]
    say(talk, "change_items", *clauses)
    first = talk.summary
    talk.say(YES[language], "affirm")
    assert "Kite Road" in first + talk.summary
    assert "→ red" in first + talk.summary
    talk.say(YES[language], "affirm")
    assert shop.look(number).shipping_address["line1"] == "12 Kite Road"
    assert shop.paid(number) == {"card": PRICES["red"]}


@LANGUAGES
def test_all_options_are_shown_before_one_is_chosen(shop: SmallShop, language: str) -> None:
    number = bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    asked = {
        "en": "exchange the desk lamp, tell me all the options and their prices",
        "zh": "台灯想换货，告诉我有哪些款式和价格",
    }[language]
    assert talk.say(asked, "exchange_item") == ["ask_options"]
    assert {title.split(" ")[-1] for title in talk.titles} == {"$50.00", "$30.00"}
    talk.say({"en": "the most expensive one", "zh": "最贵的那个"}[language])
    assert "→ white" in talk.summary
    talk.say(YES[language], "affirm")
    assert shop.paid(number) == {"card": PRICES["white"]}


@LANGUAGES
def test_keeping_it_is_an_answer_to_what_shall_come_instead(shop: SmallShop, language: str) -> None:
    bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    assert talk.say({"en": "exchange the desk lamp", "zh": "台灯换货"}[language], "exchange_item") == ["ask_options"]
    assert talk.say({"en": "oh, I will keep it as it is", "zh": "那不换了"}[language]) == ["withdrawn"]


@LANGUAGES
def test_the_default_address_follows_the_order_to_the_new_one(shop: SmallShop, language: str) -> None:
    number = bought(shop, "pending", "black")
    talk = Talk(shop, language)
    clauses = {
        "en": [
            (f"send {number} to my new address, 12 Kite Road, Seattle, WA 98104", "change_address"),
            ("and change my default address to the new one, too", "change_address"),
        ],
        "zh": [
            (f"{number}的地址改成12 Kite Road, Seattle, WA 98104", "change_address"),
            ("默认地址也改成新地址", "change_address"),
        ],
    }[language]
    say(talk, "change_address", *clauses)
    assert number in talk.summary
    talk.say(YES[language], "affirm")
    assert "12 Kite Road" in talk.summary
    assert number not in talk.summary
    assert HOME["line1"] not in talk.summary


@LANGUAGES
def test_what_is_never_wanted_widens_nothing(shop: SmallShop, language: str) -> None:
    bought(shop, "pending", "white", "linear")
    talk = Talk(shop, language)
    clauses = {
        "en": [("change the desk lamp to red", "change_items"), ("I never want to cancel the entire order", "inform")],
        "zh": [("台灯改成red的", "change_items"), ("整个订单不要取消", "inform")],
    }[language]
    say(talk, "change_items", *clauses)
    assert "→ red" in talk.summary
    assert {"en": "Keyboard", "zh": "键盘"}[language] not in talk.summary


@pytest.mark.parametrize(
    ("language", "asked", "intent"),
    [
        ("en", "return both lamps, no longer needed", "return_item"),
        ("en", "cancel both lamps", "cancel_order"),
        ("zh", "两盏台灯都退", "return_item"),
        ("zh", "两个台灯都取消", "cancel_order"),
    ],
)
def test_both_over_two_orders_of_different_state_are_asked_about(
    shop: SmallShop, language: str, asked: str, intent: str
) -> None:
    shop.policy = demo_policy(return_item={"reasons": []})
    pending, delivered = bought(shop, "pending", "black"), bought(shop, "delivered", "white")
    talk = Talk(shop, language)
    assert talk.say(asked, intent) == ["ask_which_item"]
    assert len(talk.titles) == 2
    talk.say({"en": "both of them", "zh": "两个都要"}[language])
    agree_to_all(talk)
    assert shop.look(pending).status == "cancelled"
    assert shop.look(delivered).status == "return_requested"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pls retrun my lamp", "pls return my lamp"),
        ("excahnge it", "exchange it"),
        ("canel the oder", "cancel the oder"),
        ("chnage my adress", "change my address"),
        ("charge my card", "charge my card"),
        ("a charger and a red dress", "a charger and a red dress"),
        ("returns, orders, changed", "returns, orders, changed"),
        ("he refused the older canvas", "he refused the older canvas"),
    ],
)
def test_slips_in_the_words_of_the_desk_are_mended_and_no_others(typed: str, meant: str) -> None:
    assert mend(typed) == meant


def test_two_misspelt_requests_of_one_clause_are_two(shop: SmallShop) -> None:
    shop.policy = demo_policy(return_item={"reasons": []})
    bought(shop, "delivered", "black")
    bought(shop, "delivered", "linear")
    talk = Talk(shop)
    talk.say("i want to retrun the desk lamp, and excahnge the keyboard for the clicky one", "exchange_item")
    first = talk.summary
    talk.say("yes", "affirm")
    assert "$40.00" in first + talk.summary
    assert "→ clicky" in first + talk.summary


@LANGUAGES
def test_another_kind_of_thing_cannot_come_instead(shop: SmallShop, language: str) -> None:
    bought(shop, "pending", "black")
    with shop.database.work() as unit:
        unit.session.query(Product).filter_by(name_en="Keyboard").update(
            {"category_en": "keyboard", "category_zh": "键盘"}
        )
        unit.commit()
    talk = Talk(shop, language)
    asked = {"en": "change the desk lamp for a keyboard", "zh": "台灯换成一个键盘"}[language]
    assert "change_refused" in talk.say(asked, "change_items")
    assert talk.states() == []


@LANGUAGES
def test_nothing_is_added_to_an_order(shop: SmallShop, language: str) -> None:
    number = bought(shop, "pending", "black")
    talk = Talk(shop, language)
    asked = {"en": f"add a keyboard to my order {number}", "zh": f"{number}这个订单再加一个键盘"}[language]
    assert talk.say(asked, "change_items")[0] == "change_refused"
    assert talk.slots["question"] is None


@LANGUAGES
def test_fewer_pieces_at_the_summary(shop: SmallShop, language: str) -> None:
    shop.policy = demo_policy(return_item={"reasons": []})
    shop.order("delivered", {"black": 3}, {"card": 12_000}, shipping_cents=0)
    talk = Talk(shop, language)
    talk.say({"en": "return the desk lamps", "zh": "退台灯"}[language], "return_item")
    assert "$120.00" in talk.summary
    talk.say({"en": "no, only two of them", "zh": "不，只退两个"}[language], "deny")
    assert "$80.00" in talk.summary


@LANGUAGES
def test_both_of_two_need_no_names(shop: SmallShop, language: str) -> None:
    shop.policy = demo_policy(return_item={"reasons": []})
    bought(shop, "delivered", "black", "linear")
    talk = Talk(shop, language)
    assert talk.say({"en": "return both of them", "zh": "两个都退"}[language], "return_item") == [
        "change_summary",
        "ask_confirm",
    ]
    assert "$130.00" in talk.summary


def test_why_is_no_request_of_its_own(shop: SmallShop) -> None:
    bought(shop, "pending", "white")
    bought(shop, "delivered", "black")
    talk = Talk(shop)
    say(talk, "return_item", ("return the black desk lamp", "return_item"), ("I no longer need it", "inform"))
    assert "$40.00" in talk.summary
    assert talk.say("no", "deny") == ["withdrawn"]


@LANGUAGES
def test_a_question_behind_a_wait_is_no_no(shop: SmallShop, language: str) -> None:
    bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    talk.say({"en": "return the desk lamp, no longer needed", "zh": "退台灯，不再需要了"}[language], "return_item")
    talk.say({"en": "wait, when does the money arrive?", "zh": "等一下，多久到账？"}[language], "deny")
    assert talk.states() == ["proposed"]
    assert "change_done" in talk.say(YES[language], "affirm")


@LANGUAGES
def test_other_options_asked_for_behind_a_wait_are_taken(shop: SmallShop, language: str) -> None:
    bought(shop, "delivered", "black")
    talk = Talk(shop, language)
    talk.say({"en": "exchange the desk lamp for the white one", "zh": "台灯换成white的"}[language], "exchange_item")
    talk.say({"en": "wait, is the red one possible instead?", "zh": "等等，red的可以吗？"}[language], "deny")
    assert "→ red" in talk.summary


def test_a_misspelt_answer_that_is_none_is_asked_again(shop: SmallShop) -> None:
    bought(shop, "delivered", "black")
    talk = Talk(shop)
    talk.say("return the desk lamp, no longer needed", "return_item")
    assert talk.say("the lamp was chepest then", "inform") == ["desk_again", "ask_confirm"]
