"""Staff come in with the keyboard alone, in a real Chromium: first admin, invitation, new password, way out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shop import staff
from shop.migrations import upgrade
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.web.served import served

pytestmark = pytest.mark.browser

PASSWORD, NEW_PASSWORD = "copper lantern drifts", "seven otters paint walls"
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 860}, "locale": "en-US"},
    "phone": {"viewport": {"width": 390, "height": 844}, "locale": "en-US", "has_touch": True, "is_mobile": True},
    "dark": {"viewport": {"width": 1280, "height": 860}, "locale": "en-US", "color_scheme": "dark"},
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(state_dir=tmp_path, database_url="", rasa_port=1, actions_port=1)
    upgrade(settings.resolved_database_url)
    return settings


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    with served(settings) as address:
        yield address


@pytest.fixture
def first_link(settings: Settings, address: str) -> str:
    database = Database.from_settings(settings)
    with database.work() as unit:
        link = staff.first_admin_link(unit.session, settings)
        unit.commit()
    database.close()
    assert link
    return link.replace(settings.resolved_public_url, address)


def _open(context: BrowserContext) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
    page.on("console", _fail_on_policy)
    return page


def _fail_on_policy(message: Any) -> None:
    if "Content Security Policy" in message.text:
        pytest.fail(message.text)


def _photograph(page: Page, name: str) -> None:
    """Keep a screenshot where AISLE_SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("AISLE_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"staff-{name}.png"), full_page=True)
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not too_wide, f"{name}: the page scrolls sideways"


def _type(page: Page, *texts: str) -> None:
    """Fill the fields from the one that has the focus on, past the buttons between them, and send the form."""
    for number, text in enumerate(texts):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the thing of this name has the focus, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText || document.activeElement.value || ''")
        if " ".join(focused.split()) == name:
            return
    pytest.fail(f"Tab never came to {name!r}")


@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_admin_invites_a_colleague_with_the_keyboard_alone(
    screen: str, chromium: Browser, address: str, first_link: str
) -> None:
    with chromium.new_context(**SCREENS[screen]) as context:
        page = _open(context)
        page.goto(first_link)
        _photograph(page, f"{screen}-1-first-admin")
        _type(page, "Ada Stone", "ada@shop.example", PASSWORD)
        expect(page.get_by_role("heading", name="Hello, Ada Stone")).to_be_visible()
        _photograph(page, f"{screen}-2-home")

        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        _tab_to(page, "People")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nobody but you yet.")).to_be_visible()
        _tab_to(page, "Invite somebody")  # open already, as there is nobody
        page.keyboard.press("Tab")
        page.keyboard.type("王伟")
        page.keyboard.press("Tab")
        page.keyboard.type("wei@shop.example")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        link = page.get_by_role("textbox", name="Link for 王伟").input_value()
        _photograph(page, f"{screen}-3-invited")

        page.locator(".me summary").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
        expect(page.locator(".me summary")).to_be_focused()

    with chromium.new_context(**SCREENS[screen]) as context:
        page = _open(context)
        page.goto(address + link[link.index("/staff/") :])
        expect(page.get_by_role("heading", name="Welcome, 王伟")).to_be_visible()
        expect(page.get_by_text("You join as lead")).to_be_visible()
        _photograph(page, f"{screen}-4-welcome")
        _type(page, PASSWORD)
        expect(
            page.get_by_role("heading", name="Articles").or_(page.get_by_role("link", name="Articles")).first
        ).to_be_visible()
        expect(page.get_by_role("link", name="People")).to_have_count(0)
        _photograph(page, f"{screen}-5-inside")


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_signing_in_changing_the_password_and_signing_out_with_the_keyboard_alone(
    screen: str, chromium: Browser, address: str, first_link: str
) -> None:
    with chromium.new_context(**SCREENS[screen]) as other, chromium.new_context(**SCREENS[screen]) as context:
        elsewhere = _open(other)
        elsewhere.goto(first_link)
        _type(elsewhere, "Ada Stone", "ada@shop.example", PASSWORD)
        expect(elsewhere.get_by_role("heading", name="Hello, Ada Stone")).to_be_visible()

        page = _open(context)
        page.goto(f"{address}/staff/account")
        _type(page, "ada@shop.example", "not the password")
        expect(page.get_by_role("alert")).to_have_text("E-mail and password do not match. Check both and try again.")
        _photograph(page, f"{screen}-6-wrong")
        expect(page.get_by_label("Password", exact=True)).to_be_focused()  # the e-mail is still there
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Tab")
        page.keyboard.press("Space")  # show it
        expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="My account")).to_be_visible()  # where they wanted to go
        expect(page.locator(".lines li")).to_have_count(2)
        _photograph(page, f"{screen}-7-account")

        page.get_by_label("Password now").focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        _type(page, NEW_PASSWORD)
        expect(page.get_by_role("status")).to_contain_text("Your password is changed.")
        expect(page.locator(".lines li")).to_have_count(1)
        elsewhere.reload()
        expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()

        page.locator(".me summary").focus()
        page.keyboard.press("Enter")
        _tab_to(page, "Sign out")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("You are signed out.")
        page.go_back()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()  # no browser kept the page
