from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.tau2_retail.expected import expected
from benchmarks.tau2_retail.playing import tells
from benchmarks.tau2_retail.state import ShopState, differences
from shop.policy import load_policy
from tests.benchmarks.tau2_shop import small_shop

ROOT = Path(__file__).resolve().parents[2]


def after(*actions: tuple[str, dict[str, Any]]) -> ShopState:
    shop = small_shop()
    before = copy.deepcopy(shop)
    found = expected(shop, [{"name": name, "arguments": arguments} for name, arguments in actions])
    assert shop == before, "the shop of the file must stay as it is"
    return found.state


def test_looking_changes_nothing() -> None:
    assert after(("get_order_details", {"order_id": "#W1000001"})) == after()


def test_a_cancelled_order_gives_all_back_and_gift_cards_at_once() -> None:
    state = after(("cancel_pending_order", {"order_id": "#W1000001", "reason": "no longer needed"}))
    order = state.orders["#W1000001"]
    assert (order.status, order.cancel_reason, order.paid) == ("cancelled", "no longer needed", ())
    assert state.users["ada_park_1234"].balances == (("gift_card_1", 10_000),)


def test_changed_items_cost_their_difference() -> None:
    arguments = {
        "order_id": "#W1000001",
        "item_ids": ["11"],
        "new_item_ids": ["12"],
        "payment_method_id": "gift_card_1",
    }
    state = after(("modify_pending_order_items", arguments))
    assert state.orders["#W1000001"].items == (("12", 2550), ("21", 3000))
    assert state.orders["#W1000001"].paid == (("gift_card_1", 5550),)
    assert state.users["ada_park_1234"].balances == (("gift_card_1", 4450),)


def test_another_payment_method_pays_all() -> None:
    state = after(("modify_pending_order_payment", {"order_id": "#W1000001", "payment_method_id": "paypal_1"}))
    assert state.orders["#W1000001"].paid == (("paypal_1", 5000),)
    assert state.users["ada_park_1234"].balances == (("gift_card_1", 10_000),)


def test_returns_and_exchanges_move_no_money_yet() -> None:
    give = {"order_id": "#W1000002", "payment_method_id": "paypal_1"}
    returned = after(("return_delivered_order_items", {**give, "item_ids": ["31"]})).orders["#W1000002"]
    exchanged = after(("exchange_delivered_order_items", {**give, "item_ids": ["12"], "new_item_ids": ["11"]}))
    assert (returned.status, returned.given_back) == ("return_requested", (("31", ""),))
    assert returned.paid == (("paypal_1", 10_550),)
    assert exchanged.orders["#W1000002"].given_back == (("12", "11"),)
    assert exchanged.orders["#W1000002"].given_back_method == "paypal_1"


def test_addresses_of_orders_and_customers() -> None:
    street = {
        "address1": "1 Oak St",
        "address2": "",
        "city": "Boulder",
        "state": "CO",
        "zip": "80301",
        "country": "USA",
    }
    state = after(
        ("modify_pending_order_address", {"order_id": "#W1000001", **street}),
        ("modify_user_address", {"user_id": "ada_park_1234", **street}),
    )
    assert state.orders["#W1000001"].address == state.users["ada_park_1234"].address
    assert state.orders["#W1000001"].address[0] == "1 Oak St"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("cancel_pending_order", {"order_id": "#W9", "reason": "no longer needed"}),
        ("cancel_pending_order", {"order_id": "#W1000002", "reason": "no longer needed"}),
        (
            "return_delivered_order_items",
            {"order_id": "#W1000001", "item_ids": ["11"], "payment_method_id": "paypal_1"},
        ),
        ("modify_pending_order_payment", {"order_id": "#W1000001", "payment_method_id": "gift_card_1"}),
        (
            "exchange_delivered_order_items",
            {"order_id": "#W1000002", "item_ids": ["12"], "new_item_ids": ["99"], "payment_method_id": "paypal_1"},
        ),
        (
            "exchange_delivered_order_items",
            {"order_id": "#W1000002", "item_ids": ["12"], "new_item_ids": ["13"], "payment_method_id": "gift_card_1"},
        ),
    ],
)
def test_what_tau2s_tools_refuse_is_named_and_changes_nothing(name: str, arguments: dict[str, Any]) -> None:
    shop = small_shop()
    found = expected(shop, [{"name": name, "arguments": arguments}])
    assert found.state == expected(shop, []).state
    assert [each.split(":")[0] for each in found.refused] == [name]


def test_differences_are_missing_wrong_or_extra() -> None:
    before = after()
    cancelled = after(("cancel_pending_order", {"order_id": "#W1000001", "reason": "no longer needed"}))
    mistaken = after(("cancel_pending_order", {"order_id": "#W1000001", "reason": "ordered by mistake"}))
    assert {d.kind for d in differences(before, cancelled, before)} == {"missing"}
    assert {d.kind for d in differences(before, before, cancelled)} == {"extra"}
    wrong = differences(before, cancelled, mistaken)
    assert [(d.kind, d.field) for d in wrong] == [("wrong", "cancel_reason")]
    assert differences(before, cancelled, cancelled) == []


@pytest.mark.parametrize(
    ("words", "info", "told"),
    [("It is $1,095.55.", "1095.55", True), ("Red Cotton", "cotton", True), ("$95", "96", False)],
)
def test_information_is_looked_for_as_tau2_does(words: str, info: str, told: bool) -> None:
    assert tells(words, info) is told


def test_the_policy_file_is_the_one_of_the_documentation() -> None:
    file = ROOT / "benchmarks" / "tau2_retail" / "policy.yml"
    page = (ROOT / "docs" / "policy.md").read_text("utf-8")
    assert load_policy(file).identity == ("email", "name_and_postcode")
    assert yaml.safe_load(page.split("```yaml\n")[1].split("```")[0]) == yaml.safe_load(file.read_text("utf-8"))
