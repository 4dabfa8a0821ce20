"""The trainers' inbox over the real app: what is shown, what labels do, and who may."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from shop.clock import now
from shop.tables import Customer, TrainingLabel, TrainingMessage
from tests.web.editing import post, token_of
from tests.web.insiders import Browser
from tests.web.talks import HOSTILE, TALKS, Said, say, talk
from tests.web.training_room import LEAD, OTTO, TARA, Workbench, make_tiny_model, open_workbench

GIFTS = "can you gift wrap the linen shirt for [order_number]"
SIGNED = "显示已签收可是我没收到货"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Workbench]:
    """One app for the tests of this file, on conversations in both languages."""
    model = make_tiny_model(tmp_path_factory.mktemp("tiny"))
    with open_workbench(tmp_path_factory.mktemp("bench"), empty_database, model) as opened:
        talk(opened.database)
        say(opened.database, Said(HOSTILE, {"track_order": 0.5, "find_product": 0.4}, "<b>bold</b>"))
        tara = opened.browser()
        assert tara.get("/workbench").status_code == 200  # takes the conversations over
        yield opened


@pytest.fixture(scope="module")
def tara(bench: Workbench) -> Browser:
    return bench.browser(TARA)


@pytest.fixture(scope="module")
def otto(bench: Workbench) -> Browser:
    return bench.browser(OTTO)


def id_of(bench: Workbench, text: str) -> int:
    with bench.database.read() as unit:
        return int(unit.session.scalars(select(TrainingMessage.id).where(TrainingMessage.text == text)).one())


def state_of(bench: Workbench, text: str) -> str:
    with bench.database.read() as unit:
        return str(unit.session.scalar(select(TrainingMessage.state).where(TrainingMessage.text == text)))


def labels_of(bench: Workbench, text: str) -> list[TrainingLabel]:
    query = select(TrainingLabel).where(
        TrainingLabel.training_message_id == id_of(bench, text), TrainingLabel.withdrawn_at.is_(None)
    )
    with bench.database.read() as unit:
        return list(unit.session.scalars(query))


def label(browser: Browser, message: int, choice: str, **fields: str) -> httpx.Response:
    """As the page's script sends it."""
    headers = {"X-CSRF-Token": token_of(browser), "Accept": "application/json"}
    return browser.http.post(
        "/workbench/label", data={"message": str(message), "choice": choice, **fields}, headers=headers
    )


def new_message(bench: Workbench, tara: Browser, text: str, **guesses: float) -> int:
    """A message of a test's own, in the inbox."""
    say(bench.database, Said(text, guesses or {"track_order": 0.4, "inform": 0.3}, "Sorry?", acted="nlu_fallback"))
    tara.get("/workbench")
    return id_of(bench, text)


# Who may come in


def test_the_room_is_for_trainers(bench: Workbench, tara: Browser) -> None:
    assert Browser(bench.address).get("/workbench").url.path == "/staff/sign-in"
    lead = bench.browser(LEAD)
    for path in ("/workbench", "/workbench/messages/1", "/workbench/agreement"):
        assert lead.http.get(path).status_code == 403
    for path in ("/workbench/label", "/workbench/undo", "/workbench/agreement/settle"):
        assert post(lead, path).status_code == 403
    assert "Workbench" not in lead.get("/staff").text
    assert 'href="/workbench"' in tara.get("/staff").text


def test_a_label_must_come_from_our_own_page(bench: Workbench, tara: Browser) -> None:
    fields = {"message": str(id_of(bench, GIFTS)), "choice": "change_items"}
    assert tara.http.post("/workbench/label", data=fields).status_code == 403
    assert tara.http.post("/workbench/undo", data={"csrf_token": "old"}).status_code == 403
    assert labels_of(bench, GIFTS) == []


# What is shown


def test_the_list_and_the_message_in_hand(bench: Workbench, tara: Browser) -> None:
    page = unescape(tara.get(f"/workbench?at={id_of(bench, GIFTS)}").text)
    assert "groups to go through" in page
    assert SIGNED in page
    hand = page.split("data-hand>", 1)[1]
    assert 'linen shirt<span class="entity-name">product</span>' in hand
    assert "The bot was not sure enough of any intent." in hand  # a reason, explained
    assert "gift wrapping please, and a card" in hand  # the conversation around it
    assert "Talk to a person" in hand
    assert "W1000771" not in page  # nor anything else that says who it was
    assert re.search(r'<button class="likely-one first" name="choice" value="\w+" data-key="1">', hand)
    assert hand.count('class="likely-one') >= 3
    assert "Nearest examples" in hand
    assert re.search(r'<span class="for-\d">', hand)


def test_what_shoppers_write_is_shown_and_does_nothing(bench: Workbench, tara: Browser) -> None:
    page = tara.get(f"/workbench?at={id_of(bench, HOSTILE)}").text
    assert "<img src=x" not in page
    assert "<b>bold</b>" not in page
    assert HOSTILE in unescape(page)


def test_personal_data_is_nowhere_on_the_page(bench: Workbench, tara: Browser) -> None:
    with bench.database.read() as unit:
        ids = list(unit.session.scalars(select(TrainingMessage.id).where(TrainingMessage.text.contains("[email]"))))
    page = tara.get(f"/workbench?at={ids[0]}").text
    assert "[email]" in page
    assert "emma.moore" not in page
    assert "7946" not in page


def test_the_name_of_a_customer_is_not_shown_in_what_the_bot_said(bench: Workbench, tara: Browser) -> None:
    with bench.database.work() as unit:
        unit.session.add(
            Customer(id=77, external_id="c77", email="q@mail.example", name="Quentin Ashdown", created_at=now())
        )
        unit.commit()
    said = Said("nothing came so far", {"track_order": 0.4}, "I am sorry, Quentin Ashdown.", acted="nlu_fallback")
    say(bench.database, said, customer_id=77)
    tara.get("/workbench")
    page = tara.get(f"/workbench?at={id_of(bench, said.text)}").text
    assert "I am sorry, [name]." in page
    assert "Ashdown" not in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("language=zh", 'lang="zh"', 'lang="en"'),
        ("language=en", 'lang="en"', 'lang="zh"'),
        ("intent=check_stock", "rain jacket in medium", SIGNED),
        ("second=delivery_problem", SIGNED, "rain jacket"),
        ("reason=thumbs_down", "快递说签收了", "rain jacket"),
        ("from=95", "just give me a human", SIGNED),
        ("to=30", "weather in Lisbon", SIGNED),
        ("since=2099-01-01", "Nothing here matches", SIGNED),
        ("until=2001-01-01", "Nothing here matches", SIGNED),
        ("state=skipped", "Nothing is skipped yet", "gift wrap the"),
    ],
)
def test_filters_narrow_and_stay_in_the_address(tara: Browser, query: str, shown: str, hidden: str) -> None:
    page = unescape(tara.get(f"/workbench?{query}").text)
    listed = page.split("data-queue>", 1)[-1].split("</ol>", 1)[0] if "data-queue>" in page else page
    assert shown in (page if "Nothing" in shown else listed)
    assert hidden not in listed
    assert query in page.replace("&at=", " ") or "Nothing" in shown


@pytest.mark.parametrize(
    "query", ["from=abc&to=", "since=yesterday&until=", "state=strange", "reason=%22%27", "page=9999", "at=999999"]
)
def test_what_no_filter_knows_breaks_nothing(tara: Browser, query: str) -> None:
    assert tara.get(f"/workbench?{query}").status_code == 200


def test_a_message_that_is_gone(tara: Browser) -> None:
    answer = tara.http.get("/workbench/messages/999999", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


# Labels


def test_accepting_twice_is_once_and_undo_takes_it_back(bench: Workbench, tara: Browser) -> None:
    text = "an order that is accepted"
    message = new_message(bench, tara, text)
    for _ in range(2):
        answer = label(tara, message, "track_order", suggested="track_order", sentiment="negative")
        assert answer.json() == {"messages": [message], "intent": "track_order", "kind": "accepted"}
    with bench.database.read() as unit:
        query = select(TrainingLabel).where(TrainingLabel.training_message_id == message)
        (kept,) = unit.session.scalars(query)
    assert (kept.kind, kept.intent, kept.sentiment, kept.entities) == ("accepted", "track_order", "negative", None)
    assert state_of(bench, text) == "labelled"
    assert post(tara, "/workbench/undo").status_code == 303
    assert (labels_of(bench, text), state_of(bench, text)) == ([], "open")


@pytest.mark.parametrize(
    ("choice", "fields", "kept"),
    [
        ("cancel_order", {"suggested": "track_order"}, ("chosen", "cancel_order")),
        ("*chosen", {"intent": "complain"}, ("chosen", "complain")),
        ("*new_intent", {"new_intent": "gift_wrapping"}, ("new_intent", "gift_wrapping")),
        ("*out_of_scope", {}, ("out_of_scope", "out_of_scope")),
        ("*skipped", {"sentiment": "positive"}, ("skipped", "")),
    ],
)
def test_the_ways_to_label(
    bench: Workbench, tara: Browser, choice: str, fields: dict[str, str], kept: tuple[str, str]
) -> None:
    text = f"labelled as {choice}"
    message = new_message(bench, tara, text)
    assert label(tara, message, choice, **fields).status_code == 200
    assert label(tara, message, choice, **fields).status_code == 200
    (given,) = labels_of(bench, text)
    assert (given.kind, given.intent) == kept


@pytest.mark.parametrize(
    ("choice", "fields", "words"),
    [
        ("nonsense", {}, "no intent is called"),
        ("*new_intent", {"new_intent": "Gift Wrap!"}, "an intent's name is small letters"),
        ("*new_intent", {"new_intent": "track_order"}, "there is an intent track_order already"),
        ("*strange", {}, "a label is one of"),
        ("track_order", {"sentiment": "furious"}, "a sentiment is one of"),
        ("track_order", {"entities": "[1"}, "entities must be a list"),
        ("track_order", {"entities": '[{"entity": "product", "start": 0, "end": 999}]'}, "is not in the text"),
        ("track_order", {"entities": json.dumps([{"entity": "product", "start": 0, "end": 1}] * 41)}, "41"),
        ("track_order", {"entities": "x" * 9000}, ""),
        ("t" * 200, {}, ""),
    ],
)
def test_what_cannot_be_a_label(
    bench: Workbench, tara: Browser, choice: str, fields: dict[str, str], words: str
) -> None:
    message = id_of(bench, HOSTILE)
    answer = label(tara, message, choice, **fields)
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert labels_of(bench, HOSTILE) == []


def test_a_group_is_labelled_together_and_taken_back_together(bench: Workbench, tara: Browser) -> None:
    texts = [f"please wrap it as a gift {n}" for n in range(3)]
    first, *others = (new_message(bench, tara, text) for text in texts)
    fields = {"whole": "1", "other": [str(other) for other in others]}
    assert label(tara, first, "change_items", **fields).json()["messages"] == [first, *others]  # type: ignore[arg-type]
    assert {state_of(bench, text) for text in texts} == {"labelled"}
    post(tara, "/workbench/undo")
    assert {state_of(bench, text) for text in texts} == {"open"}
    label(tara, first, "change_items", other=fields["other"])  # type: ignore[arg-type]
    assert [state_of(bench, text) for text in texts] == ["labelled", "open", "open"]


def test_corrected_entities_are_kept_for_this_message_alone(bench: Workbench, tara: Browser) -> None:
    text = "我要一件🧥红色的羽绒服"
    message, other = new_message(bench, tara, text), new_message(bench, tara, "要两件")
    start = text.index("羽绒服")
    entities = [{"entity": "product", "start": start, "end": start + 3}]
    answer = label(tara, message, "find_product", entities=json.dumps(entities), whole="1", other=str(other))
    assert answer.json()["messages"] == [message]
    assert labels_of(bench, text)[0].entities == entities
    assert state_of(bench, "要两件") == "open"


def test_without_a_script_the_next_message_follows(bench: Workbench, tara: Browser) -> None:
    message = new_message(bench, tara, "sent by a plain form")
    fields = {"message": str(message), "choice": "inform", "back": "language=en", "csrf_token": token_of(tara)}
    answer = tara.http.post("/workbench/label", data=fields)
    assert answer.headers["Location"] == "/workbench?language=en&done=labelled"
    assert "Here is the next" in tara.get(answer.headers["Location"]).text
    undone = tara.http.post("/workbench/label", data={**fields, "choice": "*undo"})
    assert undone.headers["Location"] == f"/workbench?language=en&at={message}&done=undone"
    assert state_of(bench, "sent by a plain form") == "open"


# Two people


def test_a_second_opinion_is_blind_and_a_disagreement_is_settled(
    bench: Workbench, tara: Browser, otto: Browser
) -> None:
    text = "my parcel was left with a neighbour I do not know"
    message = new_message(bench, tara, text)
    assert "Nobody has labelled a message" in tara.get("/workbench/agreement").text
    label(tara, message, "delivery_problem")
    assert text in tara.get(f"/workbench?state=labelled&at={message}").text
    blind = otto.get(f"/workbench?state=second&at={message}").text
    assert text in blind
    assert "Tara" not in blind
    label(otto, message, "complain")
    assert text not in otto.get("/workbench?state=second").text
    page = unescape(tara.get("/workbench/agreement").text)
    assert text in page
    assert re.search(r"delivery problem<span class=\"quiet\">.Tara", page)
    assert re.search(r"complain<span class=\"quiet\">.Otto", page)
    refused = post(tara, "/workbench/agreement/settle", message=str(message), other="nonsense")
    assert (refused.status_code, "No intent is called" in refused.text) == (422, True)
    assert post(tara, "/workbench/agreement/settle", message=str(message), intent="complain").status_code == 303
    assert "Nothing to settle." in tara.get("/workbench/agreement").text


# Empty and half-built shops


def test_before_the_first_conversation_and_without_a_model(tmp_path: Path, empty_database: Path) -> None:
    with open_workbench(tmp_path, empty_database) as fresh:
        tara = fresh.browser()
        assert "No conversations yet." in tara.get("/workbench").text
        assert "Nobody has labelled a message" in tara.get("/workbench/agreement").text
        say(fresh.database, TALKS[1][1][0])
        page = tara.get("/workbench").text
        assert "change items" in page  # as it was read then
        assert "No understanding model was trained here yet" in page
        label(tara, id_of(fresh, GIFTS), "change_items")
        assert "Nothing left to look at." in tara.get("/workbench").text
