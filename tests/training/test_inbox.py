"""The inbox over real messages, read and embedded by a real, tiny model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shop.clock import now
from shop.errors import NotFound, NotReady
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.training.talking import open_shop, parse_of, tell
from training import inbox
from training.inbox import InboxFilter, list_groups, suggest
from training.labelling import Labelled, label, skip
from training.logs import REASONS, collect

UNSURE = parse_of("nlu_fallback", ("track_order", 0.35), ("find_product", 0.31), language="en")
SURE = parse_of("thank", ("thank", 0.97), ("greet", 0.01), language="en")
CHINESE = parse_of("nlu_fallback", ("refund_status", 0.22), ("find_product", 0.2), language="zh", model="m2")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[tuple[Database, Settings]]:
    """Two of the same meaning, two of no interest, one in Chinese; messages 1 to 5."""
    database, settings = open_shop(tmp_path_factory.mktemp("shop"), tiny_model / "served")
    for text, parse in (
        ("where is the parcel a", UNSURE),
        ("where is the parcel a?", UNSURE),
        ("thanks a", SURE),
        ("thank you b", SURE),
        ("钱在哪里", CHINESE),
    ):
        tell(database, text, parse, payloads=["/find_product", "/human_handover"])
    collect(database, settings, prepare=False)  # the neighbours that a tiny model finds would say nothing
    yield database, settings
    database.close()


def _listed(database: Database, **chosen) -> list[list[int]]:
    with database.read() as unit:
        page = list_groups(unit.session, InboxFilter(**chosen))
    return [sorted(message.id for message in group.messages) for group in page.groups]


def test_what_is_worth_a_look_comes_first_and_what_says_the_same_together(shop: tuple[Database, Settings]) -> None:
    database, _ = shop
    listed = _listed(database)
    assert sorted(map(tuple, listed[:2])) == [(1, 2), (5,)]
    assert sorted(number for group in listed[2:] for number in group) == [3, 4]


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        ({"language": "zh"}, {5}),
        ({"intent": "track_order"}, {1, 2}),
        ({"second": "find_product"}, {1, 2, 5}),
        ({"second": "find_product", "language": "en"}, {1, 2}),
        ({"confidence_from": 0.3, "confidence_to": 0.4}, {1, 2}),
        ({"confidence_from": 0.9}, {3, 4}),
        ({"reason": "low_margin"}, {1, 2, 5}),
        ({"reason": "asked_back"}, {1, 2, 5}),
        ({"reason": "none"}, {3, 4}),
        ({"outcome": "resolved"}, {3, 4}),
        ({"model": "m2"}, {5}),
        ({"words": "PARCEL"}, {1, 2}),
        ({"words": "%"}, set()),
        ({"since": now() - timedelta(hours=1)}, {1, 2, 3, 4, 5}),
        ({"until": now() - timedelta(hours=1)}, set()),
        ({"state": "skipped"}, set()),
    ],
)
def test_filters(shop: tuple[Database, Settings], chosen: dict, ids: set[int]) -> None:
    assert {number for group in _listed(shop[0], **chosen) for number in group} == ids


def test_pages(shop: tuple[Database, Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "GROUPS_A_PAGE", 1)
    with shop[0].read() as unit:
        pages = [list_groups(unit.session, InboxFilter(), page) for page in (0, 1, 2, 99)]
    last = pages[0].total
    assert last >= 3
    assert [(page.page, page.last_page, page.messages) for page in pages] == [(n, last, 5) for n in (1, 1, 2, last)]
    assert len({page.groups[0].id for page in pages}) == 3


def test_a_group_is_labelled_together(shop: tuple[Database, Settings]) -> None:
    with shop[0].work() as unit:  # nothing of it is kept
        assert inbox.group_of(unit.session, 2) == [1, 2]
        label(unit.session, [1], Labelled("accepted", "track_order"), "ann")
        assert inbox.group_of(unit.session, 2) == [2]
        (shown,) = inbox.get_message(unit.session, 1).labels
        assert (shown.labeller, shown.intent) == ("ann", "track_order")


def test_a_second_opinion_is_asked_of_those_who_have_not_labelled(shop: tuple[Database, Settings]) -> None:
    with shop[0].work() as unit:
        label(unit.session, [1], Labelled("accepted", "track_order"), "ann")
        skip(unit.session, [2], "ann")

        def ids(person: str) -> list[int]:
            page = list_groups(unit.session, InboxFilter(state="all", second_opinion_for=person))
            return [message.id for group in page.groups for message in group.messages]

        assert (ids("bob"), ids("ann")) == ([1], [])


def test_choices_are_what_there_is(shop: tuple[Database, Settings]) -> None:
    with shop[0].read() as unit:
        found = inbox.choices(unit.session)
    assert (found.languages, found.models, found.states) == (("en", "zh"), ("m1", "m2"), {"open": 5})
    assert found.intents == ("refund_status", "thank", "track_order")


def test_a_suggestion_is_the_models_reading_with_its_words(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    found = suggest(database, settings, 1)
    assert found.intent == "track_order"
    assert found.ranking[0].confidence == found.confidence
    assert "".join(word.text for word in found.words) == "whereistheparcela"
    assert found.neighbours == ()  # nothing was embedded yet


def test_a_message_that_is_gone_is_named(shop: tuple[Database, Settings]) -> None:
    with pytest.raises(NotFound):
        suggest(*shop, 99)


def test_without_a_model_there_is_a_list_but_no_suggestion(tmp_path: Path) -> None:
    database, settings = open_shop(tmp_path)
    tell(database, "where is it", UNSURE)
    collect(database, settings)
    assert _listed(database) == [[1]]
    with pytest.raises(NotReady):
        suggest(database, settings, 1)
    database.close()


def test_every_reason_can_be_filtered_by(shop: tuple[Database, Settings]) -> None:
    for name in REASONS:
        _listed(shop[0], reason=name)
