"""A lead writes, publishes, asks and restores with the keyboard alone, in a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from shop.migrations import upgrade
from tests.web.editing import LEAD, OTHER_LEAD, PASSWORD, OpenEditor, open_editor
from tests.web.served import wait_until

pytestmark = pytest.mark.browser

SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 860}, "locale": "en-US"},
    "phone": {"viewport": {"width": 390, "height": 844}, "locale": "en-US", "has_touch": True, "is_mobile": True},
}
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[OpenEditor]:
    template = tmp_path / "template.db"
    upgrade(f"sqlite:///{template}")
    folder = tmp_path / "state"
    folder.mkdir()
    with open_editor(folder, template) as opened:
        yield opened


def _open(browser: Browser, editor: OpenEditor, screen: str, email: str = LEAD) -> Page:
    page = browser.new_context(**SCREENS[screen]).new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
    page.goto(f"{editor.address}/editor")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Articles")).to_be_visible()
    return page


def _photograph(page: Page, name: str) -> None:
    """Keep a screenshot where AISLE_SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("AISLE_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"editor-{name}.png"), full_page=True)
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not too_wide, f"{name}: the page scrolls sideways"


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the thing of this name or label has the focus, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const a = document.activeElement; return a.labels?.[0]?.innerText || a.innerText || ''; })()"
        )
        if " ".join(focused.split()).startswith(name):
            return
    pytest.fail(f"Tab never came to {name!r}")


def _ask(page: Page, question: str) -> None:
    _tab_to(page, "Question")
    page.keyboard.press("Control+a")
    page.keyboard.type(question)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("screen", SCREENS)
def test_writing_publishing_asking_and_restoring_with_the_keyboard(
    screen: str, chromium: Browser, editor: OpenEditor
) -> None:
    page = _open(chromium, editor, screen)
    _tab_to(page, "New article")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New article")).to_be_visible()
    _tab_to(page, "Title")
    page.keyboard.type("Knife sharpening")
    _tab_to(page, "Text")
    page.keyboard.insert_text(f"We sharpen **knives** on Fridays.\n\n{HOSTILE}")
    _tab_to(page, "Other ways")
    page.keyboard.type("do you sharpen knives")
    _tab_to(page, "Category")
    page.keyboard.type("store")
    reply = page.locator("[data-preview] .bubble")
    expect(reply).to_contain_text("We sharpen knives on Fridays.")
    expect(page.get_by_text("Scripts, styles and frames are left out")).to_be_visible()
    _ask(page, "do you sharpen knives")
    expect(page.locator("[data-answer] .bubble").first).to_contain_text("We sharpen knives on Fridays.")
    expect(page.get_by_text("this text", exact=True)).to_be_visible()
    _photograph(page, f"{screen}-1-unsaved")
    page.get_by_label("Title", exact=True).focus()
    _tab_to(page, "Publish")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Published.")
    assert page.evaluate("window.hacked") is None

    page.get_by_label("Title", exact=True).focus()
    _tab_to(page, "Text")
    page.keyboard.press("Control+a")
    page.keyboard.type("We sharpen knives on Mondays.")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_role("status").first).to_contain_text("The draft is saved.")
    expect(page.get_by_text("revision 2 is not published")).to_be_visible()
    _ask(page, "do you sharpen knives")
    expect(page.locator("[data-answer] .bubble").first).to_contain_text("on Mondays")
    _tab_to(page, "What it answers now")
    page.keyboard.press("Enter")
    expect(page.locator("[data-answer] .bubble").last).to_contain_text("on Fridays")

    page.keyboard.press("Control+Home")
    page.get_by_role("link", name="History").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Revision 1 and revision 2")).to_be_visible()
    _photograph(page, f"{screen}-2-history")
    _tab_to(page, "Restore")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The old text is there again")
    expect(page.get_by_label("Text", exact=True)).to_have_value(f"We sharpen **knives** on Fridays.\n\n{HOSTILE}")
    expect(page.get_by_role("button", name="Undo: back to revision 2")).to_be_visible()
    _photograph(page, f"{screen}-3-restored")
    page.context.close()


def test_two_leads_editing_the_same_article_and_a_session_that_ended(chromium: Browser, editor: OpenEditor) -> None:
    mia, leo = (_open(chromium, editor, "desktop", email) for email in (LEAD, OTHER_LEAD))
    for page in (mia, leo):
        page.goto(f"{editor.address}/editor/articles/shipping-cost")
    leo.get_by_label("Text", exact=True).fill("Shipping is free.\n\nLeo says so.")
    leo.get_by_role("button", name="Publish", exact=True).click()
    expect(leo.get_by_role("status").first).to_contain_text("Published.")
    mia.get_by_label("Text", exact=True).fill("Shipping is free.\n\nMia says so.")
    mia.get_by_role("button", name="Save draft").click()
    expect(mia.get_by_role("heading", name="Leo saved revision 2 while you were writing")).to_be_visible()
    expect(mia.get_by_label("Text", exact=True)).to_have_value("Shipping is free.\n\nMia says so.")
    _photograph(mia, "desktop-4-conflict")
    mia.get_by_role("button", name="Save mine on top").click()
    expect(mia.get_by_role("status").first).to_contain_text("The draft is saved.")

    mia.get_by_label("Text", exact=True).fill("Words that must not be lost.")
    mia.context.clear_cookies()
    mia.get_by_role("button", name="Save draft").click()
    expect(mia.get_by_text("You are not signed in any more.")).to_be_visible()
    expect(mia.get_by_label("Text", exact=True)).to_have_value("Words that must not be lost.")
    for page in (mia, leo):
        page.context.close()


def test_what_is_typed_before_the_script_runs_is_previewed(chromium: Browser, editor: OpenEditor) -> None:
    page = _open(chromium, editor, "desktop")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/editor.js*", hold)
    page.goto(f"{editor.address}/editor/articles/shipping-cost", wait_until="commit")
    page.get_by_label("Text", exact=True).fill("Shipping is free on Fridays.")
    wait_until(lambda: bool(held) or page.wait_for_timeout(50))
    held[0].continue_()
    expect(page.locator("[data-preview] .bubble")).to_contain_text("Shipping is free on Fridays.")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.context.close()
