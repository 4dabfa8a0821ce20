"""Where the money is: sent, waiting for goods, or not due; always of the order where it moved last."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.refund_status import RefundStatus
from actions.turn import Turn
from shop.changes import CancelOrder, ItemChoice, ReturnItem, receive_goods
from shop.settings import Settings
from shop.tables import Base
from shop.unit_of_work import Database
from tests.actions.turns import answers, tracker
from tests.shop.small_shop import SmallShop, small_shop


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    database = Database.from_settings(Settings(state_dir=tmp_path, database_url=""))
    Base.metadata.create_all(database.engine)
    return small_shop(database)


def ask(shop: SmallShop, number: str = "", language: str = "en") -> list[dict[str, Any]]:
    """The answers to "where is my refund?", of one order where it is named."""
    entities = [("order_number", number)] if number else []
    said = tracker("?", entities, {"language": language}, shop.conversation_id)
    services: Any = SimpleNamespace(database=shop.database, policy=shop.policy)
    asking = Turn(CollectingDispatcher(), said, services)
    RefundStatus(services, None).handle(asking)  # type: ignore[arg-type]
    asking.finish()
    return [answer for answer in answers(asking) if answer.get("response", "").startswith("utter_")]


def returned(shop: SmallShop) -> tuple[str, int]:
    """An order whose red lamp is on its way back, and its change."""
    number = shop.order("delivered", {"red": 1, "linear": 1}, {"card": 12_495})
    red = ItemChoice(item_id=shop.items(number)["red"])
    return number, shop.make(ReturnItem(order_number=number, items=[red], reason="no longer needed")).proposal_id


def test_without_anything_that_goes_back(shop: SmallShop) -> None:
    shop.order("pending", {"black": 1}, {"card": 4_495})
    assert [answer["response"] for answer in ask(shop)] == ["utter_no_refund"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "goes back to your"), ("zh", "收到退回商品并检查后")], ids=["en", "zh"]
)
def test_money_that_waits_for_the_goods(shop: SmallShop, language: str, words: str) -> None:
    number, _ = returned(shop)
    (told,) = ask(shop, language=language)
    assert (told["response"], told["number"]) == ("utter_order_facts", number)
    assert "$30.00" in told["lines"]
    assert words in told["lines"]


def test_money_that_was_sent_when_the_goods_came(shop: SmallShop) -> None:
    number, change = returned(shop)
    with shop.database.work() as unit:
        receive_goods(unit.session, change, "staff:1")
        unit.commit()
    sent, details = ask(shop, number)
    assert (sent["response"], sent["amount"]) == ("utter_refunded", "$30.00")
    assert "once the goods are back" not in details["lines"]


def test_the_order_where_money_moved_last_is_told(shop: SmallShop) -> None:
    first = shop.order("pending", {"black": 1}, {"card": 4_495}, days_ago=3)
    returned(shop)
    shop.make(CancelOrder(order_number=first, reason="no longer needed"))
    sent, details = ask(shop)
    assert (sent["response"], sent["number"], sent["amount"]) == ("utter_refunded", first, "$44.95")
    assert "$44.95 goes back to your" in details["lines"]


def test_an_order_that_is_named_and_has_none(shop: SmallShop) -> None:
    returned(shop)
    other = shop.order("delivered", {"black": 1}, {"card": 4_495})
    assert [(each["response"], each["number"]) for each in ask(shop, other)] == [("utter_not_refunded", other)]
