"""Thumbs and the question how content a shopper was, in a real Chromium."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from shop import conversations as talk
from shop.tables import AnswerVote, Conversation, Satisfaction
from shop.unit_of_work import Database
from tests.web.served import wait_until
from tests.web.stand_in import Body, StandIn
from tests.web.test_widget import opened, say, site, visit

__all__ = ["site", "visit"]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}
QUESTION = "How was this chat?"
GOODBYE = "Goodbye!"


@pytest.fixture(autouse=True)
def _polite(rasa: StandIn) -> None:
    """Answers; says goodbye where the shopper does."""

    def behave(asked: Body) -> tuple[int, Any]:
        leaves = asked.get("text") in ("bye", "再见")
        intent = {"intent": {"name": "goodbye" if leaves else "ask_shipping"}}
        words = GOODBYE if leaves else f"All about {asked.get('text')}."
        return 200, {"messages": [{"text": words}], "parse": intent}

    rasa.behave = behave


def photograph(page: Page, name: str) -> None:
    """Keep a screenshot where AISLE_SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("AISLE_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(300)
        page.screenshot(path=str(Path(folder) / f"feedback-{name}.png"))


def talked(page: Page, *words: str) -> Page:
    for said in words:
        say(page, said)
        expect(page.get_by_text(f"All about {said}.")).to_be_visible()
    return page


def kept_votes(database: Database) -> list[int]:
    with database.read() as unit:
        return list(unit.session.scalars(select(AnswerVote.vote)))


def kept_rating(database: Database) -> tuple[int, str] | None:
    with database.read() as unit:
        row = unit.session.scalars(select(Satisfaction)).one_or_none()
        return (row.score, row.comment) if row else None


def test_a_thumb_is_given_changed_shown_after_a_reload_and_taken_back(visit: Any, database: Database) -> None:
    page = talked(opened(visit()), "shipping")
    up, down = (page.get_by_role("button", name=name, exact=True) for name in ("This helped", "This did not help"))
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    wait_until(lambda: kept_votes(database) == [1])
    down.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    wait_until(lambda: kept_votes(database) == [-1])
    photograph(page, "desktop-1-thumb")
    page.reload()
    opened(page)
    expect(down).to_have_attribute("aria-pressed", "true")
    down.focus()
    page.keyboard.press("Enter")
    expect(down).to_have_attribute("aria-pressed", "false")
    wait_until(lambda: kept_votes(database) == [])


def test_a_thumb_that_could_not_be_kept_is_not_shown_as_kept(visit: Any, database: Database) -> None:
    page = talked(opened(visit()), "shipping")
    page.route("**/vote", lambda route: route.abort())
    up = page.get_by_role("button", name="This helped", exact=True)
    up.click()
    expect(page.locator(".thumbs [role=status]")).to_have_text("That could not be saved. Please try again.")
    expect(up).to_have_attribute("aria-pressed", "false")
    assert kept_votes(database) == []


def test_courtesies_and_notes_get_no_thumbs(visit: Any, database: Database) -> None:
    page = opened(visit())
    say(page, "bye")
    expect(page.get_by_text(GOODBYE)).to_be_visible()
    expect(page.locator(".thumbs")).to_have_count(0)
    expect(page.get_by_text(QUESTION)).to_be_hidden()  # nothing was answered that could be rated


def test_after_a_goodbye_it_asks_once_and_keeps_score_and_words(visit: Any, database: Database) -> None:
    page = talked(opened(visit()), "shipping")
    say(page, "bye")
    expect(page.get_by_text(QUESTION)).to_be_visible()
    expect(page.locator(".composer textarea")).to_be_focused()  # it takes no focus away
    page.get_by_label("2 of 5: bad").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    wait_until(lambda: kept_rating(database) == (3, ""))
    photograph(page, "desktop-2-rated")
    page.get_by_label("What should we know?").fill("Ask emma@example.com <b>why</b>")
    page.locator(".survey").get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you for your rating!")).to_be_visible()
    assert kept_rating(database) == (3, "Ask [email] <b>why</b>")
    say(page, "bye")
    expect(page.get_by_text(GOODBYE)).to_have_count(2)
    page.reload()
    opened(page)
    expect(page.get_by_text(GOODBYE)).to_have_count(2)
    say(page, "bye")
    expect(page.get_by_text(GOODBYE)).to_have_count(3)
    expect(page.get_by_text(QUESTION)).to_be_hidden()


@pytest.mark.parametrize(("name", "screen"), [("desktop", {}), ("phone", PHONE)])
def test_closing_after_two_answers_asks_beside_the_button(
    visit: Any, database: Database, name: str, screen: dict[str, Any]
) -> None:
    page = talked(opened(visit(**screen)), "shipping")
    page.get_by_role("button", name="Close chat").click()
    expect(page.get_by_text(QUESTION)).to_be_hidden()  # one answer is no conversation yet
    talked(opened(page), "returns")
    photograph(page, f"{name}-3-two-answers")
    page.get_by_role("button", name="Close chat").click()
    expect(page.get_by_text(QUESTION)).to_be_visible()
    photograph(page, f"{name}-4-closed")
    page.locator(".star").nth(3).click()
    wait_until(lambda: kept_rating(database) == (4, ""))
    photograph(page, f"{name}-5-rated")
    page.get_by_role("button", name="No rating").click()
    expect(page.locator(".launcher")).to_be_focused()
    opened(page)
    page.get_by_role("button", name="Close chat").click()
    expect(page.get_by_text(QUESTION)).to_be_hidden()


def test_it_does_not_ask_while_a_person_has_the_conversation_but_when_they_are_done(
    visit: Any, database: Database
) -> None:
    page = talked(opened(visit()), "shipping", "returns")
    with database.work() as unit:
        conversation_id: str = unit.session.query(Conversation).one().id
        talk.hand_over(unit.session, conversation_id, "asked", "")
        unit.commit()
    expect(page.get_by_text("You are in the queue")).to_be_visible()
    page.get_by_role("button", name="Close chat").click()
    expect(page.get_by_text(QUESTION)).to_be_hidden()
    opened(page)
    with database.work() as unit:
        talk.append_agent_message(unit.session, conversation_id, "Ana here, it is done.")
        talk.return_to_bot(unit.session, conversation_id)
        unit.commit()
    expect(page.get_by_text(QUESTION)).to_be_visible()
    say(page, "one more thing")  # who goes on talking is left in peace
    expect(page.get_by_text(QUESTION)).to_be_hidden()


def test_in_chinese_and_in_the_dark(visit: Any, database: Database) -> None:
    page = opened(visit('data-language="zh"', color_scheme="dark", **PHONE))
    say(page, "运费")
    page.get_by_role("button", name="有帮助", exact=True).click()
    wait_until(lambda: kept_votes(database) == [1])
    say(page, "再见")
    expect(page.get_by_text("您对这次服务满意吗？")).to_be_visible()
    page.get_by_label("5 分：非常满意").tap()
    wait_until(lambda: kept_rating(database) == (5, ""))
    photograph(page, "phone-6-chinese-dark")


def test_a_rating_that_could_not_be_kept_is_said_and_sent_again(visit: Any, database: Database) -> None:
    page = talked(opened(visit()), "shipping")
    page.route("**/satisfaction", lambda route: route.abort())
    say(page, "bye")
    page.get_by_label("1 of 5: very bad").check()
    expect(page.get_by_text("That could not be saved.")).to_be_visible()
    page.unroute("**/satisfaction")
    page.locator(".survey").get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you for your rating!")).to_be_visible()
    assert kept_rating(database) == (1, "")
