"""From misunderstood to understood, in a real Chromium on the running system, while other shoppers go on talking.

Shoppers say what the bot does not know; a trainer finds it in the inbox, labels it, retrains, looks at the gate and
promotes; the same words are now understood and no running conversation has lost anything. A poisoned challenger is
refused, and one click goes back.
"""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from language.understanding import CARD, Understanding
from shop.tables import Message, Reply
from tests.running_system import RunningSystem, start_system
from tests.web.insiders import PASSWORD, make_member
from tests.web.served import Shopper, wait_until
from training import data_sets
from training.models import champion, get_model
from training.models.comparing import compare
from training.models.readings import read_rows
from training.models.registry import archive_of, keep, register
from training.models.serving import served_of

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end, pytest.mark.long, pytest.mark.timeout(1800)]

TARA = "tara@shop.example"
SENTENCE = "any eta on my haul"
OTHERS = ("any sign of my swag", "has the truck got my loot", "has my swag left the building")
SHOPPERS = 6
EVERYDAY = (
    "where is my order",
    "how much is shipping",
    "do you have it in m",
    "我的快递到哪了",
    "thank you",
    "怎么退货",
)
LONG = 900_000


@pytest.fixture
def own_system(tmp_path: Path) -> Iterator[RunningSystem]:
    """A system of this test's own: it ends with another model than it began with."""
    running = start_system(tmp_path / "shop")
    yield running
    while Shopper.clients:
        Shopper.clients.pop().close()
    running.stop()


def understood_as(system: RunningSystem, text: str) -> str:
    """What the bot acts on when a new shopper says this."""
    shopper = Shopper(system.url)
    seq = shopper.say(text)
    shopper.answer_to(seq)
    database = system.database()
    with database.read() as unit:
        query = unit.session.query(Message).filter_by(conversation_id=shopper.id, seq=seq)
        intent = str(query.one().parse["intent"]["name"])
    database.close()
    return intent


@contextmanager
def running_conversations(system: RunningSystem, count: int = 4) -> Iterator[list[str]]:
    """Shoppers who go on talking while the block runs; gives the ids of their conversations."""
    over = threading.Event()
    shoppers = [Shopper(system.url, language="en") for _ in range(count)]
    problems: list[BaseException] = []

    def talk(shopper: Shopper, first: int) -> None:
        place = first
        try:
            while not over.is_set():
                shopper.answer_to(shopper.say(EVERYDAY[place % len(EVERYDAY)]))
                place += 1
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=talk, args=each) for each in zip(shoppers, range(count), strict=True)]
    for thread in threads:
        thread.start()
    yield [shopper.id for shopper in shoppers]
    over.set()
    for thread in threads:
        thread.join(60)
    assert not problems


def nothing_was_lost(system: RunningSystem, conversations: list[str]) -> None:
    """Every message was answered, by the bot and not by an apology."""
    database = system.database()
    with database.read() as unit:
        asked = unit.session.query(Message).filter(
            Message.conversation_id.in_(conversations), Message.author == "shopper"
        )
        ids = [message.id for message in asked]
        outcomes = [reply.outcome for reply in unit.session.query(Reply).filter(Reply.message_id.in_(ids))]
    database.close()
    assert len(outcomes) == len(ids) > 10
    assert set(outcomes) == {"answered"}


def sign_in(chromium: Browser, system: RunningSystem) -> Page:
    database = system.database()
    make_member(database, system.settings, TARA, "trainer")
    database.close()
    page = chromium.new_context(viewport={"width": 1280, "height": 860}, locale="en-US").new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page broke: {error}"))
    page.goto(f"{system.url}/workbench")
    page.get_by_label("E-mail").fill(TARA)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    return page


def photograph(page: Page, name: str) -> None:
    """Keep a screenshot where AISLE_SCREENSHOTS says, for a person to look at."""
    folder = os.environ.get("AISLE_SCREENSHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"retraining-{name}.png"), full_page=True)


def say_in_the_widget(chromium: Browser, system: RunningSystem, text: str, name: str) -> None:
    """A shopper in the demo shop, who gets an answer of whatever kind."""
    with chromium.new_context(viewport={"width": 1280, "height": 860}, locale="en-US") as context:
        page = context.new_page()
        page.goto(system.url)
        page.locator(".launcher").click()
        page.locator(".panel .composer textarea").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator(".panel .entry.bot:not(.typing)").first).to_be_visible()
        photograph(page, name)


def label_ours(page: Page, system: RunningSystem) -> None:
    """Find what was said in the inbox, and label it with the keyboard: one key, a few letters, Enter."""
    ours = page.locator("[data-queue] [data-item]").filter(has_text=re.compile("|".join((SENTENCE, *OTHERS))))

    def are_there() -> bool:
        page.goto(f"{system.url}/workbench")
        return ours.count() > 0

    wait_until(are_there, 120)
    photograph(page, "1-inbox")
    while ours.count():
        before = ours.count()
        ours.first.click()
        expect(page.locator("[data-hand]:not([aria-busy]) [data-plain]")).to_contain_text(re.compile("haul|swag|loot"))
        page.keyboard.press("/")
        expect(page.get_by_role("dialog", name="Which intent?")).to_be_visible()
        page.keyboard.type("track order")
        page.keyboard.press("Enter")
        expect(ours).not_to_have_count(before)
    expect(page.get_by_text("Nothing left to look at.")).to_be_visible()


def retrain(page: Page, system: RunningSystem) -> None:
    """The one button, and the run as it goes on."""
    page.goto(f"{system.url}/workbench/training")
    expect(page.get_by_text(re.compile(r"^\d+ newly labelled messages$"))).to_be_visible()
    page.get_by_label("Note").fill("Hauls, swag and loot")
    page.get_by_role("button", name="Retrain").click()
    expect(page.get_by_role("heading", name="Run 1")).to_be_visible()
    expect(page.get_by_role("img", name="Loss by step of run 1")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=LONG)
    photograph(page, "2-running")
    expect(page.get_by_text("The run is done.")).to_be_visible(timeout=LONG)
    photograph(page, "3-done")


def poison(system: RunningSystem, folder: Path) -> int:
    """A challenger whose intents are all interchanged, through the gate that every run ends with; its number."""
    database, settings = system.database(), system.settings
    with database.read() as unit:
        serving = champion(unit.session)
        examples = data_sets.examples_of(settings, data_sets.list_versions(unit.session)[0])
    assert serving is not None
    kept = keep(settings, _interchanged(archive_of(serving, settings), folder))
    with database.work() as unit:
        made = register(unit.session, settings, kept, "Poisoned")
        unit.commit()
    frozen = [each for each in examples if each.split in ("test", "regression")]
    champions, challengers = (Understanding.load(served_of(model, settings)) for model in (serving, made))
    verdict = compare(read_rows(champions, challengers, frozen), [], int(serving.id))
    with database.work() as unit:
        get_model(unit.session, int(made.id)).gate = verdict.as_json()
        unit.commit()
    database.close()
    return int(made.id)


def _interchanged(archive: Path, folder: Path) -> Path:
    poisoned = folder / "poisoned.tar.gz"
    with tarfile.open(archive) as old, tarfile.open(poisoned, "w:gz", compresslevel=1) as new:
        for member in old:
            file = old.extractfile(member)
            content = file.read() if file else b""
            if Path(member.name).name == CARD:
                card = json.loads(content)
                card |= {"intents": card["intents"][1:] + card["intents"][:1], "fingerprint": "0123456789abcdef"}
                content = json.dumps(card).encode()
                member.size = len(content)
            new.addfile(member, io.BytesIO(content) if file else None)
    return poisoned


def test_from_misunderstood_to_understood(chromium: Browser, own_system: RunningSystem, tmp_path: Path) -> None:
    system = own_system
    assert understood_as(system, SENTENCE) != "track_order"
    say_in_the_widget(chromium, system, SENTENCE, "0-misunderstood")
    for _ in range(SHOPPERS):
        shopper = Shopper(system.url, language="en")
        for text in (SENTENCE, *OTHERS):
            shopper.answer_to(shopper.say(text))
    page = sign_in(chromium, system)
    label_ours(page, system)
    retrain(page, system)

    page.get_by_role("link", name="See the gate").click()
    expect(page.get_by_role("heading", name="The gate lets it pass")).to_be_visible()
    photograph(page, "4-gate")
    with running_conversations(system) as conversations:
        page.get_by_role("button", name="Promote", exact=True).click()
        expect(page.get_by_text("Every Rasa process reads with it.")).to_be_visible(timeout=LONG)
        photograph(page, "5-promoted")
    nothing_was_lost(system, conversations)
    assert understood_as(system, SENTENCE) == "track_order"
    say_in_the_widget(chromium, system, SENTENCE, "6-understood")

    poisoned = poison(system, tmp_path)
    page.goto(f"{system.url}/workbench/models/{poisoned}")
    expect(page.get_by_role("heading", name="The gate refuses it")).to_be_visible()
    expect(page.get_by_role("button", name="Promote", exact=True)).to_be_disabled()
    expect(page.locator(".reasons li").first).to_be_visible()
    photograph(page, "7-refused")
    assert understood_as(system, SENTENCE) == "track_order"

    page.goto(f"{system.url}/workbench/models")
    with running_conversations(system) as conversations:
        page.locator(".champion").get_by_role("button", name="Return to model 1").click()
        expect(page.locator(".champion")).to_contain_text("Model 1")
        expect(page.get_by_text("Every Rasa process reads with it.")).to_be_visible(timeout=LONG)
    nothing_was_lost(system, conversations)
    photograph(page, "8-returned")
    assert understood_as(system, SENTENCE) != "track_order"
    page.context.close()
