"""A challenger that reads live messages silently: nothing of it reaches a shopper, its agreement is shown."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shop.audit import write_audit
from shop.errors import Refused
from shop.tables import ModelVersion, ShadowReading, TrainingMessage
from training.models.registry import get_model


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
