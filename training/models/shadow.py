"""A challenger that reads live messages silently: nothing of it reaches a shopper, its agreement is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from language.clauses import leading, read_clauses
from language.understanding import Guess, Understanding
from shop.audit import write_audit
from shop.clock import now
from shop.errors import Refused
from shop.settings import Settings
from shop.tables import Message, ModelVersion, ShadowReading, TrainingMessage
from shop.unit_of_work import Database
from training.models.registry import get_model
from training.models.serving import served_of

_AT_ONCE = 50


@dataclass(frozen=True)
class Disagreement:
    """A message that the champion and the challenger read differently."""

    text: str
    language: str
    champion: str
    challenger: str
    confidence: float


@dataclass(frozen=True)
class Agreement:
    """How often a challenger read live messages as the champion did."""

    readings: int
    same: int
    disagreements: tuple[Disagreement, ...]
    """The newest first."""

    @property
    def share(self) -> float | None:
        """None where nothing was read yet."""
        return self.same / self.readings if self.readings else None


def set_shadow(session: Session, model_id: int, on: bool, by: str) -> None:
    """Let a candidate read live messages silently, or stop it; at most one does. Raises Refused for the champion."""
    model = get_model(session, model_id)
    if model.state == "champion":
        raise Refused(f"Model {model_id} is the champion: it reads every message already.")
    session.execute(update(ModelVersion).values(shadow=0))
    model.shadow = int(on)
    write_audit(session, by, "model.shadow_on" if on else "model.shadow_off", f"model:{model_id}")


def agreement(session: Session, model_id: int, shown: int = 50) -> Agreement:
    """What came of a model's silent reading, with the newest ``shown`` messages read differently."""
    pairs = (
        select(ShadowReading, TrainingMessage)
        .join(TrainingMessage, TrainingMessage.id == ShadowReading.training_message_id)
        .where(ShadowReading.model_version_id == model_id)
    )
    readings = select(func.count()).select_from(ShadowReading).where(ShadowReading.model_version_id == model_id)
    other = pairs.where(ShadowReading.intent != TrainingMessage.intent)
    differing = session.scalar(select(func.count()).select_from(other.subquery()))
    total = session.scalar(readings)
    newest = session.execute(other.order_by(ShadowReading.id.desc()).limit(shown))
    rows = tuple(
        Disagreement(message.text, message.language, message.intent, reading.intent, reading.confidence)
        for reading, message in newest
    )
    return Agreement(int(total), int(total) - int(differing), rows)


def read_silently(database: Database, settings: Settings) -> int:
    """Let the candidate that is set to it read the newest messages that it has not read yet; how many it read.

    It reads the message as the shopper typed it, as the champion did, and keeps only intent and confidence.
    """
    with database.read() as unit:
        shadowed = select(ModelVersion).where(ModelVersion.shadow == 1, ModelVersion.state != "champion")
        model = unit.session.scalars(shadowed).first()
        waiting = _unread(unit.session, model) if model is not None else []
    if model is None or not waiting:
        return 0
    understanding = _open(served_of(model, settings))
    readings = [(message_id, _acted_on(understanding, text)) for message_id, text in waiting]
    with database.work() as unit:
        unit.session.add_all(
            ShadowReading(
                model_version_id=model.id,
                training_message_id=message_id,
                intent=guess.label,
                confidence=guess.confidence,
                created_at=now(),
            )
            for message_id, guess in readings
        )
        unit.commit()
    return len(readings)


def _unread(session: Session, model: ModelVersion) -> list[tuple[int, str]]:
    """(id, text) of messages since the model was made; redacted where the message itself is gone."""
    read = select(ShadowReading.training_message_id).where(ShadowReading.model_version_id == model.id)
    query = (
        select(TrainingMessage.id, func.coalesce(Message.text, TrainingMessage.text))
        .outerjoin(Message, Message.id == TrainingMessage.message_id)
        .where(TrainingMessage.created_at >= model.created_at, TrainingMessage.id.not_in(read))
        .order_by(TrainingMessage.id.desc())
        .limit(_AT_ONCE)
    )
    return [(int(message_id), text) for message_id, text in session.execute(query)]


def _acted_on(model: Understanding, text: str) -> Guess:
    """As Rasa's component acts on a message: on its first request, where it holds several."""
    whole = model.read(text)
    first = leading(whole, read_clauses(text, model.read))
    return first.reading.intent if first else whole.intent


@lru_cache(maxsize=1)
def _open(served: Path) -> Understanding:
    return Understanding.load(served)
