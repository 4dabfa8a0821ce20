"""Questions of fact about one's own orders and account: what is asked is answered, and nobody else's is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import actions.facts
from actions.facts import asked
from actions.order_details import AccountBalance, OrderDetails
from actions.order_facts import asked_facts
from shop.changes import ChangeItems, ItemChoice, ReturnItem, Swap
from shop.clock import now
from shop.settings import Settings
from shop.tables import Base, Order, Payment, PaymentMethod, Variant
from shop.unit_of_work import Database
from tests.actions.turns import answers, turn
from tests.shop.small_shop import SmallShop, small_shop

HOME = "Emma Clarke, 48 Heron Way, Seattle, WA 98103, United States"


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    database = Database.from_settings(Settings(state_dir=tmp_path, database_url=""))
    Base.metadata.create_all(database.engine)
    return small_shop(database)


def ask(
    shop: SmallShop, text: str, *entities: tuple[str, str], skill: Any = OrderDetails, **slots: Any
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The answers, and the slots remembered."""
    said = {"entities": list(entities), "slots": {"language": "en", **slots}}
    asking = turn(shop.database, text, conversation_id=shop.conversation_id, **said)
    events = skill(asking.services, None).handle(asking)
    asking.finish()
    return answers(asking), {event["name"]: event["value"] for event in events}


def lines(shop: SmallShop, text: str, *entities: tuple[str, str], **slots: Any) -> list[str]:
    """The lines of all answers."""
    messages, _ = ask(shop, text, *entities, **slots)
    return [line for message in messages for line in message.get("lines", "").split("\n")]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("what's the tracking number", ["tracking"]),
        ("trackng no pls", ["tracking"]),
        ("which address was it sent to", ["address"]),
        ("how much did I pay for my last order", ["paid"]),
        ("what was the total price of my order", ["total"]),
        ("when did I place it and when was it delivered", ["placed", "delivered"]),
        ("which payment method did I use", ["payment"]),
        ("the most expensive item and its price", ["most_expensive"]),
        ("the address, the tracking number and the storage of the tablet", ["tracking", "address", "options"]),
        ("order details please", []),
        ("运单号是多少，寄到哪了", ["tracking", "address"]),
        ("我上一单付了多少钱", ["paid"]),
        ("哪天下的单，怎么付的钱", ["placed", "payment"]),
        ("里面最贵的是什么", ["most_expensive"]),
        ("运费收了多少", ["shipping"]),
        ("订单号是W1234567", []),
    ],
)
def test_what_a_question_is_after(text: str, facts: list[str]) -> None:
    assert asked_facts(text, about_items=False) == facts


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("how much did I pay for the lamp", ["price"]),
        ("how much did I pay for the order with the lamp", ["price", "paid"]),
        ("total price of all the lamps I bought", ["price"]),
        ("台灯多少钱买的", ["price"]),
    ],
)
def test_with_goods_named_a_price_is_theirs(text: str, facts: list[str]) -> None:
    assert set(asked_facts(text, about_items=True)) == set(facts)


def test_every_label_and_word_is_in_both_languages() -> None:
    data = yaml.safe_load(Path(actions.facts.__file__).with_name("facts.yml").read_text("utf-8"))
    labels = [fact["label"] for group in ("order", "account") for fact in data[group].values()]
    for words in [*labels, *data["words"].values(), *data["state"].values()]:
        assert set(words) == {"en", "zh"}
        assert all(words.values())


def test_several_facts_of_the_order_meant_by_its_goods(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 4_495})
    shop.order("pending", {"linear": 1}, {"card": 9_495})
    messages, slots = ask(shop, "which address was the lamp sent to and what's the tracking number?")
    (message,) = messages
    assert (message["response"], message["number"], message["items"]) == ("utter_order_facts", number, "Desk lamp")
    assert message["lines"].split("\n") == ["Tracking number: 1Z · UPS", f"Sent to: {HOME}"]
    assert slots == {"current_order": number, "last_skill": "order_details"}


@pytest.mark.parametrize("spelling", ["#W", "w ", "W"])
def test_an_order_is_meant_by_its_number_however_it_is_spelt(shop: SmallShop, spelling: str) -> None:
    number = shop.order("delivered", {"black": 1}, {"card": 4_495}, days_ago=30)
    shop.order("pending", {"linear": 1}, {"card": 9_495})
    said = spelling + number.removeprefix("#W")
    assert lines(shop, f"what did I pay for {said}?", ("order_number", said)) == ["Paid: $44.95 (Emma's card)"]


def test_a_number_that_is_not_there_is_said_to_be_missing(shop: SmallShop) -> None:
    shop.order("pending", {"linear": 1}, {"card": 9_495})
    messages, _ = ask(shop, "what did I pay for #W9999999", ("order_number", "#W9999999"))
    (message,) = messages
    assert (message["response"], message["number"]) == ("utter_order_not_found", "#W9999999")
    assert "Keyboard" in message["buttons"][0]["title"]


def test_what_was_never_ordered_is_not_told_of_another_order(shop: SmallShop) -> None:
    shop.order("pending", {"linear": 1}, {"card": 9_495})
    messages, slots = ask(shop, "how much was the sofa", ("product", "sofa"))
    assert [(message["response"], message["product"]) for message in messages] == [("utter_not_ordered", "sofa")]
    assert "current_order" not in slots


def test_a_strangers_order_is_unknown(shop: SmallShop) -> None:
    theirs = shop.order("delivered", {"black": 1}, {"card": 4_495})
    customer_id, shop.methods = shop.customer()
    shop.conversation_id, shop.customer_id = shop.conversation(customer_id), customer_id
    shop.order("pending", {"linear": 1}, {"card": 9_495})
    messages, _ = ask(shop, f"what address was {theirs} sent to", ("order_number", theirs))
    assert [message["response"] for message in messages] == ["utter_order_not_found"]
    assert "Heron" not in str(messages)


def test_the_newest_order_is_guessed_and_the_others_are_offered_for_the_same_question(shop: SmallShop) -> None:
    older = shop.order("delivered", {"black": 1}, {"card": 4_495}, days_ago=9)
    newest = shop.order("delivered", {"linear": 1}, {"card": 9_495}, days_ago=2)
    messages, _ = ask(shop, "what's the tracking number?")
    assert messages[0]["number"] == newest
    (choice,) = messages[0]["buttons"]
    assert older in choice["title"]
    tapped = ask(shop, "", ("order_number", older), ("question", "what's the tracking number?"))[0]
    assert tapped[0]["lines"] == "Tracking number: 1Z · UPS"


def test_what_was_talked_about_is_meant_until_something_else_is_named(shop: SmallShop) -> None:
    older = shop.order("delivered", {"black": 1}, {"card": 4_495}, days_ago=9)
    newest = shop.order("delivered", {"linear": 1}, {"card": 9_495}, days_ago=2)
    assert ask(shop, "and which address?", current_order=older)[0][0]["number"] == older
    assert ask(shop, "which address for my last order?", current_order=older)[0][0]["number"] == newest


def test_orders_are_picked_by_state_and_place(shop: SmallShop) -> None:
    gone = shop.order("cancelled", {"black": 1}, {"card": 4_495}, days_ago=9)
    away = shop.order("delivered", {"red": 1}, {"card": 3_495}, days_ago=5)
    shop.order("pending", {"linear": 1}, {"card": 9_495}, days_ago=1)
    moved = {**shop.look(away).shipping_address, "city": "Austin", "region": "TX"}
    shop.set(Order, shop.look(away).id, shipping_address=moved)
    assert ask(shop, "the total of my cancelled order")[0][0]["number"] == gone
    assert ask(shop, "when was the order sent to Texas by accident placed")[0][0]["number"] == away
    assert ask(shop, "寄到德州的那单总价多少", language="zh")[0][0]["number"] == away


def test_several_orders_are_told_one_by_one_and_added_up(shop: SmallShop) -> None:
    shop.order("delivered", {"black": 1}, {"card": 4_495}, days_ago=9)
    shop.order("delivered", {"linear": 1}, {"paypal": 9_495}, days_ago=2)
    messages, _ = ask(shop, "how much did I pay for all my orders?")
    assert [message.get("lines") for message in messages[:2]] == [
        "Paid: $94.95 (Emma's paypal)",
        "Paid: $44.95 (Emma's card)",
    ]
    assert (messages[2]["response"], messages[2]["amount"]) == ("utter_orders_together", "$139.90")


def test_the_status_of_two_orders_is_set_side_by_side(shop: SmallShop) -> None:
    numbers = [shop.order(status, {"black": 1}, {"card": 4_495}) for status in ("pending", "shipped")]
    entities = [("order_number", number) for number in numbers]
    messages, _ = ask(shop, "what's the difference in status?", *entities)
    assert [message["lines"].split("\n")[0] for message in messages] == ["Status: being prepared", "Status: on its way"]
    assert all("Placed: " in message["lines"] for message in messages)


def test_which_options_the_goods_have(shop: SmallShop) -> None:
    number = shop.order("delivered", {"black": 1, "white": 2, "linear": 1}, {"card": 23_495})
    messages, _ = ask(shop, "what colour are the lamps I ordered?")
    (message,) = messages
    assert (message["response"], message["number"]) == ("utter_items_ordered", number)
    assert message["lines"].split("\n") == ["Desk lamp (colour black)", "2 × Desk lamp (colour white)"]


def test_only_the_option_asked_for_is_told(shop: SmallShop) -> None:
    shop.order("delivered", {"black": 1}, {"card": 4_495})
    options, options_zh = {"colour": "black", "power": "USB"}, {"颜色": "黑色", "供电": "USB"}
    shop.set(Variant, shop.variants["black"], options=options, options_zh=options_zh)
    assert lines(shop, "what power does the lamp I bought use, which option") == ["Desk lamp (power USB)"]
    assert lines(shop, "我买的台灯是什么颜色", language="zh") == ["台灯（颜色 黑色）"]


def test_prices_of_goods_are_added_up_over_orders(shop: SmallShop) -> None:
    first = shop.order("delivered", {"black": 2}, {"card": 8_495}, days_ago=9)
    second = shop.order("delivered", {"red": 1}, {"card": 3_495}, days_ago=2)
    assert lines(shop, "total price for all the lamps I have bought") == [
        f"Desk lamp (colour red) · $30.00 · {second}",
        f"2 × Desk lamp (colour black) · $80.00 ($40.00 each) · {first}",
        "Together: $110.00",
    ]


def test_what_went_back_is_not_in_the_sum(shop: SmallShop) -> None:
    shop.order("cancelled", {"black": 1}, {"card": 4_495}, days_ago=9)
    number = shop.order("delivered", {"red": 1, "white": 1}, {"card": 8_495}, days_ago=2)
    red = ItemChoice(item_id=shop.items(number)["red"])
    shop.make(ReturnItem(order_number=number, items=[red], reason="no longer needed"))
    told = lines(shop, "what do all the lamps I ordered cost together?")
    assert told[-1] == "Together, without what was returned or cancelled: $50.00"
    assert any("$30.00 · returned" in line for line in told)
    assert any(line.endswith("cancelled") for line in told)


def test_the_rest_of_an_order_after_a_return(shop: SmallShop) -> None:
    number = shop.order("delivered", {"red": 1, "linear": 1}, {"card": 12_495})
    red = ItemChoice(item_id=shop.items(number)["red"])
    shop.make(ReturnItem(order_number=number, items=[red], reason="no longer needed"))
    told = lines(shop, "what is the total for the remaining items in that order?", current_order=number)
    assert told == [
        "Status: return requested",
        "Total: $94.95 (including $4.95 for delivery, without what was returned)",
    ]


def test_what_was_paid_follows_a_change(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    swap = Swap(item_id=shop.items(number)["black"], variant_id=shop.variants["white"])
    shop.make(ChangeItems(order_number=number, swaps=[swap], payment_method_id=shop.methods["gift"]))
    assert lines(shop, "how much did I pay for my order?") == [
        "Paid: $54.95 (Emma's card $44.95 and Emma's gift $10.00)"
    ]


def test_the_dearest_and_the_cheapest_item(shop: SmallShop) -> None:
    shop.order("pending", {"black": 2, "linear": 1}, {"card": 17_495})
    assert lines(shop, "which item is the most expensive and which the cheapest?") == [
        "Most expensive: Keyboard (switches linear) · $90.00",
        "Cheapest: 2 × Desk lamp (colour black) · $80.00 ($40.00 each)",
    ]


def test_what_is_not_known_is_said_to_be_not_recorded(shop: SmallShop) -> None:
    shop.order("pending", {"black": 1}, {})
    assert lines(shop, "tracking number, when was it delivered and what did I pay?") == [
        "Delivered: not yet",
        "Tracking number: none yet · being prepared",
        "Paid: none recorded",
    ]


def test_an_order_whose_money_went_back(shop: SmallShop) -> None:
    shop.order("cancelled", {"black": 1}, {"card": 4_495})
    with shop.database.work() as unit:
        row = unit.session.query(Order).one()
        row.payments.append(Payment(payment_method_id=shop.methods["card"], amount_cents=-4_495, at=now()))
        unit.commit()
    assert lines(shop, "how much did I pay and with which card?") == [
        "Status: cancelled",
        "Paid: nothing any more, all of it went back to you",
    ]


def test_without_a_fact_the_order_is_told_in_short_with_its_card(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    messages, _ = ask(shop, "order details please")
    overview, card = messages
    assert (overview["response"], overview["total"], overview["status"]) == (
        "utter_order_overview",
        "$44.95",
        "being prepared",
    )
    assert card["custom"]["order"]["number"] == number


def test_a_customer_without_orders(shop: SmallShop) -> None:
    assert ask(shop, "what did I pay?")[0][0]["response"] == "utter_no_orders"


def test_answers_in_chinese(shop: SmallShop) -> None:
    shop.order("pending", {"black": 1}, {"card": 4_495})
    assert lines(shop, "我上一单付了多少钱，寄到哪了", language="zh") == [
        f"收货地址：{HOME}",
        "实付：$44.95（Emma's card）",
    ]


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("what's my gift card balance", "en", ["Gift card balance: $60.00 (Emma's gift)"]),
        ("which cards do you have saved", "en", ["Saved payment methods: Emma's card, Emma's paypal and Emma's gift"]),
        ("what address do you have for me", "en", [f"Default address: {HOME.removeprefix('Emma Clarke, ')}"]),
        ("我礼品卡还有多少钱", "zh", ["礼品卡余额：$60.00（Emma's gift）"]),
        ("我的默认地址是什么", "zh", [f"默认地址：{HOME.removeprefix('Emma Clarke, ')}"]),
    ],
)
def test_the_account(shop: SmallShop, text: str, language: str, told: list[str]) -> None:
    assert lines(shop, text, skill=AccountBalance, language=language) == told


def test_all_of_the_account(shop: SmallShop) -> None:
    assert [line.split(":")[0] for line in lines(shop, "show my account", skill=AccountBalance)] == [
        "Gift card balance",
        "Saved payment methods",
        "Default address",
    ]


def test_the_balance_is_right_after_a_change(shop: SmallShop) -> None:
    number = shop.order("pending", {"black": 1}, {"card": 4_495})
    swap = Swap(item_id=shop.items(number)["black"], variant_id=shop.variants["white"])
    shop.make(ChangeItems(order_number=number, swaps=[swap], payment_method_id=shop.methods["gift"]))
    assert lines(shop, "gift card balance?", skill=AccountBalance) == ["Gift card balance: $50.00 (Emma's gift)"]


def test_an_account_without_a_gift_card(shop: SmallShop) -> None:
    with shop.database.work() as unit:
        unit.session.delete(unit.session.get(PaymentMethod, shop.methods["gift"]))
        unit.commit()
    assert lines(shop, "gift card balance?", skill=AccountBalance) == ["Gift card balance: none saved"]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("how much is left on my gift card", ["gift_card"]),
        ("what are the last four digits of the card you've got for me", ["methods"]),
        ("give me my address and payment methods on file", ["methods", "address"]),
        ("my account info please", []),
        ("我绑定了哪些付款方式", ["methods"]),
    ],
)
def test_what_of_the_account_is_asked(text: str, facts: list[str]) -> None:
    assert asked("account", text) == facts
