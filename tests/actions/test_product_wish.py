"""From a shopper's words to a query, and to the product that is meant."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from actions.product_wish import ask_which, from_slot, meant_products, merged, pointed_at, query_of
from shop.catalogue import ProductQuery, list_products
from shop.unit_of_work import Database
from tests.actions.turns import answers, turn


@pytest.fixture(scope="module")
def ids(demo_database: Database) -> dict[str, int]:
    """Product name -> id."""
    with demo_database.read() as unit:
        return {product.name: product.id for product in list_products(unit.session, "en")}


def names(database: Database, text: str = "", **message: Any) -> list[str]:
    return [product.name for product in meant_products(turn(database, text, **message))]


def test_a_message_becomes_a_query(demo_database: Database) -> None:
    entities = [
        ("product", "jacket"),
        ("attribute", "waterproof"),
        ("attribute", "light"),
        ("attribute", "waterproof"),
        ("colour", "red"),
        ("colour", "blue"),
        ("size", "M"),
        ("min_price", "19.99"),
        ("max_price", "100"),
    ]
    query = query_of(turn(demo_database, "...", entities=entities))
    assert query == ProductQuery("jacket", ("waterproof", "light"), "blue", "M", 1_999, 10_000)


@pytest.mark.parametrize(
    ("text", "entities", "product"),
    [
        ("do you sell hiking boots?", [], "hiking boots"),
        ("有跑鞋吗", [], "跑鞋"),
        ("hiking boots", [("product", "walking shoes")], "walking shoes"),
        ("", [("department", "books")], "books"),
        ('/find_product{"colour": "red"}', [("colour", "red")], ""),
        ("I don't know", [], ""),
        ("something nice", [], ""),
    ],
)
def test_the_thing_comes_from_the_entity_or_the_catalogues_own_words(
    demo_database: Database, text: str, entities: list[tuple[str, str]], product: str
) -> None:
    assert query_of(turn(demo_database, text, entities=entities)).product == product


JACKET = ProductQuery("jacket", ("waterproof",), "red", "M", None, 10_000)


@pytest.mark.parametrize(
    ("now", "merges"),
    [
        (ProductQuery(), JACKET),
        (ProductQuery(colour="blue"), ProductQuery("jacket", ("waterproof",), "blue", "M", None, 10_000)),
        (ProductQuery(max_price_cents=5_000), ProductQuery("jacket", ("waterproof",), "red", "M", None, 5_000)),
        (ProductQuery(min_price_cents=100), ProductQuery("jacket", ("waterproof",), "red", "M", 100, 10_000)),
        (
            ProductQuery(attributes=("light", "waterproof")),
            ProductQuery("jacket", ("waterproof", "light"), "red", "M", None, 10_000),
        ),
        (ProductQuery("jacket", size="L"), ProductQuery("jacket", ("waterproof",), "red", "L", None, 10_000)),
        (ProductQuery("boots", size="42"), ProductQuery("boots", size="42")),
    ],
)
def test_a_refinement_adds_or_replaces_and_another_thing_starts_anew(now: ProductQuery, merges: ProductQuery) -> None:
    assert merged(asdict(JACKET), now) == merges


@pytest.mark.parametrize("before", [None, {}])
def test_without_an_earlier_wish_the_message_stands_alone(before: dict[str, Any] | None) -> None:
    assert merged(before, JACKET) == JACKET


def test_a_query_survives_the_slot() -> None:
    kept = json.loads(json.dumps({**asdict(JACKET), "offset": 3}))
    assert from_slot(kept) == JACKET


@pytest.mark.parametrize(
    ("text", "shown", "meant"),
    [
        ("the first one", [7, 8, 9], 7),
        ("the Second", [7, 8, 9], 8),
        ("第三个多少钱", [7, 8, 9], 9),
        ("the 4th", [7, 8, 9], None),
        ("the last one please", [7, 8], 8),
        ("最后那个", [7, 8], 8),
        ("the last one", [], None),
        ("the seconds it takes", [7, 8], None),
        ("how much is it", [7, 8], None),
    ],
)
def test_pointing_at_the_list(text: str, shown: list[int], meant: int | None) -> None:
    assert pointed_at(text, shown) == meant


def test_a_tapped_product_is_meant_whatever_else_is_known(demo_database: Database, ids: dict[str, int]) -> None:
    tapped = ids["Arlen Retro Runner Sneakers"]
    slots = {"current_product": 1, "shown_products": [2, 3]}
    found = names(demo_database, "the first one", entities=[("product_id", str(tapped))], slots=slots)
    assert found == ["Arlen Retro Runner Sneakers"]


def test_a_place_in_the_list_is_meant_rather_than_what_was_talked_about(
    demo_database: Database, ids: dict[str, int]
) -> None:
    shown = [ids["Fellmark Storm Shell Rain Jacket"], ids["Arlen Retro Runner Sneakers"]]
    slots = {"current_product": shown[0], "shown_products": shown}
    assert names(demo_database, "is the second one in stock?", slots=slots) == ["Arlen Retro Runner Sneakers"]


def test_a_name_said_is_meant_rather_than_what_was_talked_about(demo_database: Database, ids: dict[str, int]) -> None:
    slots = {"current_product": ids["Arlen Retro Runner Sneakers"]}
    found = names(demo_database, "", entities=[("product", "Storm Shell rain jacket")], slots=slots)
    assert found == ["Fellmark Storm Shell Rain Jacket"]


def test_of_several_that_fit_the_one_in_view_is_meant(demo_database: Database, ids: dict[str, int]) -> None:
    shown = [ids["Arlen Retro Runner Sneakers"], ids["Fellmark Storm Shell Rain Jacket"]]
    mention = {"entities": [("product", "jacket")]}
    assert len(names(demo_database, "", **mention)) > 1
    assert names(demo_database, "", slots={"shown_products": shown}, **mention) == ["Fellmark Storm Shell Rain Jacket"]


def test_without_a_name_what_was_talked_about_is_meant(demo_database: Database, ids: dict[str, int]) -> None:
    slots = {"current_product": ids["Arlen Retro Runner Sneakers"]}
    assert names(demo_database, "how much is it?", slots=slots) == ["Arlen Retro Runner Sneakers"]
    assert names(demo_database, "how much is it?") == []


def test_products_are_meant_in_chinese_too(demo_database: Database) -> None:
    found = meant_products(turn(demo_database, "跑鞋有货吗", slots={"language": "zh"}))
    assert found
    assert all(product.category == "跑鞋" for product in found[:3])


def test_asking_which_offers_a_few_and_keeps_what_was_said(demo_database: Database) -> None:
    asked = turn(demo_database, "", entities=[("product", "jacket"), ("size", "M"), ("colour", "red")])
    products = meant_products(asked)
    ask_which(asked, products, "check_stock")
    asked.finish()
    (message,) = answers(asked)
    assert (message["response"], len(message["buttons"])) == ("utter_which_product", 4)
    first = message["buttons"][0]
    assert first["title"] == products[0].name
    intent, _, entities = first["payload"].partition("{")
    assert intent == "/check_stock"
    assert json.loads("{" + entities) == {"product_id": str(products[0].id), "size": "M", "colour": "red"}
