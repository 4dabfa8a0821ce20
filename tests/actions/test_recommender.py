"""Recommendations: within stock, size, price and category, never what was bought, each with a true reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actions.recommender import Recommendation, Recommender
from shop.errors import NotReady
from shop.settings import Settings
from shop.tables import Base, Customer, Product, ShoppingEvent, Variant
from shop.unit_of_work import Database
from training.recommender import fit_recommender

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
# Two tastes: runners and cooks. Everybody of a taste buys most of its goods.
RUNNING = {1: "running shoes", 2: "running socks", 3: "running watch", 4: "running cap"}
COOKING = {11: "skillet", 12: "chef's knife", 13: "cookbook", 14: "apron"}
RUNNERS, COOKS = range(1, 11), range(11, 21)
NEW_RUNNER, STRANGER = 30, 31


def product(number: int, category: str, taste: str, **stock: int) -> Product:
    row = Product(
        id=number, external_id=f"p{number}", department=taste, category_en=category, category_zh=f"类{number}",
        name_en=f"Brand {category} {number}", name_zh=f"商品{number}", brand="Brand", facts=[],
        tags={"en": [taste], "zh": []}, active=1, image="",
    )  # fmt: skip
    row.variants = [
        Variant(
            sku=f"{number}-{size}", options={"size": size}, options_zh={}, currency="USD",
            price_cents=number * 1000 + (500 if size == "L" else 0), stock=count,
        )
        for size, count in (stock or {"M": 3, "L": 3}).items()
    ]  # fmt: skip
    return row


def event(customer: int, product_id: int, kind: str, at: int) -> ShoppingEvent:
    when = START + timedelta(minutes=at)
    return ShoppingEvent(
        external_id=f"e{customer}-{product_id}-{kind}-{at}",
        customer_id=customer,
        product_id=product_id,
        kind=kind,
        at=when,
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database.from_settings(settings)
    Base.metadata.create_all(database.engine)
    with database.work() as unit:
        add = unit.session.add
        for number, category in RUNNING.items():
            add(product(number, category, "running"))
        for number, category in COOKING.items():
            add(product(number, category, "cooking"))
        add(product(5, "running gloves", "running", M=0, L=2))  # the M is sold out
        add(product(6, "running vest", "running", M=0, L=0))
        for customer in (*RUNNERS, *COOKS, NEW_RUNNER, STRANGER):
            email = f"c{customer}@example.com"
            add(Customer(id=customer, external_id=f"c{customer}", email=email, name="C", created_at=START))
        unit.session.flush()
        for customers, goods in ((RUNNERS, [*RUNNING, 5, 6]), (COOKS, [*COOKING])):
            for customer in customers:
                for place, number in enumerate(goods):
                    if (customer + place) % 4:
                        add(event(customer, number, "view", place))
                        add(event(customer, number, "purchase", place))
        add(event(NEW_RUNNER, 1, "purchase", 500))
        unit.commit()
    yield database
    database.close()


@pytest.fixture
def recommender(settings: Settings, database: Database) -> Recommender:
    fit_recommender(settings)
    return Recommender.load(settings.state_dir / "recommender")


def ask(recommender: Recommender, database: Database, customer: int | None, **limits: Any) -> list[Recommendation]:
    with database.read() as unit:
        return recommender.recommend(unit.session, customer, **limits)


def test_without_a_model_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"training\.recommender"):
        Recommender.load(tmp_path)


def test_taste_decides_and_what_was_bought_is_left_out(recommender: Recommender, database: Database) -> None:
    found = ask(recommender, database, NEW_RUNNER)
    assert {item.product_id for item in found} <= {2, 3, 4, 5}
    reasons = {(item.reason, item.other_product_id) for item in found}
    assert ("bought_x", 1) in reasons
    assert reasons <= {("bought_x", 1), ("popular_in", None)}


def test_new_events_count_without_a_refit(recommender: Recommender, database: Database) -> None:
    with database.work() as unit:
        unit.session.add_all([event(STRANGER, 11, "purchase", 900), event(STRANGER, 12, "view", 901)])
        unit.commit()
    found = ask(recommender, database, STRANGER)
    assert {item.product_id for item in found} == {12, 13, 14}


def test_sold_out_products_are_never_recommended(recommender: Recommender, database: Database) -> None:
    everything = ask(recommender, database, None, limit=50)
    assert {item.product_id for item in everything} == {*RUNNING, *COOKING, 5}


@pytest.mark.parametrize("customer", [None, NEW_RUNNER, 15])
def test_size_price_and_category_are_kept(recommender: Recommender, database: Database, customer: int | None) -> None:
    in_m = ask(recommender, database, customer, limit=50, size="medium")
    assert 5 not in {item.product_id for item in in_m}
    cheap = ask(recommender, database, customer, limit=50, max_price_cents=4000)
    assert {item.product_id for item in cheap} <= {1, 2, 3, 4}
    # The L of product 4 costs 45 dollars: size and price must hold for one and the same variant.
    assert 4 not in {
        i.product_id for i in ask(recommender, database, customer, limit=50, max_price_cents=4000, size="L")
    }
    knives = ask(recommender, database, customer, limit=50, category="knife")
    assert {item.product_id for item in knives} <= {12}
    assert not ask(recommender, database, customer, category="submarine")


def test_what_is_excluded_stays_out(recommender: Recommender, database: Database) -> None:
    assert 2 not in {item.product_id for item in ask(recommender, database, NEW_RUNNER, limit=50, exclude=(2,))}


def test_the_product_at_hand_decides_for_a_stranger(recommender: Recommender, database: Database) -> None:
    found = ask(recommender, database, None, near_product_id=13)
    assert {item.product_id for item in found} == {11, 12, 14}
    assert all((item.reason, item.other_product_id) == ("similar_to_x", 13) for item in found)


def test_popularity_decides_for_a_stranger_without_one(recommender: Recommender, database: Database) -> None:
    found = ask(recommender, database, None)
    assert [item.reason for item in found] == ["popular_in"] * 3
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


def test_a_product_newer_than_the_model_can_still_be_found(recommender: Recommender, database: Database) -> None:
    with database.work() as unit:
        unit.session.add(product(50, "rowing machine", "gym"))
        unit.commit()
    (item,) = ask(recommender, database, NEW_RUNNER, category="rowing machine")
    assert (item.product_id, item.reason, item.score) == (50, "matches_need", 0.0)


def test_a_refit_is_picked_up(recommender: Recommender, database: Database, settings: Settings) -> None:
    before = {item.product_id for item in ask(recommender, database, None, near_product_id=13)}
    file = settings.state_dir / "recommender" / "model.npz"
    with np.load(file) as arrays:
        changed = dict(arrays)
    changed["content"] = np.roll(changed["content"], 5, axis=0)
    changed["item_factors"] = np.roll(changed["item_factors"], 5, axis=0)
    np.savez(file, **changed)
    assert {item.product_id for item in ask(recommender, database, None, near_product_id=13)} != before
