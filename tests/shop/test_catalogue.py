"""Finding products: limits are kept, what gives way is said, and nothing sold out is ever offered."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.catalogue import (
    ProductQuery,
    find_products,
    get_product,
    get_products,
    list_products,
    matching_variants,
    named_products,
    spoken_of,
)
from shop.clock import now
from shop.errors import NotFound
from shop.tables import Product, Review, Variant
from shop.unit_of_work import Database
from shop.vocabulary import normal_size, same_colour

_numbers = itertools.count(1)


def fact(label: str, value: str, label_zh: str = "", value_zh: str = "") -> dict[str, Any]:
    return {"key": label.lower(), "en": [label, value], "zh": [label_zh or label, value_zh or value]}


def product(name: str, category: str, *variants: Variant, zh: tuple[str, str] = ("", ""), **fields: Any) -> Product:
    """A product; ``zh`` is its Chinese name and category."""
    row = Product(
        external_id=f"p{next(_numbers)}", department="clothing", category_en=category, category_zh=zh[1],
        name_en=name, name_zh=zh[0], **fields,
    )  # fmt: skip
    row.variants = list(variants)
    return row


def variant(size: str, colour: str, dollars: int, stock: int = 3, zh: dict[str, str] | None = None) -> Variant:
    return Variant(
        sku=f"v{next(_numbers)}", options={"size": size, "colour": colour}, options_zh=zh or {},
        price_cents=dollars * 100, stock=stock,
    )  # fmt: skip


@pytest.fixture
def shop(database: Database) -> Database:
    """Two jackets, a sold out one, and boots."""
    with database.work() as unit:
        unit.session.add_all(
            [
                product(
                    "Storm Jacket", "rain jacket",
                    variant("M", "navy", 80, zh={"尺码": "M", "颜色": "藏青"}),
                    variant("L", "navy", 90, stock=0),
                    variant("M", "red", 120),
                    zh=("暴风夹克", "冲锋衣"), tags={"en": ["waterproof", "jacket"], "zh": ["防水", "夹克"]},
                    facts=[fact("Hood", "yes", "帽子", "有"), fact("Shell", "recycled nylon", "面料", "再生尼龙")],
                ),
                product(
                    "Feather Jacket", "down jacket",
                    variant("L", "black", 200), variant("XL", "black", 210),
                    zh=("轻羽夹克", "羽绒服"), tags={"en": ["warm", "jacket"], "zh": ["保暖", "夹克"]},
                    facts=[fact("Waterproof", "no", "防水", "否")],
                ),
                product("Gale Jacket", "wind jacket", variant("M", "green", 60, stock=0), tags={"en": ["jacket"]}),
                product("Cairn Boots", "hiking boots", variant("42", "brown", 149), zh=("石堆登山靴", "登山鞋")),
            ]
        )  # fmt: skip
        unit.commit()
    return database


def search(database: Database, language: str = "en", **wish: Any) -> tuple[list[str], tuple[str, ...]]:
    """The names found and the limits dropped."""
    with database.read() as unit:
        result = find_products(unit.session, ProductQuery(**wish), language)
    return [found.name for found in result.products], result.dropped


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        ({}, ["Storm Jacket", "Feather Jacket"]),
        ({"max_price_cents": 8_000}, ["Storm Jacket"]),
        ({"min_price_cents": 20_000}, ["Feather Jacket"]),
        ({"size": "medium"}, ["Storm Jacket"]),
        ({"size": "XL"}, ["Feather Jacket"]),
        ({"colour": "blue"}, ["Storm Jacket"]),
        ({"colour": "黑色"}, ["Feather Jacket"]),
        ({"attributes": ("waterproof",)}, ["Storm Jacket"]),
        ({"attributes": ("防水",)}, ["Storm Jacket"]),
        ({"attributes": ("recycled", "waterproof")}, ["Storm Jacket"]),
    ],
)
def test_each_limit_is_kept(shop: Database, wish: dict[str, Any], names: list[str]) -> None:
    assert search(shop, product="jacket", **wish) == (names, ())


@pytest.mark.parametrize(
    ("wish", "dropped"),
    [
        ({"colour": "pink"}, ("colour",)),
        ({"max_price_cents": 1_000}, ("max_price_cents",)),
        ({"min_price_cents": 90_000}, ("min_price_cents",)),
        ({"min_price_cents": 1_000, "max_price_cents": 2_000}, ("max_price_cents", "min_price_cents")),
        ({"attributes": ("silk",)}, ("attributes",)),
        ({"size": "XS"}, ("size",)),
        # The red one costs 120: colour gives way before price, price before features, features before size.
        ({"colour": "red", "max_price_cents": 10_000}, ("colour",)),
        ({"max_price_cents": 10_000, "attributes": ("warm",)}, ("max_price_cents",)),
        ({"attributes": ("waterproof",), "size": "XL"}, ("attributes",)),
        # As few as possible: the size can still be had.
        ({"colour": "pink", "attributes": ("silk",), "size": "XL"}, ("colour", "attributes")),
        ({"colour": "pink", "max_price_cents": 1_000, "size": "M"}, ("colour", "max_price_cents")),
    ],
)
def test_what_gives_way_is_as_little_as_possible(shop: Database, wish: dict[str, Any], dropped: tuple[str]) -> None:
    names, lost = search(shop, product="jacket", **wish)
    assert lost == dropped
    assert names


def test_limits_that_did_not_give_way_still_hold(shop: Database) -> None:
    assert search(shop, product="jacket", colour="pink", size="XL") == (["Feather Jacket"], ("colour",))


def test_size_and_price_must_hold_for_one_and_the_same_variant(shop: Database) -> None:
    # The L costs 200; the 80 dollar one is an M.
    assert search(shop, product="jacket", size="L", max_price_cents=9_000)[1] != ()


def test_what_the_thing_is_never_gives_way(shop: Database) -> None:
    assert search(shop, product="submarine", colour="yellow") == ([], ())


def test_over_the_budget_the_nearest_comes_first(shop: Database) -> None:
    names, dropped = search(shop, product="jacket", max_price_cents=1_000)
    assert (names, dropped) == (["Storm Jacket", "Feather Jacket"], ("max_price_cents",))


def test_a_sold_out_variant_is_not_in_stock(shop: Database) -> None:
    with shop.read() as unit:
        (storm,) = named_products(unit.session, "storm jacket", "en")
    assert [found.size for found in storm.available] == ["M", "M"]
    assert matching_variants(storm, ProductQuery(size="L")) == ()
    assert storm.highest_price.cents == 12_000
    assert search(shop, product="jacket", size="L", colour="navy")[0] != ["Storm Jacket"]


def test_a_sold_out_product_is_known_but_not_found(shop: Database) -> None:
    assert search(shop, product="wind jacket")[0] == []
    with shop.read() as unit:
        (gale,) = named_products(unit.session, "gale", "en")
    assert (gale.available, gale.lowest_price.cents) == ((), 6_000)


def test_what_is_no_longer_sold_is_not_spoken_of(shop: Database) -> None:
    with shop.work() as unit:
        unit.session.add(product("Old Cape", "cape", variant("M", "grey", 10), active=0))
        unit.commit()
        assert search(shop, product="cape")[0] == []
        assert named_products(unit.session, "cape", "en") == ()
        assert spoken_of(unit.session, "a cape please") == ""
        assert "Old Cape" not in [found.name for found in list_products(unit.session, "en")]


@pytest.mark.parametrize(
    ("mention", "name"),
    [
        ("jaket", "Storm Jacket"),
        ("JACKETS", "Storm Jacket"),
        ("a waterproof jacket", "Storm Jacket"),
        ("冲锋衣", "Storm Jacket"),
        ("防水夹克", "Storm Jacket"),
        ("防水的夹克", "Storm Jacket"),
        ("一双登山鞋", "Cairn Boots"),
        ("hikng boots", "Cairn Boots"),
    ],
)
def test_inflected_misspelt_and_chinese_mentions(shop: Database, mention: str, name: str) -> None:
    assert search(shop, product=mention)[0][:1] == [name]


@pytest.mark.parametrize("attribute", ["leather", "防水"])
def test_a_feature_that_a_product_lacks_is_not_found(shop: Database, attribute: str) -> None:
    # "leather" is no misspelt "Feather", and "Waterproof: no" is not waterproof.
    assert search(shop, product="feather jacket", attributes=(attribute,))[1] == ("attributes",)


def test_a_full_name_means_that_product_alone(shop: Database) -> None:
    with shop.read() as unit:
        assert [found.name for found in named_products(unit.session, "暴风夹克", "en")] == ["Storm Jacket"]
        assert len(named_products(unit.session, "jacket", "en")) == 3
        assert named_products(unit.session, "submarine", "en") == ()


def test_a_product_is_shown_in_the_language_asked_for(shop: Database) -> None:
    with shop.read() as unit:
        (storm,) = named_products(unit.session, "storm", "zh")
        (gale,) = named_products(unit.session, "gale", "zh")
    assert (storm.name, storm.category, storm.category_en) == ("暴风夹克", "冲锋衣", "rain jacket")
    assert storm.facts == (("帽子", "有"), ("面料", "再生尼龙"))
    assert (storm.variants[0].options_text, storm.variants[0].colours) == ("M, 藏青", ("navy", "藏青"))
    assert gale.name == "Gale Jacket"  # better in English than without a name


def test_tau2s_color_is_a_colour(database: Database) -> None:
    with database.work() as unit:
        options = {"color": "blue", "size": "small", "material": "cotton"}
        row = product("T-Shirt", "T-Shirt", Variant(sku="1", options=options, price_cents=4_000, stock=1))
        unit.session.add_all([row, product("Cap", "Cap", variant("S", "red", 10))])
        unit.commit()
        (shirt,) = named_products(unit.session, "t-shirt", "en")
    assert search(database, colour="blue", size="S") == (["T-Shirt"], ())
    assert (shirt.variants[0].colours, shirt.variants[0].size_text) == (("blue",), "small")


def test_reviews_rank_but_one_five_star_review_does_not_lead(database: Database) -> None:
    stars = {"New": [5], "Loved": [5, 5, 5, 4] * 8, "Plain": []}
    with database.work() as unit:
        for name, given_stars in stars.items():
            row = product(f"{name} Mug", "mug", variant("M", "white", 10))
            unit.session.add(row)
            unit.session.flush()
            for count in given_stars:
                number = f"r{next(_numbers)}"
                review = Review(
                    external_id=number, product_id=row.id, stars=count, language="en", text="", created_at=now()
                )
                unit.session.add(review)
        unit.commit()
        found = find_products(unit.session, ProductQuery("mug"), "en").products
    assert [(mug.name, mug.rating, mug.review_count) for mug in found] == [
        ("Loved Mug", 4.75, 32),
        ("New Mug", 5.0, 1),
        ("Plain Mug", None, 0),
    ]


def test_the_kind_of_thing_comes_before_what_merely_goes_with_it(database: Database) -> None:
    with database.work() as unit:
        bag = product("Camera Bag", "bag", variant("M", "black", 30), tags={"en": ["camera"]})
        unit.session.add_all([bag, product("Aperta Z", "camera", variant("M", "black", 900))])
        unit.commit()
    assert search(database, product="camera")[0] == ["Aperta Z", "Camera Bag"]


def test_products_come_in_the_order_asked_for_without_unknown_ids(shop: Database) -> None:
    with shop.read() as unit:
        first, second, *_ = list_products(unit.session, "en")
        assert get_products(unit.session, [second.id, 999_999, first.id], "en") == (second, first)
        assert get_product(unit.session, first.id, "en") == first
        with pytest.raises(NotFound, match="999999"):
            get_product(unit.session, 999_999, "en")


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("do you have any rain jackets?", "rain jacket"),
        ("有T恤吗", "T恤"),
        ("有t恤吗", "T恤"),
        ("想买保暖内衣", "保暖内衣"),
        ("I don't know", ""),
        ("can't you help?", ""),
        ("what's the weather", ""),
        ("", ""),
    ],
)
def test_the_thing_a_text_speaks_of(shop: Database, text: str, thing: str) -> None:
    with shop.work() as unit:
        unit.session.add(product("Tee", "T-shirt", zh=("上衣", "T恤")))
        unit.session.add(product("Base", "base layer", zh=("贴身衣", "保暖内衣")))
        unit.commit()
        assert spoken_of(unit.session, text) == thing


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["jacket", "跑鞋", "headphones", "mug", "T恤", ""]),
    attribute=st.sampled_from(["", "waterproof", "wireless", "轻"]),
    colour=st.sampled_from(["", "black", "red", "灰色"]),
    size=st.sampled_from(["", "M", "42", "128GB"]),
    budget=st.sampled_from([None, 500, 4_000, 15_000]),
    least=st.sampled_from([None, 3_000]),
)
def test_in_the_demo_shop_all_that_was_not_dropped_holds(
    demo_database: Database, kind: str, attribute: str, colour: str, size: str, budget: int | None, least: int | None
) -> None:
    query = ProductQuery(kind, (attribute,) if attribute else (), colour, size, least, budget)
    with demo_database.read() as unit:
        result = find_products(unit.session, query, "en")
    assert result.products
    for found in result.products:
        assert any(
            item.stock > 0
            and ("size" in result.dropped or not size or normal_size(item.size) == size)
            and ("colour" in result.dropped or not colour or same_colour(colour, *item.colours))
            and ("max_price_cents" in result.dropped or budget is None or item.price.cents <= budget)
            and ("min_price_cents" in result.dropped or least is None or item.price.cents >= least)
            for item in found.variants
        ), found.name
