"""What operators look at: readiness and figures."""

from __future__ import annotations

import asyncio

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from shop.tables import Conversation
from shop.unit_of_work import Database
from web.gateway.metrics import CONTENT_TYPE
from web.gateway.models import Readiness
from web.gateway.routes import GatewayOf

_PATIENCE_SECONDS = 2.0

router = APIRouter(tags=["operations"])


@router.get(
    "/ready", summary="Can messages be answered now?", response_model=Readiness, responses={503: {"model": Readiness}}
)
async def ready(request: Request, gateway: GatewayOf) -> JSONResponse:
    """200 when the database, Rasa with a model, and the action server answer; else 503 and who is missing."""
    http: httpx.AsyncClient = request.app.state.http
    settings = gateway.settings
    checks = {
        "database": run_in_threadpool(_database_answers, gateway.database),
        "rasa": _answers(http, f"http://127.0.0.1:{settings.rasa_port}/webhooks/aisle/"),
        "actions": _answers(http, f"http://127.0.0.1:{settings.actions_port}/health"),
    }
    results = await asyncio.gather(*checks.values())
    missing = [name for name, fine in zip(checks, results, strict=True) if not fine]
    if missing:
        return JSONResponse({"status": "starting", "waiting_for": missing}, 503, {"Retry-After": "2"})
    return JSONResponse({"status": "ready", "waiting_for": []})


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
async def metrics(gateway: GatewayOf) -> Response:
    """Turns, seconds, failures, open streams."""
    gateway.metrics.streams.set(gateway.hub.count())
    return Response(gateway.metrics.text(), media_type=CONTENT_TYPE)


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url, timeout=_PATIENCE_SECONDS)).status_code == 200
    except httpx.HTTPError:
        return False


def _database_answers(database: Database) -> bool:
    try:
        with database.read() as unit:
            unit.session.execute(select(Conversation.id).limit(1))
        return True
    except SQLAlchemyError:
        return False
