"""The page that waits for long work."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from web.editor.engine import EngineOf
from web.editor.parts import Reader, show
from web.staff.pages import HEADERS
from web.staff.parts import go_to, sentence

router = APIRouter(prefix="/editor/jobs", include_in_schema=False)


@router.get("/loading/progress")
def loading(engine: EngineOf, reader: Reader) -> Response:
    """For the script of the page that waits until what answers is loaded."""
    return JSONResponse({"is_over": not engine.is_loading, "done": 0, "total": 0}, headers=HEADERS)


@router.get("/{job_id}")
def wait(request: Request, engine: EngineOf, reader: Reader, job_id: str) -> Response:
    """How far it is; leads on to the result."""
    job = engine.work.get(job_id, reader.person.id)
    if job.is_over and not job.error:
        return go_to(job.then)
    return show(request, "work.html", job=job, error=sentence(job.error) if job.error else "")


@router.get("/{job_id}/progress")
def progress(engine: EngineOf, reader: Reader, job_id: str) -> Response:
    """The same for the page's script."""
    job = engine.work.get(job_id, reader.person.id)
    shown = {"is_over": job.is_over, "done": job.done, "total": job.total}
    return JSONResponse(shown, headers=HEADERS)
