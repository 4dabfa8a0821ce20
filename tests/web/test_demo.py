"""The demo shop's pages, its sign-in, its mailbox, its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from shop.clock import now
from shop.settings import Settings
from shop.tables import Customer, Mail, Product, ProductCopy, Review, Variant
from shop.unit_of_work import Database
from tests.web.served import served
from web.demo.illustrations import illustration
from web.demo.texts import TEXTS
from web.gateway.tokens import Tokens

CATEGORIES = Path(__file__).parents[2] / "shop" / "demo" / "data" / "categories.yml"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def stocked(database: Database) -> Database:
    with database.work() as unit:
        for external_id, name, language in (
            ("demo-emma", "Emma", "en"),
            ("demo-wei", "王伟", "zh"),
            ("other", "X", "en"),
        ):
            email = f"{external_id}@example.com"
            unit.session.add(
                Customer(external_id=external_id, email=email, name=name, language=language, created_at=now())
            )
        variants = [
            Variant(sku="S", options={"colour": "navy"}, options_zh={"颜色": "藏青"}, price_cents=8900, stock=1),
            Variant(sku="M", options={"colour": "navy"}, options_zh={"颜色": "藏青"}, price_cents=9900, stock=2),
        ]
        jacket = Product(
            external_id="p1",
            department="clothing",
            category_en="rain jacket",
            category_zh="冲锋衣",
            name_en=f"Storm {HOSTILE}",
            name_zh="暴风冲锋衣",
            facts=[{"key": "w", "en": ["Weight", "300 g"], "zh": ["重量", "300克"]}],
            tags={"en": [], "zh": []},
            image="/static/demo/rain-jacket.svg",
            variants=variants,
        )
        unit.session.add(jacket)
        unit.session.flush()
        unit.session.add(
            Review(external_id="r1", product_id=jacket.id, stars=4, language="en", text=HOSTILE, created_at=now())
        )
        unit.session.add(
            ProductCopy(
                product_id=jacket.id,
                language="en",
                text="Keeps rain out.",
                writer="template",
                facts_fingerprint="",
                created_at=now(),
            )
        )
        unit.session.add(Mail(recipient="emma@example.com", subject="Your code", body="123456", created_at=now()))
        unit.commit()
    return database


@pytest.fixture
def pages(address: str, stocked: Database) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, follow_redirects=True, headers={"Accept-Language": "en"}, timeout=20) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/departments/clothing", "/products/1", "/demo/mailbox"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_in_both_languages(pages: httpx.Client, path: str, language: str) -> None:
    page = pages.get(f"/demo/language/{language}", params={"back": path})
    assert (page.status_code, page.url.path) == (200, path)
    assert f'<html lang="{TEXTS[language]["locale"]}">' in page.text
    assert f'data-language="{language}"' in page.text
    assert HOSTILE not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_product_page_shows_what_the_records_say(pages: httpx.Client) -> None:
    page = pages.get("/products/1").text
    for words in ("$89.00", "Keeps rain out.", "300 g", "navy", "4.0"):
        assert words in page
    assert "rain-jacket.svg?colour=navy" in page


def test_the_mailbox_shows_codes(pages: httpx.Client) -> None:
    assert "123456" in pages.get("/demo/mailbox").text


@pytest.mark.parametrize("path", ["/products/999", "/products/0x1", "/products/²", "/departments/garden"])
def test_missing_pages_say_so(pages: httpx.Client, path: str) -> None:
    page = pages.get(path)
    assert page.status_code == 404
    assert TEXTS["en"]["not_found"] in page.text


def test_sign_in_gives_the_widget_a_signed_token(pages: httpx.Client, settings: Settings) -> None:
    assert "data-customer-token" not in pages.get("/").text
    page = pages.post("/demo/sign-in/demo-wei", params={"back": "/products/1"})
    assert page.url.path == "/products/1"
    token = re.search(r'data-customer-token="([^"]+)"', page.text)
    assert token is not None
    assert Tokens(settings).check_customer(token[1]) == "demo-wei"
    assert '<html lang="zh-CN">' in page.text  # who chose no language gets the customer's
    page = pages.post("/demo/sign-out")
    assert "data-customer-token" not in page.text


def test_only_demo_customers_may_be_played(pages: httpx.Client, settings: Settings) -> None:
    assert "data-customer-token" not in pages.post("/demo/sign-in/other").text
    pages.cookies.set("aisle_demo_customer", Tokens(settings).for_customer("other"))
    assert "data-customer-token" not in pages.get("/").text
    pages.cookies.set("aisle_demo_customer", "forged")
    assert pages.get("/").status_code == 200


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "evil"])
def test_nobody_is_sent_to_another_site(address: str, back: str) -> None:
    for answer in (
        httpx.post(f"{address}/demo/sign-out", params={"back": back}),
        httpx.get(f"{address}/demo/language/en", params={"back": back}),
    ):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_a_real_shop_serves_no_demo(settings: Settings) -> None:
    settings.demo = False
    with served(settings) as address:
        assert httpx.get(f"{address}/").status_code == 404
        assert httpx.get(f"{address}/demo/mailbox").status_code == 404
        assert httpx.get(f"{address}/widget.js").status_code == 200


def test_every_category_has_its_own_drawing() -> None:
    fallback = illustration("no-such-thing", "navy")
    for slug in yaml.safe_load(CATEGORIES.read_text(encoding="utf-8")):
        drawn = illustration(slug, "navy")
        assert drawn.startswith("<svg")
        assert drawn != fallback, slug


def test_drawings_take_the_colour_asked_for(address: str) -> None:
    answer = httpx.get(f"{address}/static/demo/mug.svg", params={"colour": "rust"})
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "#b35f3c" in answer.text
    assert httpx.get(f"{address}/static/demo/unheard-of.svg").status_code == 200


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["en"].keys() == TEXTS["zh"].keys()
