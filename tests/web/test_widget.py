"""The widget in a real Chromium, on a page of another site: what it must survive."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete

from shop import conversations as talk
from shop.settings import Settings
from shop.tables import Conversation, Message, Reply
from shop.unit_of_work import Database
from tests.web.served import served, wait_until
from tests.web.stand_in import Body, StandIn, echo
from web.gateway.tokens import Tokens

pytestmark = pytest.mark.browser

_HEAD = "<meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'>"
HOSTILE = '<img src=x onerror="window.hacked=1"> javascript:alert(1) [x](javascript:alert(1))'


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Another site: its address and the folder of its pages."""
    folder = tmp_path / "site"
    folder.mkdir()
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    server.server_close()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def visit(chromium: Browser, site: tuple[str, Path], address: str) -> Iterator[Any]:
    """Open a page of the other site that embeds the widget with these attributes of the script tag."""
    contexts = []

    def visit(attributes: str = "", **options: Any) -> Page:
        site_address, folder = site
        tag = f'<script src="{address}/widget.js" {attributes} defer></script>'
        (folder / "index.html").write_text(f"<!doctype html>{_HEAD}<h1>A site</h1>{tag}")
        context = chromium.new_context(**{"locale": "en-US", "viewport": {"width": 1000, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
        page.goto(site_address)
        page.locator(".launcher").wait_for()
        return page

    yield visit
    for context in contexts:
        context.close()


def say(page: Page, text: str) -> None:
    page.locator(".composer textarea").fill(text)
    page.keyboard.press("Enter")


def opened(page: Page) -> Page:
    page.locator(".launcher").click()
    return page


def texts(page: Page) -> list[str]:
    return page.locator(".bubble:not(.dots)").all_inner_texts()


def test_a_conversation_survives_a_reload(visit: Any) -> None:
    page = opened(visit())
    say(page, "hello")
    expect(page.get_by_text("you said hello")).to_be_visible()
    page.reload()
    opened(page)
    expect(page.get_by_text("you said hello")).to_be_visible()
    assert texts(page) == ["hello", "you said hello"]


def test_nothing_a_bot_or_shopper_writes_is_ever_markup(visit: Any, rasa: StandIn) -> None:
    product = {"id": 1, "name": HOSTILE, "price": {"amount": "1", "currency": HOSTILE}, "options_text": HOSTILE,
               "in_stock": True, "url": "javascript:window.hacked=1", "image": "javascript:hacked=1"}  # fmt: skip
    order = {"number": HOSTILE, "status": HOSTILE, "status_text": HOSTILE, "placed_at": HOSTILE,
             "items": [{"name": HOSTILE, "options": HOSTILE, "quantity": 2, "image": "data:text/html,x"}],
             "timeline": [{"at": HOSTILE, "text": HOSTILE}] * 5}  # fmt: skip
    rasa.behave = lambda asked: (
        200,
        {
            "messages": [
                {"text": HOSTILE, "buttons": [{"title": HOSTILE, "payload": "/affirm"}]},
                {"custom": {"kind": "product_cards", "products": [product]}},
                {"custom": {"kind": "order_card", "order": order}},
            ]
        },
    )
    page = opened(visit())
    say(page, HOSTILE)
    expect(page.locator(".order")).to_be_visible()
    assert texts(page) == [HOSTILE, HOSTILE]
    assert page.locator("aisle-chat .product").evaluate("node => node.tagName") == "DIV"
    assert page.locator("aisle-chat img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_links_lead_to_the_web_only(visit: Any, rasa: StandIn) -> None:
    said = "See https://example.com/a?b=1, 或者 http://example.org/退货。ftp://example.net **bold**"
    rasa.behave = lambda asked: (200, {"messages": [{"text": said}]})
    page = opened(visit())
    say(page, "link")
    expect(page.locator(".bubble a")).to_have_count(2)
    links = page.locator(".bubble a").evaluate_all("nodes => nodes.map(a => [a.textContent, a.target, a.rel])")
    assert links == [
        ["https://example.com/a?b=1", "_blank", "noopener noreferrer nofollow"],
        ["http://example.org/退货", "_blank", "noopener noreferrer nofollow"],
    ]
    assert page.locator(".bubble strong").inner_text() == "bold"


def test_what_is_written_offline_is_sent_once_when_back(visit: Any, rasa: StandIn) -> None:
    page = opened(visit())
    say(page, "first")
    expect(page.get_by_text("you said first")).to_be_visible()
    page.context.set_offline(True)
    say(page, "second")
    expect(page.get_by_text("Not sent.")).to_be_visible()
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("you said second")).to_be_visible()
    expect(page.get_by_text("Not sent.")).to_have_count(0)
    assert [body["text"] for body in rasa.asked] == ["first", "second"]


def test_unsent_messages_survive_a_reload(visit: Any, address: str) -> None:
    page = visit()
    page.route("**/api/**", lambda route: route.abort())
    opened(page)
    say(page, "please wait")
    expect(page.get_by_text("Not sent.")).to_be_visible()
    page.unroute("**/api/**")
    page.reload()
    opened(page)
    expect(page.get_by_text("you said please wait")).to_be_visible()


def test_an_expired_conversation_is_replaced(visit: Any, database: Database) -> None:
    page = opened(visit())
    say(page, "hello")
    expect(page.get_by_text("you said hello")).to_be_visible()
    with database.work() as unit:
        for table in (Reply, Message, Conversation):
            unit.session.execute(delete(table))
        unit.commit()
    say(page, "still there?")
    expect(page.get_by_text("The earlier conversation has expired")).to_be_visible()
    expect(page.get_by_text("you said still there?")).to_be_visible()


def test_starting_over_asks_first_and_forgets(visit: Any, database: Database) -> None:
    page = opened(visit())
    say(page, "hello")
    expect(page.get_by_text("you said hello")).to_be_visible()
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("you said hello")).to_be_visible()
    page.get_by_role("button", name="Start over").click()
    page.locator(".confirm .yes").click()
    expect(page.get_by_text("you said hello")).to_have_count(0)
    say(page, "again")
    expect(page.get_by_text("you said again")).to_be_visible()
    with database.read() as unit:
        assert unit.session.query(Conversation).count() == 2


def test_another_customer_does_not_see_the_conversation(visit: Any, settings: Settings) -> None:
    tokens = Tokens(settings)
    page = visit()
    opened(page)
    say(page, "a secret")
    expect(page.get_by_text("you said a secret")).to_be_visible()
    assert "conversation" in page.evaluate("JSON.stringify(localStorage)")
    other = visit(
        f'data-customer-token="{tokens.for_customer("demo-emma")}"', storage_state=page.context.storage_state()
    )
    opened(other)
    expect(other.get_by_text("Hi! How can I help?")).to_be_visible()
    assert texts(other) == []


def test_choices_are_offered_once_and_keyboard_reaches_all(visit: Any, rasa: StandIn) -> None:
    def asking(asked: Body) -> tuple[int, Any]:
        rasa.behave = echo
        return 200, {"messages": [{"text": "Sure?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}]}

    rasa.behave = asking
    page = visit()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("cancel it")
    page.keyboard.press("Enter")
    choice = page.get_by_role("button", name="Yes")
    expect(choice).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(choice).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("you said /affirm")).to_be_visible()
    expect(choice).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".launcher")).to_be_focused()


def test_messages_that_come_while_it_is_closed_are_counted(visit: Any, rasa: StandIn, database: Database) -> None:
    page = opened(visit())
    say(page, "hello")
    expect(page.get_by_text("you said hello")).to_be_visible()
    page.keyboard.press("Escape")
    with database.work() as unit:
        conversation = unit.session.query(Conversation).one()
        talk.append_agent_message(unit.session, conversation.id, "Ana here.")
        unit.commit()
    expect(page.get_by_role("button", name="Chat with us, 1 new")).to_be_visible()
    opened(page)
    expect(page.get_by_text("Ana here.")).to_be_visible()
    expect(page.get_by_role("button", name="Chat with us, 1 new")).to_have_count(0)


def test_it_speaks_the_language_of_the_page(visit: Any, rasa: StandIn) -> None:
    page = opened(visit('data-language="zh"'))
    expect(page.get_by_text("您好！有什么可以帮您？")).to_be_visible()
    say(page, "你好")
    expect(page.get_by_text("you said 你好")).to_be_visible()
    assert rasa.asked[0]["language"] == "zh"


def test_on_a_phone_it_covers_the_screen_and_keeps_focus(visit: Any) -> None:
    # Without its opening motion, in the midst of which it does not cover the screen yet.
    still = {"reduced_motion": "reduce", "has_touch": True, "is_mobile": True}
    page = opened(visit(viewport={"width": 390, "height": 844}, **still))
    box = page.locator(".panel").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    expect(page.get_by_role("dialog")).to_have_attribute("aria-modal", "true")
    expect(page.locator(".composer textarea")).not_to_be_focused()  # no keyboard over the suggestions
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "AISLE-CHAT"


def test_a_server_that_restarts_is_found_again(
    chromium: Browser, settings: Settings, site: tuple[str, Path], free_port: int
) -> None:
    # Two servers one after the other on one port, as in an upgrade.
    site_address, folder = site
    address = f"http://127.0.0.1:{free_port}"
    (folder / "index.html").write_text(f'<!doctype html><script src="{address}/widget.js" defer></script>')
    with chromium.new_context(locale="en-US") as context:
        page = context.new_page()
        with served(settings, free_port):
            page.goto(site_address)
            opened(page)
            say(page, "before")
            expect(page.get_by_text("you said before")).to_be_visible()
        expect(page.get_by_text("Connecting again")).to_be_visible(timeout=15_000)
        say(page, "during")
        with served(settings, free_port):
            expect(page.get_by_text("you said during")).to_be_visible(timeout=20_000)
            wait_until(lambda: not page.get_by_text("Connecting again").is_visible())
            assert texts(page) == ["before", "you said before", "during", "you said during"]
