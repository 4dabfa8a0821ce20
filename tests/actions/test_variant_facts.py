"""Questions about a product's variants: counted, compared and priced as the stock has them, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actions.product_details import CheckStock, CompareProducts, ProductDetails
from shop.catalogue import named_products, spoken_of
from shop.settings import Settings
from shop.tables import Base, Product, Variant
from shop.unit_of_work import Database
from tests.actions.turns import answers, turn
from tests.shop.small_shop import SmallShop, small_shop

#: colour, size, material, cents, stock: as an imported shop has them.
SHIRTS = [
    ("blue", "M", "cotton", 5_088, 3),
    ("purple", "S", "polyester", 4_666, 3),
    ("purple", "XL", "cotton", 5_288, 0),
    ("red", "XL", "polyester", 4_780, 1),
]


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    """Lamps, keyboards, and a T-Shirt, a Bluetooth Speaker and Sneakers without tags or Chinese names."""
    database = Database.from_settings(Settings(state_dir=tmp_path, database_url=""))
    Base.metadata.create_all(database.engine)
    shop = small_shop(database)
    with database.work() as unit:
        shirt = imported("T-Shirt")
        shirt.variants = [
            Variant(
                sku=f"t{n}",
                options={"color": colour, "size": size, "material": material},
                price_cents=cents,
                stock=stock,
            )
            for n, (colour, size, material, cents, stock) in enumerate(SHIRTS)
        ]
        speaker, sneakers = imported("Bluetooth Speaker"), imported("Sneakers")
        speaker.variants = [
            Variant(sku=f"s{cents}", options={"color": colour}, price_cents=cents, stock=1)
            for colour, cents in (("green", 29_891), ("black", 31_520))
        ]
        sneakers.variants = [Variant(sku="n", options={"size": "8"}, price_cents=9_000, stock=1)]
        unit.session.add_all([shirt, speaker, sneakers])
        unit.commit()
    return shop


def imported(name: str) -> Product:
    return Product(external_id=name, department="", category_en=name.lower(), name_en=name)


def ask(shop: SmallShop, text: str, *entities: tuple[str, str], skill: Any = CheckStock) -> dict[str, Any]:
    """The first answer."""
    asking = turn(shop.database, text, entities=list(entities), conversation_id=shop.conversation_id)
    skill(asking.services, None).handle(asking)
    return answers(asking)[0]


@pytest.mark.parametrize("said", ["tshirt", "T-shirts", "t shirt", "t-shirt"])
@pytest.mark.parametrize("named", [True, False])
def test_the_variants_in_stock_are_counted(shop: SmallShop, said: str, named: bool) -> None:
    entities = [("product", said)] if named else []
    told = ask(shop, f"how many {said} options are available now?", *entities)
    assert (told["response"], told["count"], told["name"]) == ("utter_variant_count", 3, "T-Shirt")
    assert told["lines"].split("\n") == [
        "color: blue, purple and red",
        "size: M, S and XL",
        "material: cotton and polyester",
    ]


def test_counting_in_chinese(shop: SmallShop) -> None:
    told = ask(shop, "台灯现在有几种可以选", ("product", "台灯"))
    assert (told["response"], told["count"]) == ("utter_variant_count", 3)


@pytest.mark.parametrize(
    "text",
    [
        "what lamp options are available and at what prices",
        "台灯有哪几款 各多少钱",
        "which versions of the lamp are there",
    ],
)
def test_what_there_is_is_listed_with_its_prices(shop: SmallShop, text: str) -> None:
    told = ask(shop, text, ("product", "台灯" if "台灯" in text else "lamp"))
    assert (told["response"], [line.rpartition(" ")[2] for line in told["lines"].split("\n")]) == (
        "utter_variant_list",
        ["$30.00", "$40.00", "$50.00"],
    )


def test_whether_some_colours_are_in_stock_counts_nothing(shop: SmallShop) -> None:
    told = ask(shop, "台灯这几个颜色都有货吗", ("product", "台灯"))
    assert told["response"] == "utter_in_stock_options"


def test_how_many_are_left_is_another_question(shop: SmallShop) -> None:
    assert (
        ask(shop, "how many of the desk lamps are left", ("product", "desk lamp"))["response"]
        == "utter_in_stock_options"
    )


@pytest.mark.parametrize(
    ("text", "response", "line"),
    [
        ("cheapest t-shirt?", "utter_variant_cheapest", "T-Shirt (color purple, size S, material polyester) · $46.66"),
        (
            "the cheapest cotton tshirt",
            "utter_variant_cheapest",
            "T-Shirt (color blue, size M, material cotton) · $50.88",
        ),
        ("most expensive tshirt", "utter_variant_dearest", "T-Shirt (color blue, size M, material cotton) · $50.88"),
    ],
)
@pytest.mark.parametrize("skill", [CheckStock, ProductDetails])
def test_the_ends_are_of_what_is_in_stock(shop: SmallShop, text: str, response: str, line: str, skill: Any) -> None:
    told = ask(shop, text, skill=skill)
    assert (told["response"], told["lines"]) == (response, line)


def test_the_range_of_prices(shop: SmallShop) -> None:
    told = ask(shop, "what's the price range of the tshirts?")
    assert (told["response"], told["low"], told["high"]) == ("utter_variant_range", "$46.66", "$50.88")


def test_below_a_price(shop: SmallShop) -> None:
    limit = ("max_price", "300")
    told = ask(shop, "are there any bluetooth speakers below $300", ("product", "bluetooth speakers"), limit)
    assert (told["response"], told["lines"]) == ("utter_variant_list", "Bluetooth Speaker (color green) · $298.91")


def test_when_nothing_is_that_cheap_the_nearest_is_told_as_such(shop: SmallShop) -> None:
    told = ask(shop, "any speaker under $200?", ("product", "speaker"), ("max_price", "200"))
    assert told["response"] == "utter_variant_nearest"
    assert told["lines"].split("\n")[0] == "Bluetooth Speaker (color green) · $298.91"


@pytest.mark.parametrize(
    ("text", "entities", "difference"),
    [
        ("price difference between the cotton and the polyester tshirt", [], "$4.22"),
        ("how much more is the white lamp than the black one", [("product", "lamp")], "$10.00"),
        ("price difference between the cheapest and the most expensive lamp", [("product", "lamp")], "$20.00"),
    ],
)
def test_the_difference_between_two(shop: SmallShop, text: str, entities: Any, difference: str) -> None:
    told = ask(shop, text, *entities, skill=CompareProducts)
    assert (told["response"], told["difference"]) == ("utter_variant_difference", difference)


def test_the_difference_to_what_was_bought_is_to_the_price_it_had(shop: SmallShop) -> None:
    shop.order("delivered", {"black": 1}, {"card": 4_495})
    shop.set(Variant, shop.variants["black"], price_cents=9_900, stock=0)
    told = ask(shop, "price difference if I take the white one", ("colour", "white"), skill=CompareProducts)
    assert told["lines"].split("\n") == ["Your Desk lamp (colour black) · $40.00", "Desk lamp (colour white) · $50.00"]
    assert told["difference"] == "$10.00"


def test_nothing_of_anybody_is_told_to_a_stranger(shop: SmallShop) -> None:
    shop.order("delivered", {"black": 1}, {"card": 4_495})
    shop.conversation_id = shop.conversation(None)
    told = ask(shop, "price difference if I take the white one", ("colour", "white"), skill=CompareProducts)
    assert told["response"] == "utter_compare_which"


def test_what_is_sold_out_is_compared_and_said_to_be(shop: SmallShop) -> None:
    shop.set(Variant, shop.variants["white"], stock=0)
    told = ask(shop, "how much more is the white lamp than the red one", ("product", "lamp"), skill=CompareProducts)
    assert "Desk lamp (colour white) · $50.00 · sold out" in told["lines"]


def test_without_two_to_compare_there_is_what_there_is(shop: SmallShop) -> None:
    shop.conversation_id = shop.conversation(None)
    told = ask(shop, "how much more is the green lamp", ("product", "lamp"), skill=CompareProducts)
    assert (told["response"], told["count"]) == ("utter_variant_list", 3)


def test_two_products_are_still_set_side_by_side(shop: SmallShop) -> None:
    told = ask(shop, "compare them", ("product", "desk lamp"), ("product", "keyboard"), skill=CompareProducts)
    assert told["response"] == "utter_comparison"


@pytest.mark.parametrize("mention", ["tshirt", "tshirts", "t shirts", "T-Shirt", "t-shirts"])
def test_a_hyphen_does_not_matter(shop: SmallShop, mention: str) -> None:
    with shop.database.read() as unit:
        assert [product.name for product in named_products(unit.session, mention, "en")] == ["T-Shirt"]
        assert spoken_of(unit.session, f"do you have {mention}?") == "t-shirt"


def test_speakers_are_no_misspelt_sneakers(shop: SmallShop) -> None:
    with shop.database.read() as unit:
        assert [p.name for p in named_products(unit.session, "speakers", "en")] == ["Bluetooth Speaker"]
        assert [p.name for p in named_products(unit.session, "sneekers", "en")] == ["Sneakers"]
        assert spoken_of(unit.session, "any speakers below $300?") == "speaker"
