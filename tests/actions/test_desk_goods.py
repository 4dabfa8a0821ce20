"""Goods as shoppers name them, in English and in Chinese."""

from __future__ import annotations

import pytest

from actions.desk.goods import about, all_but, find_mentions, owned_of
from shop.orders import OrderView
from tests.actions.desk_orders import order

ORDERS = (
    order(
        "#W1000001",
        ("Trail 3 Running Shoes", "追风 3 缓震跑鞋", "running shoes", "跑鞋", {"size": "39", "colour": "navy"}),
        ("Page 7 E-Reader", "Page 7 防水阅读器", "e-reader", "电子书阅读器", {"colour": "black"}),
        ("Fabric Case for Page 7", "Page 7 布艺保护套", "e-reader case", "阅读器保护套", {"colour": "grey"}),
    ),
    order(
        "#W1000002",
        ("Steel Wok", "碳钢炒锅", "cookware", "锅具", {"size": "32 cm"}),
        ("Dutch Oven", "珐琅铸铁炖锅", "cookware", "锅具", {"colour": "red"}),
        ("Arc Desk Lamp", "护眼台灯", "lamp", "台灯", {"colour": "black"}),
        ("The Quiet Orbit", "寂静轨道", "novel", "小说", {"format": "paperback"}),
        ("Ten Thousand Lamps", "万盏灯", "novel", "小说", {"format": "paperback"}),
    ),
)


def named(text: str, orders: tuple[OrderView, ...] = ORDERS) -> list[set[str]]:
    """For each mention, the English names of what may be meant."""
    return [{each.item.names[0] for each in mention.owned} for mention in find_mentions(text, owned_of(orders))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("return the running shoes", [{"Trail 3 Running Shoes"}]),
        ("return the runing shoes and the wok", [{"Trail 3 Running Shoes"}, {"Steel Wok"}]),
        ("the desk lamp", [{"Arc Desk Lamp"}]),
        ("my novels", [{"The Quiet Orbit", "Ten Thousand Lamps"}]),
        ("where is it?", []),
        ("退台灯", [{"Arc Desk Lamp"}]),
        ("鞋子大了，想换小一码", [{"Trail 3 Running Shoes"}]),
        ("书和鞋都想退", [{"The Quiet Orbit", "Ten Thousand Lamps"}, {"Trail 3 Running Shoes"}]),
        ("那盏灯不亮", [{"Arc Desk Lamp"}]),
        ("把万盏灯退了", [{"Ten Thousand Lamps"}]),
        ("阅读器的保护套", [{"Fabric Case for Page 7"}]),
        ("那个锅太重了", [{"Steel Wok", "Dutch Oven"}]),
        ("那个锅想退，就是炖锅", [{"Dutch Oven"}]),
        ("看一下说明书", []),
        ("订单怎么还没到", []),
    ],
)
def test_goods_are_found_by_names_kinds_and_ordinary_words(text: str, expected: list[set[str]]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "kept", "asked"),
    [
        ("退炒锅，台灯不退", {"Arc Desk Lamp"}, {"Steel Wok"}),
        ("我不想退台灯，我想退炒锅", {"Arc Desk Lamp"}, {"Steel Wok"}),
        ("台灯留着，退炒锅", {"Arc Desk Lamp"}, {"Steel Wok"}),
        ("return the wok but keep the desk lamp", {"Arc Desk Lamp"}, {"Steel Wok"}),
        ("台灯不要了，退掉", set(), {"Arc Desk Lamp"}),
    ],
)
def test_what_shall_stay_is_told_from_what_is_asked_for(text: str, kept: set[str], asked: set[str]) -> None:
    found = find_mentions(text, owned_of(ORDERS))
    assert {each.item.names[0] for mention in found if mention.kept for each in mention.owned} == kept
    assert {each.item.names[0] for mention in found if not mention.kept for each in mention.owned} == asked


@pytest.mark.parametrize(
    ("text", "plural"),
    [("锅都退了", True), ("两个锅退了", True), ("锅退了", False), ("both woks", True), ("the wok", False)],
)
def test_several_of_a_kind_are_heard(text: str, plural: bool) -> None:
    assert [mention.plural for mention in find_mentions(text, owned_of(ORDERS))] == [plural]


@pytest.mark.parametrize("text", ["和台灯一起买的炒锅想退", "the wok that I bought with the desk lamp"])
def test_goods_that_only_tell_the_order_are_beside_the_matter(text: str) -> None:
    found = find_mentions(text, owned_of(ORDERS))
    assert {m.owned[0].item.names[0]: m.beside for m in found} == {"Arc Desk Lamp": True, "Steel Wok": False}


@pytest.mark.parametrize(
    ("text", "left_out", "still_said"),
    [
        ("everything but the lamp", "the lamp", "everything"),
        ("除了台灯，其他都退", "台灯", "其他都退"),
        ("除了台灯和书以外全部退掉", "台灯和书", "全部退掉"),
        ("台灯留下，其他都退", "台灯", "其他都退"),
        ("其他都退，书不用退", "书", "其他都退"),
        ("全部退掉", "", "全部退掉"),
    ],
)
def test_what_is_left_out_is_told_from_the_rest(text: str, left_out: str, still_said: str) -> None:
    rest, out = all_but(text)
    assert out.strip() == left_out
    assert still_said in rest


def test_what_is_said_of_one_line_is_not_said_of_another() -> None:
    owned = owned_of(ORDERS)
    lamp = next(each.item.id for each in owned if each.item.names[0] == "Arc Desk Lamp")
    wok = next(each.item.id for each in owned if each.item.names[0] == "Steel Wok")
    text = "台灯换成白色，炒锅换成36厘米"
    assert "白色" in about(text, lamp, owned)
    assert "36" not in about(text, lamp, owned)
    assert "36" in about(text, wok, owned)
    assert "白色" not in about(text, wok, owned)
