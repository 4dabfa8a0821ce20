"""Order in the open messages: ranking, groups, new topics, and labels that look wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from shop.settings import Settings, get_settings
from shop.tables import TrainingLabel, TrainingMessage
from shop.unit_of_work import Database
from tests.language.served_model import open_served
from tests.training.talking import open_shop, parse_of, tell
from training.inbox import InboxFilter, list_groups
from training.labelling import Labelled, label
from training.logs import collect
from training.logs.grouping import assign
from training.logs.ranking import order
from training.logs.reader import measure
from training.logs.vectors import from_bytes, to_bytes
from training.models.serving import served_now


def _unit(*rows: tuple[float, ...]) -> np.ndarray:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_what_stands_for_many_comes_first_and_its_likes_last() -> None:
    crowd = _unit((1, 0, 0), (1, 0.02, 0), (1, -0.02, 0), (0, 1, 0), (0, 0, 1))
    places = order(crowd, np.array([0.5, 0.5, 0.5, 0.6, 0.1]))
    assert places.tolist()[:3] == [0, 3, 4]


def test_one_that_needs_a_look_comes_before_three_that_hardly_do() -> None:
    crowd = _unit((1, 0, 0), (1, 0.02, 0), (1, -0.02, 0), (0, 1, 0), (0, 0, 1))
    assert order(crowd, np.array([0.4, 0.4, 0.4, 0.7, 0.1])).tolist()[0] == 3


def test_what_is_known_already_need_not_be_seen_again() -> None:
    vectors = _unit((1, 0), (0, 1), (0.7, 0.7))
    assert order(vectors, np.ones(3), known=_unit((1, 0))).tolist()[0] != 0


@given(st.integers(1, 30), st.integers(0, 5), st.integers(0, 10_000))
def test_every_message_has_one_place(count: int, known: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(count + known, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    places = order(vectors[:count], generator.random(count), vectors[count:])
    assert sorted(places.tolist()) == list(range(count))
    assert len(order(vectors[:count], np.ones(count), None, min(3, count))) == min(3, count)


def test_vectors_come_back_as_they_were_kept() -> None:
    vectors = _unit((0.3, -0.2, 0.9), (0, 1, 0))
    assert np.abs(from_bytes([to_bytes(each) for each in vectors]) - vectors).max() < 1e-3
    assert from_bytes([]).shape == (0, 0)


def test_groups_stay_as_they_are_while_messages_are_added() -> None:
    first = _unit((1, 0), (1, 0.1), (0, 1))
    assert assign(first, ["a", "a", "a"], np.empty((0, 2)), [], 0.9) == [0, 0, 2]
    later = _unit((0.1, 1), (1, 0))
    assert assign(later, ["a", "b"], first[[0, 2]], ["a", "a"], 0.9) == [1, 3]


def test_near_and_unrelated_are_measured_on_the_examples() -> None:
    generator = np.random.default_rng(1)
    middles = _unit(*generator.normal(size=(4, 32)).tolist())
    vectors = np.concatenate([middle + generator.normal(scale=0.05, size=(25, 32)) for middle in middles])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    scale = measure(vectors, [name for name in "abcd" for _ in range(25)])
    assert scale.unrelated < 0.5 < scale.near_data < scale.within_data < 1
    assert scale.likeness(scale.unrelated) == pytest.approx(0)
    assert scale.likeness(1.0) == pytest.approx(1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Settings]]:
    """A shop that the real model reads, and its examples."""
    open_served()
    database, settings = open_shop(tmp_path_factory.mktemp("shop"), served_now(get_settings()))
    kept = served_now(get_settings()).parent / "examples.npz"
    if kept.is_file():
        (settings.state_dir / "understanding" / "own" / "examples.npz").write_bytes(kept.read_bytes())
    yield database, settings
    database.close()


def test_a_topic_that_the_data_lacks_is_found_and_a_wrong_label_doubted(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    model = open_served()
    new = ("can you gift wrap it", "do you gift wrap", "can it be gift wrapped", "请问可以礼品包装吗", "gift wrapping?")
    known = ("where is my parcel", "has my package been sent", "thanks a lot", "I want my money back", "tell me a joke")
    for text in (*new, *known):
        reading = model.read(text)
        ranking = [(guess.label, guess.confidence) for guess in reading.ranking[:5]]
        tell(database, text, parse_of(reading.intent.label, *ranking, language=reading.language))
    collect(database, settings)
    with database.read() as unit:
        rows = list(unit.session.scalars(select(TrainingMessage).order_by(TrainingMessage.id)))
    topics = {row.text for row in rows if "new_topic" in row.reasons}
    assert len(topics & set(new)) >= 3
    assert not topics & set(known)
    assert all(row.vector and row.vector_model == model.fingerprint and row.group for row in rows)
    _doubted(database, settings, [row.id for row in rows if row.text in known])


def _doubted(database: Database, settings: Settings, ids: list[int]) -> None:
    with database.work() as unit:
        for number, intent in zip(ids, ("thank", "track_order", "thank", "refund_status", "out_of_scope"), strict=True):
            label(unit.session, [number], Labelled("chosen", intent), "ann")
        for row in unit.session.scalars(select(TrainingLabel)):
            row.created_at -= timedelta(hours=1)  # since then nobody labelled
        for message in unit.session.scalars(select(TrainingMessage)):
            message.updated_at -= timedelta(hours=2)
        unit.commit()
    collect(database, settings)
    with database.read() as unit:
        first = list_groups(unit.session, InboxFilter()).groups[0].messages[0]
    assert (first.id, first.state, first.reasons[-1]) == (ids[0], "labelled", "label_looks_wrong")
