"""What people of the demo shop say and buy is believable."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from itertools import permutations
from statistics import median

import pytest

from shop.demo.catalogue import make_catalogue
from shop.demo.load import DemoShop, make_shop
from shop.demo.reviews import fitting_remarks
from shop.demo.words import dice, read_data
from shop.tables import Customer, Order, OrderItem, Product, Review, ShoppingEvent, Variant

CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module", params=[7, 21])
def shop(request: pytest.FixtureRequest) -> DemoShop:
    return make_shop(request.param, date(2026, 11, 23))


@pytest.fixture(scope="module")
def bought(shop: DemoShop) -> list[list[str]]:
    """The categories of what each customer bought."""
    categories = {row["id"]: row["category_en"] for row in shop[Product]}
    by_customer = defaultdict(list)
    for event in shop[ShoppingEvent]:
        if event["kind"] == "purchase":
            by_customer[event["customer_id"]].append(categories[event["product_id"]])
    return list(by_customer.values())


def lift(bought: list[list[str]], first: str, second: str) -> float:
    """How much more of ``second`` is among the other purchases of those who bought ``first`` than among
    everybody's. Shares of purchases, not of customers: those who buy much of everything must not count."""

    def share(customers: list[list[str]]) -> float:
        others = [category for categories in customers for category in categories if category != first]
        return others.count(second) / len(others)

    return share([categories for categories in bought if first in categories]) / share(bought)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("running shoes", "socks"),
        ("e-reader", "e-reader case"),
        ("coffee grinder", "kettle"),
        ("coffee grinder", "coffee book"),
        ("cookware", "cookbook"),
        ("hiking boots", "backpack"),
        ("keyboard", "mouse"),
    ],
)
def test_what_goes_together_is_bought_together(bought: list[list[str]], first: str, second: str) -> None:
    assert lift(bought, first, second) > 1.5


def test_what_has_nothing_in_common_is_not(bought: list[list[str]]) -> None:
    kinds = sorted({category for categories in bought for category in categories})
    assert 0.8 < median(lift(bought, first, second) for first, second in permutations(kinds, 2)) < 1.1


def test_only_cases_that_fit_go_with_an_e_reader() -> None:
    companions = {item.slug: item.goes_with for item in make_catalogue(dice(7, "catalogue"))}
    assert companions["inkhaven-page-6"] == ("inkhaven-folio-6", "harrow-reader-sleeve")
    assert companions["inkhaven-page-7-water"] == ("inkhaven-fabric-7", "harrow-reader-sleeve")


def test_purchases_are_the_orders(shop: DemoShop) -> None:
    products = {row["id"]: row["product_id"] for row in shop[Variant]}
    orders = {row["id"]: row for row in shop[Order]}
    ordered = Counter(
        (orders[i["order_id"]]["customer_id"], products[i["variant_id"]], orders[i["order_id"]]["placed_at"])
        for i in shop[OrderItem]
    )
    bought = Counter(
        (e["customer_id"], e["product_id"], e["at"]) for e in shop[ShoppingEvent] if e["kind"] == "purchase"
    )
    assert bought == ordered


def test_nothing_is_bought_without_having_been_seen_and_put_into_the_cart(shop: DemoShop) -> None:
    seen: set[tuple[str, int, int]] = set()
    for event in shop[ShoppingEvent]:
        key = (event["customer_id"], event["product_id"])
        if event["kind"] == "purchase":
            assert ("view", *key) in seen
            assert ("cart", *key) in seen
        seen.add((event["kind"], *key))
    kinds = Counter(event["kind"] for event in shop[ShoppingEvent])
    assert kinds["view"] > 2 * kinds["cart"] > 2 * kinds["purchase"] > 2_000


def test_the_year_is_covered(shop: DemoShop) -> None:
    for table, key in ((Order, "placed_at"), (ShoppingEvent, "at")):
        months = Counter((row[key].year, row[key].month) for row in shop[table])
        assert len(months) >= 12


def test_every_product_has_a_rating_and_most_reviewers_bought_it(shop: DemoShop) -> None:
    products = {row["id"]: row["product_id"] for row in shop[Variant]}
    customers = {row["id"]: row["customer_id"] for row in shop[Order]}
    bought = {(customers[item["order_id"]], products[item["variant_id"]]) for item in shop[OrderItem]}
    reviews = shop[Review]
    assert min(Counter(review["product_id"] for review in reviews).values()) >= 4
    assert {review["product_id"] for review in reviews} == {row["id"] for row in shop[Product]}
    by_buyers = [r for r in reviews if (r["customer_id"], r["product_id"]) in bought]
    assert len(by_buyers) > len(reviews) * 0.6
    assert all(r["customer_id"] is None for r in reviews if r not in by_buyers)
    assert len({(r["customer_id"], r["product_id"]) for r in by_buyers}) == len(by_buyers)


def test_reviews_use_all_stars_and_both_languages(shop: DemoShop) -> None:
    stars = Counter(review["stars"] for review in shop[Review])
    languages = Counter(review["language"] for review in shop[Review])
    tongues = {row["id"]: row["language"] for row in shop[Customer]}
    assert set(stars) == {1, 2, 3, 4, 5}
    assert min(stars.values()) >= 20
    assert stars[5] > stars[3] > stars[1]
    assert min(languages["en"], languages["zh"]) >= 300
    for review in shop[Review]:
        assert bool(CJK.search(review["text"])) is (review["language"] == "zh"), review["text"]
        assert review["customer_id"] is None or tongues[review["customer_id"]] == review["language"]


def test_reviews_hardly_repeat_and_leave_nothing_unfilled(shop: DemoShop) -> None:
    texts = [review["text"] for review in shop[Review]]
    assert len(set(texts)) > len(texts) * 0.98
    assert not any(re.search(r"[{}|()]|  |\b[Pp]roduct \d", text) for text in texts)
    assert min(map(len, texts)) >= 5


def test_reviews_say_what_their_stars_say(shop: DemoShop) -> None:
    for review in shop[Review]:
        about = read_data(f"reviews.{review['language']}")["about"].values()
        text = review["text"]
        if review["stars"] == 5:
            assert not any(_plain(bad) in text for group in about for bad in group["bad"]), text
        if review["stars"] == 1:
            assert not any(_plain(good) in text for group in about for good in group["good"] if len(good) > 12), text


def test_reviews_praise_only_what_a_product_has(shop: DemoShop) -> None:
    tags = {row["id"]: row["tags"]["en"] for row in shop[Product]}
    for review in shop[Review]:
        if "noise cancelling" in review["text"]:
            assert "noise cancelling" in tags[review["product_id"]], review


def test_every_remark_of_the_word_lists_can_be_made() -> None:
    goods = make_catalogue(dice(7, "catalogue"))
    groups = {slug: entry["reviews"] for slug, entry in read_data("categories").items()}
    for language in ("en", "zh"):
        for group, moods in read_data(f"reviews.{language}")["about"].items():
            items = [item for item in goods if groups[item.category] == group]
            possible = set().union(*(item.tags for item in items)) | {
                word
                for item in items
                for fact in item.row["facts"]
                for word in (fact["key"], *(piece.strip() for piece in fact["en"][1].split(",")))
            }
            conditions = {re.match(r"\((.+?)\) ", remark) for remarks in moods.values() for remark in remarks}
            assert {found[1] for found in conditions if found} <= possible, (language, group)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_is_enough_to_say_about_every_product(language: str) -> None:
    about = read_data(f"reviews.{language}")["about"]
    for item in make_catalogue(dice(7, "catalogue")):
        remarks = about[read_data("categories")[item.category]["reviews"]]
        counts = {mood: len(fitting_remarks(remarks[mood], item)) for mood in ("good", "meh", "bad")}
        assert counts["good"] >= 4, item.slug
        assert min(counts["meh"], counts["bad"]) >= 2, (item.slug, counts)


def _plain(remark: str) -> str:
    return re.sub(r"^\(.+?\) ", "", remark)
