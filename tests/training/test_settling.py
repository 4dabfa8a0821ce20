"""Two people label the same message differently, and a third decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.clock import now
from shop.database import open_engine
from shop.errors import BadInput
from shop.migrations import upgrade
from shop.tables import TrainingMessage
from shop.unit_of_work import Database, UnitOfWork
from training.data_sets.examples import from_labels
from training.labelling import Labelled, agreement, label, settle, undo


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[UnitOfWork]:
    url = f"sqlite:///{tmp_path / 'aisle.db'}"
    upgrade(url)
    database = Database(open_engine(url))
    with database.work() as unit:
        for number in (1, 2):
            unit.session.add(_message(number))
        unit.session.flush()
        yield unit
    database.close()


def _message(number: int) -> TrainingMessage:
    return TrainingMessage(
        id=number,
        message_id=number,
        conversation_id="c",
        text=f"it says delivered, {number}",
        language="en",
        intent="nlu_fallback",
        likeliest="track_order",
        confidence=0.5,
        margin=0.1,
        out_of_scope_score=0.1,
        outcome="fallback",
        created_at=now(),
        updated_at=now(),
    )


def test_a_decision_ends_a_disagreement_and_leaves_both_opinions(unit: UnitOfWork) -> None:
    label(unit.session, [1, 2], Labelled("chosen", "track_order"), "ann")
    label(unit.session, [1], Labelled("chosen", "delivery_problem"), "bob")
    label(unit.session, [2], Labelled("chosen", "track_order"), "bob")
    before = agreement(unit.session)
    assert [each.message_id for each in before.disagreements] == [1]
    assert from_labels(unit.session)[1] == [1]

    settle(unit.session, 1, "delivery_problem", "ann")
    after = agreement(unit.session)
    assert (after.disagreements, after.kappa, after.pairs) == ((), before.kappa, before.pairs)
    examples, disputed = from_labels(unit.session)
    assert disputed == []
    assert {(each.source, each.intent) for each in examples} == {
        ("message:1", "delivery_problem"),
        ("message:2", "track_order"),
    }

    settle(unit.session, 1, "complain", "bob")
    assert {each.intent for each in from_labels(unit.session)[0]} == {"complain", "track_order"}
    undo(unit.session, "bob")
    assert {each.intent for each in from_labels(unit.session)[0]} == {"delivery_problem", "track_order"}


def test_only_known_intents_settle(unit: UnitOfWork) -> None:
    with pytest.raises(BadInput, match="no intent is called 'nonsense'"):
        settle(unit.session, 1, "nonsense", "ann")
