"""Support leads and shoppers side by side, in a real Chromium against the running system: what one publishes, the
other is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from shop import staff
from shop.tables import QuestionLog
from tests.running_system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end]

ANSWER_MILLISECONDS = 60_000
SCREEN: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US"}
PASSWORD = "copper lantern drifts"
LEADS = ("mia@shop.example", "leo@shop.example")


@pytest.fixture(scope="module")
def leads(system: RunningSystem) -> tuple[str, ...]:
    """Two who can sign in."""
    database = system.database()
    for email in LEADS:
        with database.work() as unit:
            name = email.partition("@")[0].title()
            _, token = staff.add_member(unit.session, "command", email, name, "lead", system.settings)
            unit.commit()
        staff.choose_password(database, staff.Passwords(), system.settings, token, PASSWORD)
    database.close()
    return LEADS


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Any]:
    """A page of a visitor of their own; what breaks in it fails the test."""
    contexts = []

    def open_page() -> Page:
        context = chromium.new_context(**SCREEN)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()


def _photograph(page: Page, name: str) -> None:
    """Keep a screenshot where AISLE_SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("AISLE_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"live-{name}.png"), full_page=True)


def _lead(page: Page, system: RunningSystem, email: str, path: str) -> Page:
    page.goto(f"{system.url}{path}")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".tabs")).to_be_visible()
    return page


def _shopper(page: Page, system: RunningSystem) -> Page:
    page.goto(system.url)
    page.locator(".launcher").click()
    return page


def _ask(page: Page, question: str, answer: str) -> None:
    """Ask the bot; the answer to just this question must hold the words."""
    before = page.locator(".panel .entry.bot:not(.typing)").count()
    page.locator(".panel .composer textarea").fill(question)
    page.keyboard.press("Enter")
    reply = page.locator(".panel .entry.bot:not(.typing)").nth(before)
    expect(reply).to_contain_text(answer, timeout=ANSWER_MILLISECONDS)


def _asked(system: RunningSystem, text: str) -> list[tuple[str, int | None]]:
    """What the question log has of a question: outcome and vote, the oldest first."""
    database = system.database()
    with database.read() as unit:
        query = unit.session.query(QuestionLog).filter(QuestionLog.text == text).order_by(QuestionLog.id)
        found = [(row.outcome, row.vote) for row in query]
    database.close()
    return found


def test_write_preview_batch_test_publish_ask_and_restore(
    opened: Any, system: RunningSystem, leads: tuple[str, ...]
) -> None:
    question = "do you do gift wrapping"
    emma = _shopper(opened(), system)
    _ask(emma, question, "We wrap each item for $4.00")
    mia = _lead(opened(), system, leads[0], "/editor/articles/gift-wrapping?language=en")
    mia.get_by_label("Text", exact=True).fill("From today we wrap every item for **$1.50**, ribbon included.")
    expect(mia.locator("[data-preview] .bubble")).to_contain_text("From today we wrap every item for $1.50")
    mia.get_by_role("button", name="Save draft").click()
    expect(mia.get_by_role("status").first).to_contain_text("The draft is saved.")
    _photograph(mia, "1-draft")
    _ask(emma, question, "We wrap each item for $4.00")

    mia.get_by_role("link", name="Batch test", exact=True).click()
    mia.get_by_label("Name").fill("Gifts")
    mia.get_by_label("Questions").fill(
        f"{question} | en | gift-wrapping\nwhat are your opening hours | en | opening-hours"
    )
    mia.get_by_role("button", name="Save the list").click()
    mia.get_by_label("As if published").select_option("gift-wrapping")
    mia.get_by_role("button", name="Run").click()
    expect(mia.get_by_role("heading", name="Gifts: what would change")).to_be_visible(timeout=ANSWER_MILLISECONDS)
    changed = mia.locator("tbody tr").filter(has_text="changes")
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text(question)
    _photograph(mia, "2-batch-test")

    mia.goto(f"{system.url}/editor/articles/gift-wrapping?language=en")
    mia.get_by_role("button", name="Publish", exact=True).click()
    expect(mia.get_by_role("status").first).to_contain_text("Published.")
    _ask(emma, question, "From today we wrap every item for $1.50")
    _photograph(emma, "3-shopper")

    mia.get_by_role("link", name="History").click()
    mia.get_by_role("button", name="Restore").last.click()
    expect(mia.get_by_role("status").first).to_contain_text("The old text is there again")
    _ask(emma, question, "We wrap each item for $4.00")


def test_a_thumb_down_is_a_gap_that_a_lead_answers(opened: Any, system: RunningSystem, leads: tuple[str, ...]) -> None:
    question = "can my parcel go to a PO box number"
    emma = _shopper(opened(), system)
    _ask(emma, question, "We deliver to PO boxes")
    emma.get_by_role("button", name="This did not help").click()
    expect(emma.get_by_role("button", name="This did not help")).to_have_attribute("aria-pressed", "true")
    mia = _lead(opened(), system, leads[0], "/editor/gaps")
    gap = mia.locator(".gap").filter(has_text=question)
    expect(gap).to_contain_text("1 voted down")
    assert _asked(system, question) == [("answered", -1)]
    _photograph(mia, "4-gap")
    gap.get_by_role("link", name="Write an article").click()
    expect(mia.get_by_label("Title", exact=True)).to_have_value(question)
    mia.get_by_label("Text", exact=True).fill("Yes: to every PO box in the country, within four days.")
    mia.get_by_label("Category").fill("shipping")
    mia.get_by_role("button", name="Save draft").click()
    expect(mia.get_by_role("status").first).to_contain_text("The draft is saved.")
    _ask(emma, question, "We deliver to PO boxes")
    mia.get_by_role("button", name="Publish", exact=True).click()
    expect(mia.get_by_role("status").first).to_contain_text("Published.")
    _ask(emma, question, "Yes: to every PO box in the country")
    mia.goto(f"{system.url}/editor/gaps")
    expect(mia.locator(".gap").filter(has_text=question)).to_have_count(0)


def test_an_unanswered_question_gets_a_draft_and_an_answer(
    opened: Any, system: RunningSystem, leads: tuple[str, ...]
) -> None:
    question = "is your store wheelchair accessible?"
    emma = _shopper(opened(), system)
    _ask(emma, question, "")
    assert [outcome for outcome, _ in _asked(system, question)] == ["unanswered"]
    mia = _lead(opened(), system, leads[0], "/editor/gaps")
    gap = mia.locator(".gap").filter(has_text=question)
    expect(gap).to_contain_text("1 unanswered")
    gap.get_by_role("link", name="Write an article").click()
    mia.get_by_label("Text", exact=True).fill("Every store has a ramp and a lift, says the store team.")
    mia.get_by_label("Category").fill("store")
    mia.get_by_role("button", name="Publish", exact=True).click()
    expect(mia.get_by_role("status").first).to_contain_text("Published.")
    _ask(emma, question, "Every store has a ramp and a lift, says the store team.")
    mia.goto(f"{system.url}/editor/gaps")
    expect(mia.locator(".gap").filter(has_text=question)).to_have_count(0)


def test_of_two_leads_at_one_article_nobody_is_overwritten(
    opened: Any, system: RunningSystem, leads: tuple[str, ...]
) -> None:
    path, question = "/editor/articles/student-discount?language=en", "do you have a student discount"
    mia, leo = (_lead(opened(), system, email, path) for email in leads)
    leo.get_by_label("Text", exact=True).fill("Students get 12% off, says Leo.")
    leo.get_by_role("button", name="Publish", exact=True).click()
    expect(leo.get_by_role("status").first).to_contain_text("Published.")
    mia.get_by_label("Text", exact=True).fill("Students get 15% off, says Mia.")
    mia.get_by_role("button", name="Publish", exact=True).click()
    expect(mia.get_by_role("heading", name="Leo saved revision 2 while you were writing")).to_be_visible()
    expect(mia.get_by_label("Text", exact=True)).to_have_value("Students get 15% off, says Mia.")
    emma = _shopper(opened(), system)
    _ask(emma, question, "says Leo.")
    mia.get_by_role("button", name="Publish mine").click()
    expect(mia.get_by_role("status").first).to_contain_text("Published.")
    _ask(emma, question, "says Mia.")
