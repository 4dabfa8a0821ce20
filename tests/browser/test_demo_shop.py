"""A shopper's whole visit in a real Chromium, against the running system."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running_system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end]

ANSWER_MILLISECONDS = 30_000
VISITS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 860}, "locale": "en-US"},
    "phone": {"viewport": {"width": 390, "height": 844}, "locale": "en-US", "has_touch": True, "is_mobile": True},
}


def _photograph(page: Page, name: str) -> None:
    """Keep a screenshot where AISLE_SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("AISLE_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(400)  # let the scrolling come to rest
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def _say(page: Page, text: str) -> None:
    page.locator(".panel .composer textarea").fill(text)
    page.keyboard.press("Enter")


def _sign_in(page: Page, customer: str) -> None:
    page.locator(".account summary").click()
    page.locator(f"[data-customer={customer}]").click()
    page.locator(".launcher").click()


@pytest.mark.parametrize("device", VISITS)
def test_a_visit(device: str, chromium: Browser, system: RunningSystem) -> None:
    with chromium.new_context(**VISITS[device]) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
        page.goto(system.url)
        _photograph(page, f"{device}-1-front")
        _sign_in(page, "demo-emma")
        _photograph(page, f"{device}-2-welcome")
        _say(page, "where is my order?")
        card = page.locator(".panel .order")
        expect(card.first).to_be_visible(timeout=ANSWER_MILLISECONDS)
        expect(card.first).to_contain_text("#W")
        _photograph(page, f"{device}-3-order")
        page.locator(".panel .choices button").first.click()
        expect(card).to_have_count(2, timeout=ANSWER_MILLISECONDS)
        _say(page, "can you recommend something for me?")
        products = page.locator(".panel .product")
        expect(products.first).to_be_visible(timeout=ANSWER_MILLISECONDS)
        _photograph(page, f"{device}-4-recommendation")
        shown = products.count()
        page.reload()
        if not page.locator(".panel").is_visible():
            page.locator(".launcher").click()
        expect(card).to_have_count(2, timeout=ANSWER_MILLISECONDS)
        expect(products).to_have_count(shown)
        _photograph(page, f"{device}-5-reloaded")


def test_a_visit_in_chinese(chromium: Browser, system: RunningSystem) -> None:
    with chromium.new_context(viewport={"width": 1280, "height": 860}, locale="zh-CN") as context:
        page = context.new_page()
        page.goto(f"{system.url}/demo/language/zh")
        _sign_in(page, "demo-wei")
        _say(page, "我的快递到哪里了？")
        expect(page.locator(".panel .order").first).to_contain_text("#W", timeout=ANSWER_MILLISECONDS)
        _photograph(page, "desktop-zh-1-order")
        _say(page, "有没有两百块以内的蓝牙耳机")
        expect(page.locator(".panel .product").first).to_be_visible(timeout=ANSWER_MILLISECONDS)
        _photograph(page, "desktop-zh-2-products")


def test_an_answer_links_to_its_article(chromium: Browser, system: RunningSystem) -> None:
    with chromium.new_context(**VISITS["desktop"]) as context:
        page = context.new_page()
        page.goto(system.url)
        page.locator(".launcher").click()
        _say(page, "how much is standard shipping?")
        source = page.locator(".panel .bubble a.source")
        expect(source).to_be_visible(timeout=ANSWER_MILLISECONDS)
        with context.expect_page() as opened:
            source.click()
        expect(opened.value.locator("article.help h1")).to_be_visible()
        _photograph(opened.value, "desktop-6-article")


def test_a_stranger_proves_who_they_are_with_the_code_from_the_mailbox(
    chromium: Browser, system: RunningSystem
) -> None:
    with chromium.new_context(**VISITS["desktop"]) as context:
        page = context.new_page()
        page.goto(system.url)
        page.locator(".launcher").click()
        _say(page, "where is my parcel")
        expect(page.locator(".panel")).to_contain_text("e-mail", timeout=ANSWER_MILLISECONDS)
        _say(page, "sofia.martinez@example.com")
        expect(page.locator(".panel")).to_contain_text("6-digit code", timeout=ANSWER_MILLISECONDS)
        mailbox = context.new_page()
        mailbox.goto(f"{system.url}/demo/mailbox")
        subject = mailbox.locator(".mail h2").first.inner_text()
        _photograph(mailbox, "desktop-7-mailbox")
        mailbox.close()
        _say(page, subject.split()[-1])
        expect(page.locator(".panel .order").first).to_be_visible(timeout=ANSWER_MILLISECONDS)
