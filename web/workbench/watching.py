"""Watching: how the bot understands shoppers by day and model version, and how far they moved from the data."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import NotReady
from shop.settings import Settings
from shop.tables import ModelVersion, TrainingMessage
from shop.unit_of_work import Database
from training.drift import Finding, find_drift
from training.logs.reader import reader_of
from training.logs.vectors import from_bytes
from training.watching import Watched, conditions, watch
from web.staff.guards import DoorOf
from web.staff.parts import LANGUAGE_NAMES
from web.staff.plots import line, spark_line, stacked_bars
from web.workbench.parts import Trainer, show

router = APIRouter(prefix="/workbench/watching", include_in_schema=False)

_PERIODS = (7, 30, 90)
_MOST_VECTORS = 1000
_SHOWN_INTENTS = 15


@router.get("")
def watching(
    request: Request,
    door: DoorOf,
    trainer: Trainer,
    days: Annotated[int, Query(ge=1, le=100)] = 30,
    language: str = "",
) -> Response:
    """The figures of the last days, in all languages or one, with what has drifted."""
    language = language if language in LANGUAGE_NAMES else ""
    last = now().date()
    first = last - timedelta(days=days - 1)
    with door.database.read() as unit:
        session = unit.session
        watched = watch(session, first, last, language)
        before = watch(session, first - timedelta(days=days), first - timedelta(days=1), language)
        names = _model_names(session)
    return show(
        request,
        "watching.html",
        watched=watched,
        total=watched.total,
        before=before.total,
        findings=_findings(door.database, door.settings, watched, before, language),
        models=[(names.get(model, model[:8] or "unknown"), one) for model, one in watched.by_model().items()],
        asked=watched.asked[:_SHOWN_INTENTS],
        others=max(0, len(watched.asked) - _SHOWN_INTENTS),
        days=days,
        language=language,
        periods=_PERIODS,
        spark_line=spark_line,
        **_plots(watched),
    )


def _findings(
    database: Database, settings: Settings, watched: Watched, before: Watched, language: str
) -> tuple[Finding, ...]:
    """What has drifted, the worst first."""
    vectors, examples = np.empty((0, 0), np.float32), None
    try:
        reader = reader_of(database, settings)
    except NotReady:  # no model was trained here; the other findings need none
        reader = None
    if reader is not None:
        examples = reader.examples(make=False)
        with database.read() as unit:
            vectors = _vectors(unit.session, watched, language, reader.model.fingerprint)
    order = ("act", "watch", "unknown", "calm")
    return tuple(sorted(find_drift(watched, before, vectors, examples), key=lambda one: order.index(one.level)))


def _vectors(session: Session, watched: Watched, language: str, model: str) -> np.ndarray:
    """Embeddings (n, hidden) of the newest messages of the span, by one model."""
    query = select(TrainingMessage.vector).where(*conditions(watched.first, watched.last, language))
    query = query.where(TrainingMessage.vector.is_not(None), TrainingMessage.vector_model == model)
    rows = session.scalars(query.order_by(TrainingMessage.id.desc()).limit(_MOST_VECTORS))
    return from_bytes(list(rows))


def _model_names(session: Session) -> dict[str, str]:
    """What pages call a model, by its fingerprint."""
    rows = session.execute(select(ModelVersion.fingerprint, ModelVersion.id).order_by(ModelVersion.id))
    return {fingerprint: f"model {number}" for fingerprint, number in rows}


def _plots(watched: Watched) -> dict[str, Any]:
    by_day = watched.by_day()
    days, figures = list(by_day), list(by_day.values())
    outcomes = {
        "understood": [one.messages - one.not_understood for one in figures],
        "asked back": [one.asked_back for one in figures],
        "not understood": [one.fallback + one.out_of_scope for one in figures],
    }
    sentiment = {name: [getattr(one, name) for one in figures] for name in ("positive", "neutral", "negative")}
    return {
        "by_day": list(by_day.items()),
        "outcomes": list(outcomes),
        "outcomes_plot": stacked_bars(days, outcomes, "Messages by outcome", halves=2),
        "confidence_plot": line(days, [one.confidence for one in figures], "Confidence"),
        "out_of_scope_plot": line(days, [one.share("out_of_scope") for one in figures], "Share out of scope"),
        "sentiments": list(sentiment),
        "sentiment_plot": stacked_bars(days, sentiment, "Sentiment"),
        "thumbs_plot": line(days, [one.thumbs_up for one in figures], "Thumbs up"),
    }
