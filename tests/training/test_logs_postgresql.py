"""Logs, inbox and labels on PostgreSQL: where a shop grows, the same code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.database import open_engine
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.shop.conftest import postgresql_server, postgresql_url  # noqa: F401 - fixtures
from tests.training.talking import parse_of, tell
from training.inbox import InboxFilter, list_groups
from training.labelling import Labelled, agreement, label, undo
from training.logs import Collected, collect


@pytest.fixture
def shop(postgresql_url: str, tmp_path: Path, tiny_model: Path) -> Iterator[tuple[Database, Settings]]:  # noqa: F811
    own = tmp_path / "understanding" / "own"
    own.mkdir(parents=True)
    (own / "served").symlink_to(tiny_model / "served", target_is_directory=True)
    database = Database(open_engine(postgresql_url))
    yield database, Settings(state_dir=tmp_path, database_url=postgresql_url)
    database.close()


def test_from_a_conversation_to_a_label(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    unsure = parse_of("nlu_fallback", ("track_order", 0.35), ("find_product", 0.31), language="en")
    for text in ("where is the parcel a", "where is the parcel a?", "thanks a"):
        tell(database, text, unsure)
    assert collect(database, settings, prepare=False) == Collected(3, 0)
    assert collect(database, settings, prepare=False) == Collected(0, 0)
    with database.work() as unit:
        (first, *_) = list_groups(unit.session, InboxFilter(reason="fell_back")).groups
        assert list_groups(unit.session, InboxFilter(reason="none")).total == 0
        ids = [message.id for message in first.messages]
        label(unit.session, ids, Labelled("chosen", "track_order"), "ann")
        label(unit.session, ids[:1], Labelled("chosen", "greet"), "bob")
        assert len(agreement(unit.session).disagreements) == 1
        assert undo(unit.session, "bob").message_ids == (ids[0],)
        assert agreement(unit.session).pairs == 0
        unit.commit()
    assert collect(database, settings, prepare=False) == Collected(0, 0)
