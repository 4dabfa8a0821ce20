"""A trainer labels with the keyboard alone, with a finger, without scripts, and while the server is away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from shop.migrations import upgrade
from shop.tables import TrainingLabel, TrainingMessage
from tests.web.insiders import PASSWORD
from tests.web.served import wait_until
from tests.web.talks import HOSTILE, Said, say, talk
from tests.web.training_room import TARA, Workbench, make_tiny_model, open_workbench

pytestmark = pytest.mark.browser

SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 860}, "locale": "en-US"},
    "phone": {"viewport": {"width": 390, "height": 844}, "locale": "en-US", "has_touch": True, "is_mobile": True},
}
GIFTS = "can you gift wrap the linen shirt for [order_number]"


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def bench(tmp_path: Path, tiny_model: Path) -> Iterator[Workbench]:
    template = tmp_path / "template.db"
    upgrade(f"sqlite:///{template}")
    folder = tmp_path / "state"
    folder.mkdir()
    with open_workbench(folder, template, tiny_model) as opened:
        talk(opened.database)
        say(opened.database, Said(HOSTILE, {"track_order": 0.5, "find_product": 0.4}, HOSTILE, acted="nlu_fallback"))
        yield opened


def _open(browser: Browser, bench: Workbench, screen: str = "desktop", **settings: Any) -> Page:
    page = browser.new_context(**SCREENS[screen], **settings).new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
    page.goto(f"{bench.address}/workbench")
    page.get_by_label("E-mail").fill(TARA)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("[data-queue] [aria-current]")).to_be_visible(timeout=30_000)
    return page


def _photograph(page: Page, name: str) -> None:
    """Keep a screenshot where AISLE_SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("AISLE_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"inbox-{name}.png"), full_page=True)
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not too_wide, f"{name}: the page scrolls sideways"


def _text(page: Page) -> str:
    """The message in hand, once it can be labelled."""
    expect(page.locator("[data-hand] form:not([data-sent]) [data-undo]")).to_be_visible(timeout=20_000)
    return str(page.locator("[data-hand] [data-plain]").get_attribute("data-plain"))


def _comes(page: Page, text: str) -> None:
    """Wait until this message is in hand."""
    expect(page.locator("[data-hand] [data-plain]")).to_have_attribute("data-plain", text)
    _text(page)


def _go_to(page: Page, bench: Workbench, text: str) -> None:
    """Take a message in hand by its address, as a link to it does."""
    with bench.database.read() as unit:
        found = unit.session.scalars(select(TrainingMessage.id).where(TrainingMessage.text == text)).one()
    page.goto(f"{bench.address}/workbench?at={found}")
    _comes(page, text)


def _label(bench: Workbench, text: str) -> TrainingLabel | None:
    """The label in force of the message of this text."""
    query = (
        select(TrainingLabel)
        .join(TrainingMessage, TrainingMessage.id == TrainingLabel.training_message_id)
        .where(TrainingMessage.text == text, TrainingLabel.withdrawn_at.is_(None))
    )
    with bench.database.read() as unit:
        return unit.session.scalars(query).one_or_none()


def _kept(bench: Workbench, text: str) -> TrainingLabel:
    """The label, once it has reached the server."""
    wait_until(lambda: _label(bench, text))
    found = _label(bench, text)
    assert found is not None
    return found


def _suggestion(page: Page) -> tuple[str, str]:
    """Kind and intent of the label that one key gives."""
    likeliest = str(page.locator("[data-hand] [name=suggested]").get_attribute("value"))
    return ("out_of_scope" if likeliest == "out_of_scope" else "accepted"), likeliest


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_labelling_with_the_keyboard_alone(chromium: Browser, bench: Workbench) -> None:
    page = _open(chromium, bench)
    first = _text(page)
    suggestion = _suggestion(page)
    _photograph(page, "desktop-1-begun")
    _press(page, "Enter")  # one key
    expect(page.locator("[data-toast]")).to_contain_text("Labelled:")
    second = _text(page)
    assert second != first
    assert (_kept(bench, first).kind, _kept(bench, first).intent) == suggestion

    _press(page, "2")
    assert (_kept(bench, second).kind, _text(page) != second) == ("chosen", True)
    _press(page, "u")
    expect(page.locator("[data-toast]")).to_contain_text("Taken back.")
    _comes(page, second)
    assert _label(bench, second) is None

    _press(page, "j", "k")
    _comes(page, second)
    _press(page, "/")
    page.keyboard.type("delivery")
    expect(page.locator("#picker [aria-selected=true]")).to_have_attribute("data-intent", "delivery_problem")
    _photograph(page, "desktop-2-picker")
    _press(page, "Enter")
    assert _kept(bench, second).intent == "delivery_problem"

    third = _text(page)
    _press(page, "m", "o")
    assert (_kept(bench, third).kind, _kept(bench, third).sentiment) == ("out_of_scope", "negative")
    fourth = _text(page)
    _press(page, "s")
    assert _kept(bench, fourth).kind == "skipped"

    fifth = _text(page)
    _press(page, "n")
    page.keyboard.type("Gift wrapping")
    _press(page, "Enter")
    assert (_kept(bench, fifth).kind, _kept(bench, fifth).intent) == ("new_intent", "gift_wrapping")

    _press(page, "?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    _photograph(page, "desktop-3-keys")
    _press(page, "Escape")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()
    _press(page, "u")
    _comes(page, fifth)
    page.context.close()


def test_correcting_entities_with_the_keyboard(chromium: Browser, bench: Workbench) -> None:
    page = _open(chromium, bench)
    _go_to(page, bench, GIFTS)
    _press(page, "e", "ArrowRight", "ArrowRight")  # can you [gift]
    _press(page, "Shift+ArrowRight")  # [gift wrap]
    expect(page.get_by_text("“gift wrap”")).to_be_visible()
    _press(page, "Enter")
    page.get_by_label("What is “gift wrap”?").select_option("reason")
    _press(page, "Enter")
    expect(page.locator("mark[data-entity=reason]")).to_contain_text("gift wrap")
    for _ in range(3):
        _press(page, "ArrowRight")  # wrap, the, linen
    _press(page, "Delete")
    expect(page.locator("mark[data-entity=product]")).to_have_count(0)
    _photograph(page, "desktop-4-entities")
    _press(page, "Escape", "1")
    start = GIFTS.index("[")
    assert _kept(bench, GIFTS).entities == [
        {"entity": "reason", "start": GIFTS.index("gift"), "end": GIFTS.index("gift") + len("gift wrap")},
        {"entity": "order_number", "start": start, "end": len(GIFTS)},
    ]
    page.context.close()


def test_nothing_is_lost_while_the_server_is_away(chromium: Browser, bench: Workbench) -> None:
    page = _open(chromium, bench)
    page.route("**/workbench/label", lambda route: route.abort())
    first = _text(page)
    _press(page, "1")
    second = _text(page)
    _press(page, "1")
    expect(page.locator("[data-outbox]")).to_contain_text("2 labels wait in this browser; nothing is lost.")
    third = _text(page)
    _photograph(page, "desktop-5-away")
    _press(page, "3")
    _text(page)
    _press(page, "u")  # what was not sent yet is only forgotten
    _comes(page, third)
    page.unroute("**/workbench/label")
    page.reload()  # and what waits outlives the page
    assert {_kept(bench, first).kind, _kept(bench, second).kind} <= {"accepted", "out_of_scope"}
    assert _label(bench, third) is None
    expect(page.locator("[data-outbox]")).to_be_hidden()

    page.goto(f"{bench.address}/workbench")
    shown = _text(page)
    page.context.clear_cookies()
    _press(page, "1")
    expect(page.locator("[data-outbox]")).to_contain_text("You are not signed in any more.")
    assert _label(bench, shown) is None
    page.context.close()


def test_what_shoppers_write_does_nothing(chromium: Browser, bench: Workbench) -> None:
    page = _open(chromium, bench)
    _go_to(page, bench, HOSTILE)
    _press(page, "e", "ArrowRight", "Escape")
    expect(page.locator("[data-hand] .talk")).to_contain_text("window.hacked")
    assert page.evaluate("window.hacked") is None
    page.context.close()


def test_labelling_with_a_finger(chromium: Browser, bench: Workbench) -> None:
    page = _open(chromium, bench, "phone")
    first = _text(page)
    _photograph(page, "phone-1-begun")
    page.get_by_role("button", name="Another intent").tap()
    page.get_by_label("Intent", exact=True).last.fill("warranty")
    _photograph(page, "phone-2-picker")
    page.locator("#pick-ask_warranty").tap()
    assert _kept(bench, first).intent == "ask_warranty"
    second = _text(page)
    page.locator("[data-sentiment] label").last.tap()
    page.locator("[data-key='2']").tap()
    assert (_kept(bench, second).kind, _kept(bench, second).sentiment) == ("chosen", "positive")
    page.get_by_role("button", name="Undo").tap()
    _comes(page, second)
    page.get_by_role("button", name="Correct entities").tap()
    page.locator("[data-word='0']").tap()
    page.get_by_role("button", name="Done").tap()
    page.context.close()


def test_labelling_without_scripts(chromium: Browser, bench: Workbench) -> None:
    page = _open(chromium, bench, java_script_enabled=False)
    first = str(page.locator("[data-plain]").get_attribute("data-plain"))
    suggestion = _suggestion(page)
    page.locator("[data-key='1']").click()
    expect(page.get_by_text("Labelled. Here is the next.")).to_be_visible()
    assert page.locator("[data-plain]").get_attribute("data-plain") != first
    assert (_kept(bench, first).kind, _kept(bench, first).intent) == suggestion
    page.get_by_role("button", name="Undo the last").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert page.locator("[data-plain]").get_attribute("data-plain") == first
    page.context.close()
