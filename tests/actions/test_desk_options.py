"""What shoppers say about options, as table: product, variant they have, words, variants that come of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.desk.options import Choice, OptionWish, Picked, described, pick, read_wish, says_nothing


def variants(*gone: str, **options: str) -> list[Choice]:
    """Every combination of ``option="a|b|c"``, each dearer than the one before; ``gone`` are sold out."""
    names = [name.replace("_", " ") for name in options]
    combined = product(*(values.split("|") for values in options.values()))
    return [
        Choice(n, dict(zip(names, values, strict=True)), {}, 1000 + n * 100, "/".join(values) not in gone)
        for n, values in enumerate(combined, 1)
    ]


SHOP = {
    "lantern": variants(
        "blue/high/USB",
        colour="black|white|blue|red",
        brightness="low|medium|high",
        power_source="USB|battery|AC adapter",
    ),
    "boots": variants(size="7|8|9|10", color="black|blue|red|white", material="leather|mesh", waterproof="yes|no"),
    "console": variants(
        storage="64GB|128GB|256GB", RAM="4GB|8GB", screen_size="5.8-inch|6.1-inch", color="black|gold|rose gold"
    ),
    "keypad": variants(
        "clicky/RGB/full size",
        switch_type="clicky|linear|tactile",
        backlight="RGB|white|none",
        size="60%|80%|full size",
    ),
    "hoodie": variants(size="S|M|L|XL", color="navy|red|white", material="cotton|polyester", style="crew neck|v-neck"),
    "goggles": variants(frame_color="black|brown", lens_color="black|brown|green", lens_type="polarized|non-polarized"),
    "buds": variants(color="black|blue", battery_life="4 hours|8 hours", water_resistance="IPX4|IPX7|not resistant"),
    "kit": variants(pieces="500|1000|1500|2000", theme="animals|art", difficulty_level="beginner|intermediate|expert"),
    "shelf": variants(material="wood|metal", color="black|white", height="3 ft|4 ft|5 ft"),
    "computer": variants(
        screen_size="13-inch|15-inch|17-inch", processor="i5|i7|i9", ram="8GB|16GB", storage="256GB SSD|1TB SSD"
    ),
    "flask": variants(capacity="500ml|750ml|1000ml", material="glass|stainless steel", color="red|blue"),
    "stool": variants(material="fabric|mesh", armrest="fixed|adjustable|none"),
    "trolley": variants(piece_count="2-piece|3-piece", color="black|blue", material="softshell|hardshell"),
    "hub": variants(compatibility="Apple HomeKit|Google Assistant|Amazon Alexa", color="black|white"),
    "press": variants(pressure="9 bar|15 bar|19 bar", type="manual|capsule"),
}
HAS = {
    "lantern": "white/medium/USB",
    "boots": "9/black/leather/yes",
    "console": "64GB/4GB/5.8-inch/black",
    "keypad": "linear/RGB/full size",
    "hoodie": "M/red/cotton/crew neck",
    "goggles": "black/green/polarized",
    "buds": "blue/8 hours/IPX4",
    "kit": "1000/art/intermediate",
    "shelf": "wood/black/4 ft",
    "computer": "17-inch/i5/8GB/256GB SSD",
    "flask": "500ml/glass/blue",
    "stool": "fabric/adjustable",
    "trolley": "3-piece/blue/hardshell",
    "hub": "Apple HomeKit/black",
    "press": "15 bar/capsule",
}


def called(choice: Choice) -> str:
    return "/".join(choice.options.values())


def owned(thing: str, name: str = "") -> Choice:
    return next(choice for choice in SHOP[thing] if called(choice) == (name or HAS[thing]))


def wish(thing: str, text: str) -> OptionWish:
    return read_wish(text, SHOP[thing], owned(thing))


def picked(thing: str, text: str) -> Picked:
    return pick(wish(thing, text), SHOP[thing], owned(thing))


LINES = Path(__file__).with_name("desk_options.txt").read_text("utf-8").splitlines()
EXACT = [line.split(" | ") for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize(("thing", "text", "expected"), EXACT)
def test_what_is_asked_for_is_found(thing: str, text: str, expected: str) -> None:
    result = picked(thing, text)
    assert sorted(map(called, result.variants)) == sorted(expected.split("; "))
    assert result.exact
    assert result.unmet == ()


@pytest.mark.parametrize(
    ("thing", "text", "offered", "unmet"),
    [
        ("lantern", "purple", "black/medium/USB; blue/medium/USB; red/medium/USB", "colour purple"),
        (
            "lantern",
            "blue, high brightness, USB",
            "blue/high/battery; blue/high/AC adapter; black/high/USB; white/high/USB",
            "brightness high; colour blue; power source USB",
        ),
        ("boots", "size 13", "10/black/leather/yes; 8/black/leather/yes; 7/black/leather/yes", "size 13"),
        ("boots", "42码", "10/black/leather/yes; 8/black/leather/yes; 7/black/leather/yes", "size 42"),
        ("shelf", "6 ft", "wood/black/5 ft; wood/black/3 ft", "height 6 ft"),
        ("flask", "plastic", "500ml/stainless steel/blue", "material plastic"),
        (
            "hoodie",
            "three sizes bigger",
            "XL/red/cotton/crew neck; L/red/cotton/crew neck; S/red/cotton/crew neck",
            "size > M",
        ),
        (
            "console",
            "smaller storage, same RAM",
            "128GB/4GB/5.8-inch/black; 256GB/4GB/5.8-inch/black",
            "storage < 64GB",
        ),
        ("press", "8 bar", "9 bar/capsule; 19 bar/capsule", "pressure 8 bar"),
    ],
)
def test_what_cannot_be_had_is_told_with_the_nearest(thing: str, text: str, offered: str, unmet: str) -> None:
    result = picked(thing, text)
    assert not result.exact
    assert [" ".join(lack) for lack in sorted(result.unmet)] == unmet.split("; ")
    assert "; ".join(map(called, result.variants)) == offered


def test_what_must_give_way_does_as_was_said() -> None:
    text = "clicky. If there is no clicky one with RGB backlight in full size, I'd go for no backlight"
    result = picked("keypad", text)
    assert [called(choice) for choice in result.variants] == ["clicky/none/full size"]
    assert not result.exact
    assert result.unmet == ()


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        ("lantern", "when will it arrive?"),
        ("lantern", "exchange the white lantern please"),
        ("lantern", "I want to exchange the white USB lantern in order #W1234567"),
        ("lantern", "I received a damaged lantern, it fell back on me, I plan to ask for a refund"),
        ("lantern", "yes"),
        ("lantern", "the second one"),
        ("boots", "I want to return it within 8 days"),
        ("boots", "order #8"),
        ("boots", "I paid $10 for it"),
        ("boots", "I am a customer and fix computers"),
        ("kit", "I'd be smart to start with this"),
        ("stool", "please adjust my order"),
        ("hoodie", "I'm sorry, it's Sam's"),
        ("lantern", "我明白了，谢谢"),
        ("lantern", "什么时候到货"),
    ],
)
def test_small_talk_holds_no_wish(thing: str, text: str) -> None:
    assert says_nothing(wish(thing, text))


def test_the_same_again_may_be_the_identical_variant() -> None:
    for text in ("the exact same item", "the same pair again", "a new pair with the same specs", "要一模一样的"):
        result = picked("boots", text)
        assert [called(choice) for choice in result.variants] == [HAS["boots"]]
        assert result.exact
    assert owned("boots") not in picked("boots", "the same but in red").variants


def test_a_wish_for_what_one_has_is_noticed() -> None:
    assert picked("boots", "size 9 please").already
    assert picked("computer", "the biggest screen").already
    assert not picked("boots", "size 8 please").already
    assert not picked("boots", "size 9 in red").already


def test_no_preference_leaves_everything_open() -> None:
    for text in ("no preference", "I don't care", "随便"):
        found = wish("boots", text)
        assert set(found.free) == set(owned("boots").options)
        assert not found.hard


def test_refusals_leave_out() -> None:
    assert {c.options["colour"] for c in picked("lantern", "anything but white").variants} == {"black", "blue", "red"}
    for text in ("I don't want blue", "不要蓝色的", "neither blue nor red", "any except blue"):
        assert "blue" not in {choice.options["colour"] for choice in picked("lantern", text).variants}


def test_without_a_current_variant_only_the_wish_counts() -> None:
    result = pick(read_wish("black with high brightness", SHOP["lantern"], None), SHOP["lantern"], None)
    assert {(c.options["colour"], c.options["brightness"]) for c in result.variants} == {("black", "high")}
    assert len(result.variants) == 3
    assert result.exact


def test_nothing_in_stock_offers_nothing() -> None:
    gone = [Choice(c.id, c.options, c.options_zh, c.price_cents, False) for c in SHOP["stool"]]
    result = pick(read_wish("mesh", gone, owned("stool")), gone, owned("stool"))
    assert result == Picked((), False, (("material", "mesh"),))


def test_the_shops_own_chinese_is_understood() -> None:
    options = [
        ("forest green", "墨绿", "350 ml", "350毫升"),
        ("teal", "青绿", "600 ml", "600毫升"),
        ("teal", "青绿", "350 ml", "350毫升"),
    ]
    mugs = [
        Choice(n, {"colour": en, "capacity": size}, {"颜色": zh, "容量": size_zh}, 900, True)
        for n, (en, zh, size, size_zh) in enumerate(options)
    ]
    for text, expected in (("换成青绿的", 2), ("容量要大一点，青绿色", 1), ("600毫升的青绿色", 1)):
        assert [c.id for c in pick(read_wish(text, mugs, mugs[0]), mugs, mugs[0]).variants] == [expected]


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        ("black", "and size 10", "10/black/leather/yes"),
        ("size 8 in red", "no, size 10", "10/red/leather/yes"),
        ("one size smaller", "make it 10 instead", "10/black/leather/yes"),
        ("the cheapest one", "but in white and size 10", "10/white/leather/yes"),
        ("the same again", "but in red", "9/red/leather/yes"),
    ],
)
def test_a_later_wish_adds_to_the_earlier_one(first: str, then: str, expected: str) -> None:
    merged = wish("boots", then).merged_into(wish("boots", first))
    assert [called(choice) for choice in pick(merged, SHOP["boots"], owned("boots")).variants] == [expected]


@pytest.mark.parametrize("text", [row[1] for row in EXACT if row[0] == "lantern"])
def test_a_wish_survives_json(text: str) -> None:
    found = wish("lantern", text)
    assert OptionWish.from_json(json.loads(json.dumps(found.to_json()))) == found


BUDS = ["black/4 hours/not resistant", "blue/8 hours/not resistant", "blue/8 hours/IPX7"]
COMPUTERS = ["17-inch/i5/8GB/256GB SSD", "13-inch/i7/8GB/1TB SSD"]


@pytest.mark.parametrize(
    ("thing", "owns", "text", "expected"),
    [
        ("buds", BUDS, "the black one", [0]),
        ("buds", BUDS, "the blue one", [1, 2]),
        ("buds", BUDS, "not the black one", [1, 2]),
        ("buds", BUDS, "the buds that are more expensive yet not resistent to water", [1]),
        ("buds", BUDS, "the water resistant ones", [2]),
        ("buds", BUDS, "the ones I bought last week", [0, 1, 2]),
        ("buds", BUDS, "the purple ones", [0, 1, 2]),
        ("buds", BUDS, "黑色那个", [0]),
        ("buds", BUDS, "防水的那个", [2]),
        ("buds", BUDS, "最便宜的那个", [0]),
        ("computer", COMPUTERS, "the 17-inch one", [0]),
        ("computer", COMPUTERS, "exchange the 17-inch one for the 13-inch version", [0]),
        ("computer", COMPUTERS, "exchange the i7 for an i9", [1]),
        ("computer", COMPUTERS, "the bigger one", [0]),
        ("computer", COMPUTERS, "the less expensive one", [1]),
        ("computer", COMPUTERS, "exchange it for a cheaper one", [0, 1]),
        ("computer", COMPUTERS, "I want a bigger one", [0, 1]),
        ("computer", COMPUTERS, "大的那台换成i9的", [0]),
        ("computer", COMPUTERS, "更贵的那台", [0]),
        ("computer", COMPUTERS[:1], "the 13-inch one", [0]),
    ],
)
def test_a_mention_singles_out_what_is_owned(thing: str, owns: Sequence[str], text: str, expected: list[int]) -> None:
    choices = [owned(thing, name) for name in owns]
    assert described(text, choices) == [choices[place] for place in expected]


ODD = ["{", "'", "\\", "😊", "不", "没有", "\n", "999999"]
PIECES = [*sorted({word for _, text, _ in EXACT for word in text.split()}), *ODD]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SHOP)), st.lists(st.sampled_from(PIECES), max_size=12) | st.lists(st.text(), max_size=3))
def test_no_words_break_it_and_only_what_can_be_had_is_picked(thing: str, words: list[str]) -> None:
    found = wish(thing, " ".join(words))
    result = pick(found, SHOP[thing], owned(thing))
    assert all(choice.available for choice in result.variants)
    assert found.same or owned(thing) not in result.variants
    assert described(" ".join(words), SHOP[thing])
    assert OptionWish.from_json(found.to_json()) == found
    if result.exact:
        assert all(c.options[option] in values for c in result.variants for option, values in found.hard.items())
