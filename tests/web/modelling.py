"""Models, runs and messages as a shop has them after some weeks, for the pages that show them."""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shop.clock import now
from shop.settings import Settings
from shop.tables import ModelVersion, ShadowReading, TrainingLabel, TrainingMessage, TrainingRun
from training.models import ChangedExample, Gate, Guarded, Talk, archives
from training.models.gate import Verdict
from training.runs import STEPS, RunParameters, StepRecord

INTENTS = (
    "track_order",
    "return_item",
    "check_stock",
    "ask_shipping",
    "size_advice",
    "cancel_order",
    "greet",
    "refund_status",
)
HOSTILE = "<img src=x onerror='window.hacked = 1'>"


def guarded(name: str, title: str, champion: float, challenger: float, half: float = 0.01, rows: int = 742) -> Guarded:
    """A figure with an interval of ``half`` on each side of the difference; more is better but for milliseconds."""
    difference = challenger - champion
    worse = difference if name == "latency" else -difference
    verdict: Verdict = "worse" if worse > half else "better" if worse < -half else "same"
    unit = "milliseconds" if name == "latency" else "share"
    text = f"{title}: {champion:.3f} before, {challenger:.3f} now."
    return Guarded(name, title, unit, rows, champion, challenger, difference - half, difference + half, verdict, text)  # type: ignore[arg-type]


def gate(champion_id: int, refused: bool = False) -> Gate:
    """What the gate says of a good model, or of a poisoned one."""
    fall = 0.21 if refused else 0.0
    figures = [
        guarded("accuracy", "Right intent", 0.931, 0.943 - fall),
        guarded("language:en", "Right intent in English", 0.936, 0.947 - fall, 0.016, 371),
        guarded("language:zh", "Right intent in Chinese", 0.926, 0.939 - fall, 0.017, 371),
        guarded("out_of_scope_recall", "Out of scope noticed", 0.812, 0.824, 0.04, 85),
        guarded("entity_f1", "Entities", 0.902, 0.905, 0.012),
        guarded("sentiment", "Sentiment", 0.871, 0.868, 0.012),
        guarded("latency", "Time to read a message", 5.1, 5.2, 0.4, 200),
    ]
    for number, intent in enumerate(INTENTS):
        down = 0.4 if refused and intent == "track_order" else -0.01 * (number % 3)
        figures.append(guarded(f"intent:{intent}", intent.replace("_", " "), 0.94, 0.94 - down, 0.09, 24))
    changed = [
        ChangedExample(
            "it says delivered but there is no parcel",
            "delivery_problem",
            "track_order",
            "delivery_problem",
            "test",
            True,
        ),
        ChangedExample(
            "快递显示签收了可是我没收到", "delivery_problem", "track_order", "delivery_problem", "test", True
        ),
        ChangedExample(
            "can I still swap it for a bigger one", "exchange_item", "exchange_item", "return_item", "held out", False
        ),
        ChangedExample(f"where is {HOSTILE}", "track_order", "greet", "check_stock", "regression", None),
    ]
    talks = (
        Talk(
            "track_order happy path", True, not refused, "expected “It is on its way”, got “Hello”" if refused else ""
        ),
        Talk("cancel_order denial", True, True, ""),
    )
    reasons = (
        "Right intent fell from 93.1 % to 73.3 %, beyond noise.",
        "The conversation “track_order happy path” went wrong.",
    )
    return Gate(
        "refused" if refused else "passed",
        champion_id,
        reasons if refused else (),
        tuple(figures),
        tuple(changed),
        talks,
        ("Nine examples were left out: the champion does not know their intent.",),
    )


class Models:
    """Model versions with real, signed archives (of a few bytes)."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings = session, settings

    def add(self, state: str, days_ago: float = 0.0, **fields: Any) -> ModelVersion:
        at = now() - timedelta(days=days_ago)
        number = self.session.query(ModelVersion).count() + 1
        archive = self.settings.state_dir / "models" / f"{number}.tar.gz"
        archive.parent.mkdir(exist_ok=True)
        archive.write_bytes(f"archive {number}".encode())
        sha256 = archives.checksum(archive)
        told: dict[str, Any] = {
            "fingerprint": f"fingerprint{number}",
            "trained_in": "",
            "created_at": at,
            "state": state,
        }
        if state in ("champion", "retired"):
            told |= {
                "promoted_at": at,
                "promoted_by": "staff:1",
                "health": {"state": "healthy", "text": "2 of 2 processes read with it"},
            }
        told |= {"archive": f"models/{archive.name}", "archive_sha256": sha256}
        row = ModelVersion(**{**told, "signature": archives.sign(sha256, self.settings), **fields})
        self.session.add(row)
        self.session.flush()
        return row


def steps(running: str = "", failed: str = "") -> list[dict[str, Any]]:
    """The steps of a run up to the one that is running or failed."""
    found, state = [], "done"
    outputs: dict[str, dict[str, Any]] = {
        "collect": {"data_set_version": 4, "new_labels": 213},
        "check": {"duplicates": 12, "leaks": 0, "label_errors": 3},
        "fine_tune": {"archive": "models/9f3a.tar.gz", "best_loss": 0.2134567},
        "compare": {"verdict": "passed"},
    }
    for step in STEPS:
        name = step.name
        if name in (running, failed):
            found.append(StepRecord(name, "running" if running else "failed"))
            state = "waiting"
        elif state == "waiting":
            found.append(StepRecord(name))
        else:
            found.append(
                StepRecord(name, "done", seconds=4.2 if name != "fine_tune" else 83.0, outputs=outputs.get(name, {}))
            )
    return [asdict(record) for record in found]


def losses(count: int, total: int = 300) -> list[list[float]]:
    """A loss that falls as they do."""
    rng = random.Random(3)
    return [[step, round(2.6 * 0.985**step + 0.2 + rng.random() * 0.15, 4)] for step in range(1, count + 1)]


def add_run(session: Session, state: str = "done", days_ago: float = 0.0, **fields: Any) -> TrainingRun:
    at = now() - timedelta(days=days_ago)
    told: dict[str, Any] = {
        "parameters": RunParameters(note=fields.pop("note", "")).as_json(),
        "steps": steps(),
        "progress": {"loss": losses(300), "done": 300, "total": 300},
        "requested_by": "staff:1",
        "created_at": at,
        "started_at": at + timedelta(seconds=2),
        "ended_at": at + timedelta(seconds=131) if state in ("done", "failed", "stopped") else None,
    }
    run = TrainingRun(state=state, **{**told, **fields})
    session.add(run)
    session.flush()
    return run


class Messages:
    """Messages kept for training, made from a seed."""

    def __init__(self, session: Session, seed: int = 7) -> None:
        self.session, self.random, self.number = session, random.Random(seed), 0

    def add(self, at: datetime, **fields: Any) -> TrainingMessage:
        self.number += 1
        intent = fields.pop("intent", None) or self.random.choices(INTENTS, (30, 14, 12, 10, 8, 8, 12, 6))[0]
        told: dict[str, Any] = {
            "message_id": self.number,
            "conversation_id": f"c{self.number // 3}",
            "text": f"message {self.number}",
            "language": self.random.choice(("en", "en", "zh")),
            "intent": intent,
            "likeliest": intent,
            "confidence": min(0.99, self.random.betavariate(9, 1.6)),
            "margin": 0.5,
            "out_of_scope_score": 0.1,
            "sentiment": self.random.choices(("positive", "neutral", "negative"), (2, 6, 2))[0],
            "outcome": self.random.choices(
                ("resolved", "asked_back", "fallback", "out_of_scope", "handed_over"), (82, 7, 3, 4, 4)
            )[0],
            "vote": self.random.choices((None, 1, -1), (85, 11, 4))[0],
            "satisfaction": self.random.choices((None, 5, 4, 2), (80, 10, 7, 3))[0],
            "created_at": at,
            "updated_at": at,
        }
        row = TrainingMessage(**{**told, **fields})
        self.session.add(row)
        return row

    def weeks(self, days: int, a_day: int, **fields: Any) -> None:
        """Some messages on each of the last days."""
        for day in range(days, -1, -1):
            at = now() - timedelta(days=day)
            for _ in range(max(1, round(a_day * self.random.uniform(0.6, 1.3)))):
                self.add(at, **fields)
        self.session.flush()


def add_label(
    session: Session, message: TrainingMessage, intent: str, labeller: str = "staff:1", **fields: Any
) -> None:
    session.flush()
    told: dict[str, Any] = {"kind": "chosen", "created_at": now(), "training_message_id": message.id}
    session.add(TrainingLabel(labeller=labeller, intent=intent, **{**told, **fields}))


def add_shadow(session: Session, model: ModelVersion, message: TrainingMessage, intent: str) -> None:
    session.flush()
    session.add(
        ShadowReading(
            model_version_id=model.id, training_message_id=message.id, intent=intent, confidence=0.7, created_at=now()
        )
    )


def a_shop(session: Session, settings: Settings) -> None:
    """All of it at once, for looking at the pages."""
    models = Models(session, settings)
    first = models.add("retired", 40, note="Trained by make run from the data in the tree.", promoted_by="system")
    second = models.add(
        "champion",
        6,
        replaced_id=first.id,
        note="Deliveries that never came",
        gate=gate(first.id).as_json(),
        continued_from_id=first.id,
    )
    third = models.add(
        "candidate",
        0.1,
        note="Labels of this week",
        gate=gate(second.id).as_json(),
        continued_from_id=second.id,
        shadow=1,
    )
    fourth = models.add(
        "refused",
        2,
        note="Half of the labels swapped",
        gate=gate(second.id, refused=True).as_json(),
        continued_from_id=second.id,
    )
    add_run(session, "done", 6, model_version_id=second.id, data_set_version_id=None, note="Deliveries that never came")
    add_run(session, "done", 2, model_version_id=fourth.id, note="Half of the labels swapped")
    add_run(
        session,
        "failed",
        1,
        steps=steps(failed="fine_tune"),
        error="the training ran out of memory: 512 MB were free, about 2 GB are needed",
        progress={},
    )
    add_run(session, "done", 0.1, model_version_id=third.id, note="Labels of this week")
    messages = Messages(session)
    messages.weeks(59, 60, model="fingerprint1")
    for day in range(6, -1, -1):
        for _ in range(70):
            messages.add(
                now() - timedelta(days=day),
                model="fingerprint2",
                intent=messages.random.choice((None, None, "delivery_problem")),
            )
    for _ in range(26):
        message = messages.add(now(), text="it was marked delivered, I never got it", model="fingerprint2")
        add_label(session, message, messages.random.choice(("delivery_problem", "track_order", "ask_store")))
        add_shadow(
            session, third, message, messages.random.choice((message.intent, message.intent, "delivery_problem"))
        )
