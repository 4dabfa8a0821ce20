"""Shoppers' words and the catalogue's: inflections, typing errors, colours, sizes, people, both languages."""

from __future__ import annotations

import pytest

from shop.vocabulary import has_cjk, mentions, normal_size, person_tag, same_colour, stems


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        ("running shoes", "Pacer 3 shoe for runners who run"),
        ("jaket", "Storm Shell Rain Jacket"),
        ("hedphones", "wireless headphones"),
        ("smart watch", "a smartwatch with GPS"),
        ("t-shirts", "Cotton T-Shirt"),
        ("the earbuds", "earbuds"),
        ("蓝牙耳机", "蓝牙 无线耳机"),
        ("跑步鞋", "跑步 跑鞋"),
        ("一双跑鞋", "跑鞋"),
        ("防水的夹克", "防水 夹克"),
        ("sony耳机", "Sony 头戴式耳机"),
    ],
)
def test_a_wish_is_met(wish: str, text: str) -> None:
    assert mentions(wish, text)


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        ("leather", "Feather 700 Down Jacket"),
        ("skirt", "linen shirt"),
        ("boots", "a book about boats"),
        ("wool socks", "cotton socks"),
        ("cat", "car"),
        ("蓝牙耳机", "蓝牙 音箱"),
        ("耳机", "机"),
        ("sony耳机", "头戴式耳机"),
        ("的", "我的"),
        ("the", "the jacket"),
        ("", "jacket"),
        ("!?", "jacket"),
    ],
)
def test_a_wish_is_not_met(wish: str, text: str) -> None:
    assert not mentions(wish, text)


def test_stems_leave_fillers_out_and_split_hyphens() -> None:
    assert stems("The running shoes, for me") == ("run", "shoe")
    assert stems("noise-cancelling") == ("noise-cancel", "nois", "cancel")
    assert stems("防水") == ()


@pytest.mark.parametrize(
    ("wish", "colour"),
    [
        ("blue", "navy"),
        ("Blue ", "Sky Blue"),
        ("gray", "grey"),
        ("gray", "charcoal"),
        ("navy blue", "navy"),
        ("dark blue", "navy"),
        ("light blue", "blue"),
        ("navy", "dark blue"),
        ("red", "burgundy"),
        ("white", "off-white"),
        ("蓝色", "navy"),
        ("深蓝色", "藏青"),
        ("浅灰色", "灰色"),
        ("红的", "酒红"),
        ("black", "黑色"),
        ("rose gold", "rose gold"),
    ],
)
def test_a_colour_satisfies_a_wish(wish: str, colour: str) -> None:
    assert same_colour(wish, colour)


@pytest.mark.parametrize(
    ("wish", "colour"),
    [
        ("navy", "sky blue"),
        ("light blue", "navy"),
        ("brown", "titanium"),  # "tan" is in it, but no tan
        ("red", "weathered oak"),
        ("blue", "red"),
        ("红色", "黑色"),
        ("blue", ""),
        ("藏青", "黄色"),
    ],
)
def test_a_colour_does_not_satisfy_a_wish(wish: str, colour: str) -> None:
    assert not same_colour(wish, colour)


def test_any_of_a_variants_colour_words_may_satisfy() -> None:
    assert same_colour("red", "rouge", "红色")
    assert not same_colour("red")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("medium", "M"),
        ("Size M", "M"),
        ("M码", "M"),
        ("M号", "M"),
        ("大码", "L"),
        ("中号", "M"),
        ("2xl", "XXL"),
        ("extra large", "XL"),
        ("42", "42"),
        ("42码", "42"),
        ("size 42", "42"),
        ("EU 42", "42"),
        ("US 9", "US9"),
        ("128 gb", "128GB"),
        ("128G", "128GB"),
        ("1T", "1TB"),
        ("500 ml", "500ML"),
        ("paperback", "PAPERBACK"),
        ("", ""),
    ],
)
def test_sizes_are_compared_by_one_name(text: str, size: str) -> None:
    assert normal_size(text) == size
    assert normal_size(size) == size


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("my father", "dad"),
        ("我爸", "dad"),
        ("妈妈", "mum"),
        ("my wife", "girlfriend"),
        ("女朋友", "girlfriend"),
        ("男朋友", "men"),
        ("我老公", "men"),
        ("女儿", "kids"),
        ("her", "women"),
        ("my neighbour", "my neighbour"),
    ],
)
def test_people_by_their_tag(text: str, tag: str) -> None:
    assert person_tag(text) == tag


@pytest.mark.parametrize(("text", "chinese"), [("有货吗", True), ("T恤", True), ("hello!", False), ("。", False)])
def test_chinese_is_recognised(text: str, chinese: bool) -> None:
    assert has_cjk(text) is chinese
