"""The data set: its versions, and building a new one of the training files and the labels."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.errors import AisleError, NotReady
from shop.tables import TrainingMessage
from training.data_sets import build, check, findings_of, get_version, list_versions
from training.logs.reader import reader_of
from web.staff.pages import HEADERS
from web.staff.parts import go_to, names_of, sentence, status_of
from web.staff.work import Progress
from web.workbench.engine import Engine, EngineOf
from web.workbench.parts import Number, Trainer, show

HERE = "/workbench/data-set"
_STEPS = 2

router = APIRouter(prefix=HERE, include_in_schema=False)


@router.get("")
def versions(request: Request, engine: EngineOf, trainer: Trainer, job: str = "") -> Response:
    """All versions, the newest first; ``job`` is a build that somebody waits for."""
    if not job:
        return _page(request, engine)
    work = engine.work.get(job, trainer.person.id)
    if work.is_over and not work.error:
        number, done = work.result
        return go_to(f"{HERE}/{number}?done={done}")
    return _page(request, engine, job=None if work.is_over else work, error=sentence(work.error) if work.error else "")


@router.get("/jobs/{job_id}/progress")
def progress(engine: EngineOf, trainer: Trainer, job_id: str) -> Response:
    """How far a build or a check is, for the page's script."""
    work = engine.work.get(job_id, trainer.person.id)
    return JSONResponse({"is_over": work.is_over, "done": work.done, "total": work.total}, headers=HEADERS)


@router.post("/build")
def build_version(
    request: Request, engine: EngineOf, trainer: Trainer, note: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    """Begin to build a version of what is there now, and to check it."""
    actor = trainer.person.actor

    def work(progress: Progress) -> tuple[int, str]:
        progress(0, _STEPS)
        with engine.database.read() as unit:
            before = {version.id for version in list_versions(unit.session)}
        number = build(engine.database, engine.settings, actor, note.strip()).id
        progress(1, _STEPS)
        _check(engine, number)
        return number, "same" if number in before else "built"

    return _begin(request, engine, trainer, "Building a data set", work)


@router.post("/{number}/check")
def check_version(request: Request, engine: EngineOf, trainer: Trainer, number: Number) -> Response:
    """Begin to look for what is wrong with a version."""

    def work(progress: Progress) -> tuple[int, str]:
        _check(engine, number)
        return number, "checked"

    return _begin(request, engine, trainer, f"Checking data set {number}", work)


def _begin(request: Request, engine: Engine, trainer: Trainer, title: str, work: Any) -> Response:
    try:
        job = engine.work.start(trainer.person.id, title, HERE + "?job={id}", work)
    except AisleError as error:
        return _page(request, engine, status_of(error), error=sentence(error))
    return go_to(job.then)


def _check(engine: Engine, number: int) -> None:
    with engine.database.read() as unit:
        version = get_version(unit.session, number)
    try:
        model = reader_of(engine.database, engine.settings).model
    except NotReady:  # then labels are not doubted, and the page says so
        model = None
    check(engine.settings, version, model)


def _page(request: Request, engine: Engine, status: int = 200, **values: Any) -> Response:
    with engine.database.read() as unit:
        listed = list_versions(unit.session)
        labelled = _labelled(unit.session)
        names = names_of(unit.session)
    newest = listed[0].counts if listed else {}
    findings = {one.id: found for one in listed if (found := findings_of(engine.settings, one))}
    told = {"job": None, "listed": listed, "labelled": labelled, "names": names, "findings": findings, **values}
    return show(request, "data_set.html", status, in_newest=newest.get("from_messages", 0), **told)


def _labelled(session: Session) -> int:
    count = select(func.count(TrainingMessage.id)).where(TrainingMessage.state == "labelled")
    return int(session.scalar(count) or 0)
