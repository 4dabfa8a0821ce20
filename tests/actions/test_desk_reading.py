"""From words to changes: which kind, of which order, of which goods; in English and in Chinese."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from actions.desk.filling import read_reason
from actions.desk.reading import Segment, find_jobs, segments
from actions.desk.words import kind_in, says
from language.clauses import split
from shop.orders import OrderView
from shop.policy import Kind, load_policy
from tests.actions.desk_orders import order
from tests.actions.turns import turn

WOK = ("Steel Wok", "碳钢炒锅", "cookware", "锅具", {"size": "32 cm"})
LAMP = ("Arc Desk Lamp", "护眼台灯", "lamp", "台灯", {"colour": "black"})
EARBUDS = ("Drift Earbuds", "降噪耳机", "earbuds", "真无线耳机", {"colour": "black"})
SHOES = ("Running Shoes", "缓震跑鞋", "running shoes", "跑鞋", {"size": "39"})
DELIVERED = order("#W1000003", WOK, LAMP, EARBUDS, days_ago=9)
PENDING = order("#W1000001", SHOES, status="pending", days_ago=1)
ELSEWHERE = order("#W1000002", EARBUDS, status="pending", days_ago=3, city="San Francisco")
ORDERS: tuple[OrderView, ...] = (PENDING, ELSEWHERE, DELIVERED)
ALLOWED: dict[Kind, set[str]] = {
    kind: {"#W1000003"} if kind in ("return_item", "exchange_item") else {"#W1000001", "#W1000002"}
    for kind in get_args(Kind)
}
NAMES = {each.id: each.names[0] for one in ORDERS for each in one.items}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("cancel my order", "cancel_order"),
        ("don't cancel it", None),
        ("上一单不要了", "cancel_order"),
        ("别取消", None),
        ("先别取消了", None),
        ("退台灯", "return_item"),
        ("台灯不退了", None),
        ("能不能退", "return_item"),
        ("我要退款", "return_item"),
        ("退款多久到账", None),
        ("退货政策是什么", None),
        ("鞋子换小一码", "exchange_item"),
        ("把炖锅换成6.5升的，差价用礼品卡付", "exchange_item"),
        ("耳机改用礼品卡支付", "change_payment"),
        ("改一下付款方式", "change_payment"),
        ("把收货地址改成默认地址", "change_address"),
        ("寄到我的默认地址", "change_address"),
        ("改一下我的默认地址", "change_default_address"),
        ("update my default address", "change_default_address"),
        ("change the address to my default address", "change_address"),
    ],
)
def test_the_kind_of_change_is_read_from_its_words(text: str, kind: str | None) -> None:
    assert kind_in(text) == kind


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("yes please", True, False),
        ("好的", True, False),
        ("嗯嗯", True, False),
        ("确认取消", True, False),
        ("可以下午送吗", False, False),
        ("对了，运费多少", False, False),
        ("好像不对", False, False),
        ("行不行", False, False),
        ("no, wait", False, True),
        ("不要", False, True),
        ("那就算了", False, True),
        ("好吧，算了", False, True),
        ("等下，先别取消", False, True),
        ("不是炖锅，是炒锅", False, True),
        ("不是我想要的", False, False),
        ("不想要了", False, False),
        ("不好用", False, False),
    ],
)
def test_yes_and_no(text: str, yes: bool, no: bool) -> None:
    assert (says("yes", text), says("no", text)) == (yes, no)


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("cancel_order", "买错了", "ordered by mistake"),
        ("cancel_order", "I ordered the wrong one", "ordered by mistake"),
        ("cancel_order", "不想要了", "no longer needed"),
        ("cancel_order", "I don't need it any more", "no longer needed"),
        ("return_item", "太小了", "does not fit"),
        ("return_item", "they don't fit", "does not fit"),
        ("return_item", "质量不好", "not as expected"),
        ("return_item", "不是我想要的", "not as expected"),
        ("return_item", "台灯", ""),
        ("return_item", "the lamp", ""),
    ],
)
def test_a_reason_is_understood_in_the_shopper_s_own_words(kind: str, text: str, code: str) -> None:
    rule: Any = load_policy().changes.model_dump()[kind]
    reasons = getattr(getattr(load_policy().changes, kind), "reasons")  # noqa: B009
    assert code in ("", *(reason["code"] for reason in rule["reasons"]))
    assert read_reason(text, reasons) == code


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("退台灯，另外把耳机换成白色", ["退台灯", "另外把耳机换成白色"]),
        ("取消耳机那单，顺便把跑鞋改成41码", ["取消耳机那单", "顺便把跑鞋改成41码"]),
        ("退炒锅然后帮我取消耳机", ["退炒锅", "然后帮我取消耳机"]),
        ("换成黑色，没有的话就退掉", ["换成黑色", "没有的话就退掉"]),
        ("换成黑色，没有的话就换白色", ["换成黑色，没有的话就换白色"]),
        ("除了台灯，其他都退", ["除了台灯，其他都退"]),
    ],
)
def test_a_chinese_message_is_split_where_a_request_begins(text: str, clauses: list[str]) -> None:
    assert [text[start:end] for start, end in split(text)] == clauses


def wanted(kind: Kind, text: str) -> dict[tuple[str, str], set[str]]:
    """(kind, order) -> names of goods."""
    found = find_jobs(Segment(kind, text), ORDERS, ALLOWED)
    assert not found.unclear
    return {(job.kind, job.order_number): {NAMES[target.item_id] for target in job.targets} for job in found.jobs}


ALL_BUT_LAMP = {("return_item", "#W1000003"): {"Steel Wok", "Drift Earbuds"}}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("return_item", "return everything but the lamp", ALL_BUT_LAMP),
        ("return_item", "除了台灯，W1000003的其他东西都退了吧", ALL_BUT_LAMP),
        ("return_item", "台灯留下，其他都退", ALL_BUT_LAMP),
        ("return_item", "除了台灯都退", ALL_BUT_LAMP),
        ("return_item", "炒锅和台灯都退", {("return_item", "#W1000003"): {"Steel Wok", "Arc Desk Lamp"}}),
        ("return_item", "W1000003只退炒锅，其他留着", {("return_item", "#W1000003"): {"Steel Wok"}}),
        ("return_item", "我不想退台灯，我想退炒锅", {("return_item", "#W1000003"): {"Steel Wok"}}),
        ("exchange_item", "鞋子换小一码", {("change_items", "#W1000001"): {"Running Shoes"}}),
        ("exchange_item", "swap the running shoes", {("change_items", "#W1000001"): {"Running Shoes"}}),
        ("cancel_order", "取消最近的订单", {("cancel_order", "#W1000001"): set()}),
        ("cancel_order", "cancel my last order", {("cancel_order", "#W1000001"): set()}),
        (
            "cancel_order",
            "取消全部订单",
            {("cancel_order", "#W1000001"): set(), ("cancel_order", "#W1000002"): set()},
        ),
    ],
)
def test_orders_and_goods_are_found(kind: Kind, text: str, expected: dict[tuple[str, str], set[str]]) -> None:
    assert wanted(kind, text) == expected


@pytest.mark.parametrize("text", ["取消订单", "cancel an order"])
def test_which_order_stays_open_where_several_fit(text: str) -> None:
    found = find_jobs(Segment("cancel_order", text), ORDERS, ALLOWED)
    assert not found.jobs
    assert {each.number for each in found.unclear_orders} == {"#W1000001", "#W1000002"}


def parts(*clauses: tuple[str, str]) -> list[Segment]:
    """The changes read from clauses with their intents."""
    asked = turn(text=" ".join(text for text, _ in clauses))
    asked._message["clauses"] = [{"text": text, "lead": " ", "intent": {"name": name}} for text, name in clauses]
    return segments(asked)


@pytest.mark.parametrize(
    ("clauses", "kinds"),
    [
        ([("退台灯", "return_item"), ("另外把耳机换成白色", "change_items")], ["return_item", "exchange_item"]),
        ([("I bought it last week.", "inform"), ("return the lamp", "return_item")], ["return_item"]),
        ([("鞋子大了", "inform"), ("换小一码", "exchange_item")], ["exchange_item"]),
    ],
)
def test_clauses_become_changes(clauses: list[tuple[str, str]], kinds: list[str]) -> None:
    assert [segment.kind for segment in parts(*clauses)] == kinds


@pytest.mark.parametrize(
    "clauses",
    [
        [("换成42码黑色", "exchange_item"), ("没有的话就退掉", "return_item")],
        [("exchange it for black.", "exchange_item"), ("If there is none, return it", "return_item")],
    ],
)
def test_what_to_do_where_a_wish_cannot_be_met_is_kept_for_then(clauses: list[tuple[str, str]]) -> None:
    (segment,) = parts(*clauses)
    assert segment.kind == "exchange_item"
    assert kind_in(segment.otherwise) == "return_item"
