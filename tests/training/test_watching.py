# ruff: noqa: F811 - fixtures by their names
"""Figures by day and model version, on SQLite and PostgreSQL; and what is said of drift."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from language.explaining import TrainingExamples
from shop.errors import BadInput
from shop.tables import TrainingMessage
from shop.unit_of_work import Database
from tests.shop.conftest import database, postgresql_server, postgresql_url, sqlite_template  # noqa: F401 - fixtures
from training.drift import far_share, find_drift, jensen_shannon, population_stability
from training.watching import Asked, Watched, watch

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)


class Log:
    """Messages kept for training, one after the other."""

    def __init__(self, database: Database) -> None:
        self._database, self._count = database, 0

    def add(self, days_ago: int = 0, times: int = 1, **fields: Any) -> None:
        with self._database.work() as unit:
            for _ in range(times):
                self._count += 1
                unit.session.add(TrainingMessage(**self._row(NOON - timedelta(days=days_ago)), **fields))
            unit.commit()

    def _row(self, at: datetime) -> dict[str, Any]:
        return {
            "message_id": self._count,
            "text": "hello",
            "margin": 0.5,
            "out_of_scope_score": 0.1,
            **dict.fromkeys(("created_at", "updated_at"), at),
        }


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database)


def message(intent: str = "track_order", outcome: str = "resolved", **fields: Any) -> dict[str, Any]:
    told = {"conversation_id": "c1", "language": "en", "confidence": 0.8, "model": "old", "sentiment": "neutral"}
    return {"intent": intent, "likeliest": intent, "outcome": outcome, **told, **fields}


def watched(database: Database, days: int = 7, language: str = "") -> Watched:
    with database.read() as unit:
        return watch(unit.session, TODAY - timedelta(days=days - 1), TODAY, language)


def test_days_and_models_are_counted_apart_and_add_up(database: Database, log: Log) -> None:
    log.add(3, **message(confidence=0.9, vote=1))
    log.add(1, **message(confidence=0.5, sentiment="negative", vote=-1))
    log.add(1, **message("out_of_scope", "out_of_scope", confidence=0.4, model="new"))
    log.add(1, **message("returns", "asked_back", confidence=0.2, model="new"))
    log.add(30, **message())
    found = watched(database)
    shown = [(str(day.day), day.model, day.figures.messages) for day in found.days]
    assert shown == [("2026-11-17", "old", 1), ("2026-11-19", "new", 2), ("2026-11-19", "old", 1)]
    total = found.total
    assert (total.messages, total.confidence, total.not_understood) == (4, 0.5, 2)
    assert (total.thumbs_up, total.share("negative"), total.share("out_of_scope")) == (0.5, 0.25, 0.25)
    assert len(found.by_day()) == 7
    assert found.by_day()[TODAY].confidence is None
    assert found.by_day()[date(2026, 11, 19)].messages == 3
    assert {model: one.messages for model, one in found.by_model().items()} == {"old": 2, "new": 2}


def test_a_rated_conversation_counts_once(database: Database, log: Log) -> None:
    log.add(times=3, **message(satisfaction=5))
    log.add(**message(conversation_id="c2", satisfaction=2))
    log.add(**message(conversation_id="c3"))
    total = watched(database).total
    assert (total.rated, total.satisfaction) == (2, 3.5)


def test_what_was_asked_is_counted_by_day_and_language(database: Database, log: Log) -> None:
    log.add(2, times=3, **message())
    log.add(0, **message(outcome="fallback"))
    log.add(0, **message("returns", language="zh"))
    first, second = watched(database).asked
    assert first == Asked("track_order", 4, 1, (0, 0, 0, 0, 3, 0, 1))
    assert second.intent == "returns"
    assert [one.intent for one in watched(database, language="zh").asked] == ["returns"]


def test_days_that_cannot_be_are_refused(database: Database) -> None:
    with database.read() as unit, pytest.raises(BadInput, match="2026-11-20 to 2026-11-19"):
        watch(unit.session, TODAY, TODAY - timedelta(days=1))


# Drift


def test_alike_mixes_are_stable_and_chance_is_no_change() -> None:
    mix = {"track_order": 300, "returns": 200, "greet": 100}
    assert population_stability(mix, mix).index == pytest.approx(0)
    assert jensen_shannon(mix, {name: 3 * count for name, count in mix.items()}) == pytest.approx(0)
    rng = np.random.default_rng(7)
    levels = []
    for _ in range(200):
        few, other = (dict(enumerate(rng.multinomial(60, [0.1] * 10))) for _ in range(2))
        levels.append(population_stability({str(k): v for k, v in few.items()}, {str(k): v for k, v in other.items()}))
    assert sum(one.index > 0.1 for one in levels) > 100  # by the customary mark alone, most of these would be alarms
    assert sum(one.level != "calm" for one in levels) <= 8


def test_known_values() -> None:
    """Two shares that swap: the index is twice the difference times the log of the ratio; bits for the divergence."""
    index = population_stability({"a": 7500, "b": 2500}, {"a": 2500, "b": 7500}).index
    assert index == pytest.approx(2 * 0.5 * np.log(3), rel=1e-3)
    assert jensen_shannon({"a": 1}, {"b": 1}) == pytest.approx(1)
    assert population_stability({"a": 7500, "b": 2500}, {"a": 2500, "b": 7500}).level == "act"


def crowd(seed: int, centre: int, count: int, width: int = 16) -> np.ndarray:
    """Vectors of length 1 around one axis."""
    vectors = np.random.default_rng(seed).normal(0, 0.15, (count, width))
    vectors[:, centre] += 1
    found: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return found


@pytest.fixture
def examples() -> TrainingExamples:
    return TrainingExamples(
        ["text"] * 400, ["track_order"] * 200 + ["returns"] * 200, np.vstack([crowd(1, 0, 200), crowd(2, 1, 200)]), "m"
    )


def test_what_is_unlike_the_examples_is_far(examples: TrainingExamples) -> None:
    own = far_share(crowd(3, 0, 300), examples)
    assert own < 0.12
    assert far_share(crowd(4, 9, 300), examples) == 1.0


def test_findings_say_what_moved_and_what_to_do(database: Database, log: Log, examples: TrainingExamples) -> None:
    log.add(9, times=120, **message())
    log.add(9, times=30, **message("returns"))
    log.add(2, times=60, **message())
    log.add(2, times=90, **message("returns", outcome="asked_back"))
    with database.read() as unit:
        before = watch(unit.session, TODAY - timedelta(days=13), TODAY - timedelta(days=7))
    found = {one.name: one for one in find_drift(before, before, crowd(3, 0, 150), examples)}
    assert {one.level for one in found.values()} == {"calm"}
    strange = np.vstack([crowd(3, 0, 75), crowd(4, 9, 75)])
    found = {one.name: one for one in find_drift(watched(database), before, strange, examples)}
    assert {name: one.level for name, one in found.items()} == {
        "far": "act",
        "mix": "act",
        "unsure": "act",
        "missed": "watch",
    }
    assert found["mix"].words == ("What shoppers ask for has changed: “returns” went from 20% to 60% of the messages.")
    assert "60% of the messages; before it was 0%" in found["unsure"].words
    assert "“returns” (200 examples)" in found["missed"].words
    assert all("retrain" in one.advice for one in found.values())


def test_from_few_messages_nothing_is_concluded(database: Database, log: Log, examples: TrainingExamples) -> None:
    log.add(times=5, **message(outcome="fallback"))
    now = watched(database)
    for one in find_drift(now, now, crowd(3, 0, 5), examples):
        assert (one.level, one.figure) == ("unknown", None)
        assert "5 messages" in one.words
    without = {one.name: one.words for one in find_drift(now, now, crowd(3, 0, 5), None)}
    assert "not looked at yet" in without["far"]
