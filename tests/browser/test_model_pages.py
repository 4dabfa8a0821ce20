"""The trainers' pages on runs, models and watching in a real Chromium: nothing breaks or scrolls sideways, a run goes
on before one's eyes, also when the server was away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from shop.clock import now
from shop.migrations import upgrade
from shop.tables import TrainingRun
from tests.web.insiders import PASSWORD
from tests.web.modelling import a_shop, add_run, losses, steps
from tests.web.training_room import TARA, Workbench, open_workbench

pytestmark = pytest.mark.browser

SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 860}, "locale": "en-US"},
    "phone": {"viewport": {"width": 390, "height": 844}, "locale": "en-US", "has_touch": True, "is_mobile": True},
    "dark": {"viewport": {"width": 1280, "height": 860}, "locale": "en-US", "color_scheme": "dark"},
}
PAGES = ("training", "training/4", "training/3", "models", "models/2", "models/3", "models/4", "watching")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Workbench]:
    template = tmp_path / "template.db"
    upgrade(f"sqlite:///{template}")
    folder = tmp_path / "state"
    folder.mkdir()
    with open_workbench(folder, template) as opened:
        with opened.database.work() as unit:
            a_shop(unit.session, opened.settings)
            unit.commit()
        yield opened


def _open(browser: Browser, room: Workbench, screen: str) -> Page:
    page = browser.new_context(**SCREENS[screen]).new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
    page.on("console", _fail_on_policy)
    page.goto(f"{room.address}/workbench/training")
    page.get_by_label("E-mail").fill(TARA)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Training", exact=True)).to_be_visible()
    return page


def _fail_on_policy(message: Any) -> None:
    if "Content Security Policy" in message.text:
        pytest.fail(message.text)


def _photograph(page: Page, name: str) -> None:
    """Keep a screenshot where AISLE_SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("AISLE_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"models-{name}.png"), full_page=True)
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not too_wide, f"{name}: the page scrolls sideways"


@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_breaks_or_scrolls_sideways(screen: str, chromium: Browser, room: Workbench) -> None:
    page = _open(chromium, room, screen)
    for path in PAGES:
        page.goto(f"{room.address}/workbench/{path}")
        expect(page.locator("main h1")).to_be_visible()
        _photograph(page, f"{screen}-{path.replace('/', '-')}")
    assert page.evaluate("window.hacked") is None
    page.context.close()


def test_a_phone_shows_all_parts_of_the_workbench(chromium: Browser, room: Workbench) -> None:
    page = _open(chromium, room, "phone")
    page.goto(f"{room.address}/workbench/watching")
    parts = page.get_by_role("navigation", name="Parts of the workbench")
    for part in parts.get_by_role("link").all():
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_a_run_goes_on_before_ones_eyes(chromium: Browser, room: Workbench) -> None:
    with room.database.work() as unit:
        run = add_run(unit.session, "running", steps=steps(running="collect"), progress={})
        unit.commit()

    def change(**fields: Any) -> None:
        with room.database.work() as unit:
            row = unit.session.get(TrainingRun, run.id)
            for name, value in fields.items():
                setattr(row, name, value)
            unit.commit()

    page = _open(chromium, room, "desktop")
    page.goto(f"{room.address}/workbench/training/{run.id}")
    expect(page.get_by_role("status")).to_have_text("Collect is running.")
    page.evaluate("window.same = true")
    change(steps=steps(running="fine_tune"), progress={"done": 30, "total": 300, "loss": losses(30)})
    expect(page.get_by_role("status")).to_have_text("Fine-tune is running.")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "10")
    expect(page.get_by_role("img", name=f"Loss by step of run {run.id}")).to_be_visible()
    assert page.evaluate("window.same")  # the page was not loaded anew
    _photograph(page, "desktop-running")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_have_text("The run is being stopped.")
    change(state="stopped", ended_at=now())
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.context.close()


def test_promoting_against_the_gate_takes_a_reason_and_a_yes(chromium: Browser, room: Workbench) -> None:
    page = _open(chromium, room, "desktop")
    page.goto(f"{room.address}/workbench/models/4")
    expect(page.get_by_role("button", name="Promote", exact=True)).to_be_disabled()
    page.get_by_text("Promote it all the same").click()
    against = page.get_by_role("button", name="Promote against the gate")
    page.get_by_label("Why").fill("The old one cannot read the new catalogue.")
    against.click()
    expect(page.get_by_role("heading", name="Model 4")).to_be_visible()  # the box was not ticked: nothing was sent
    page.get_by_label("I have read what is worse").check()
    against.click()
    expect(page.locator(".champion")).to_contain_text("Model 4")
    expect(page.locator(".history")).to_contain_text("Tara overrode the gate for model 4")
    page.locator(".champion").get_by_role("button", name="Return to model 2").click()
    expect(page.locator(".champion")).to_contain_text("Model 2")
    page.context.close()
