"""Articles in and out: files, tables and web pages with a preview before anything is saved; a zip of everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import UploadFile

from knowledge.exporting import export
from knowledge.importing import ImportReport
from knowledge.listing import categories
from shop.clock import now
from shop.errors import AisleError, BadInput, NotFound
from web.editor.engine import Engine, EngineOf
from web.editor.import_work import PLAN, WORK, ImportPlan, reader_of
from web.editor.parts import LargeForm, Lead, Reader, show
from web.staff.door import Insider
from web.staff.pages import HEADERS
from web.staff.parts import go_to, sentence, status_of
from web.staff.work import Job

_JOBS_SHOWN = 5

router = APIRouter(prefix="/editor", include_in_schema=False)

Text = Annotated[str, Form()]


@router.get("/import")
def start(request: Request, engine: EngineOf, reader: Reader) -> Response:
    """What can be imported, what was read and not saved yet, and the way out."""
    return _start_page(request, engine)


@router.post("/import/file")
def read_file(request: Request, form: LargeForm, engine: EngineOf, lead: Lead) -> Response:
    """Read a file and show what it would change."""
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise BadInput("choose a file: a zip of Markdown files, one Markdown file, or a CSV table")
        reader_of(upload.filename)
    except AisleError as error:
        return _start_page(request, engine, status_of(error), error=sentence(error))
    asked = {"name": upload.filename, "as_drafts": form.get("status") == "draft"}
    return _begin(request, engine, lead, "read_file", asked, upload.file.read())


@router.post("/import/web")
def read_pages(request: Request, engine: EngineOf, lead: Lead, url: Text = "", category: Text = "") -> Response:
    """Read a page, or all pages of a sitemap, and show what it would change."""
    url, category = url.strip(), category.strip()
    if not url or not category:
        message = "Give the address of a page or a sitemap, and the category its articles shall have."
        return _start_page(request, engine, 422, error=message, url=url, category=category)
    return _begin(request, engine, lead, "read_pages", {"url": url, "category": category})


@router.get("/import/{job_id}")
def preview(request: Request, engine: EngineOf, lead: Lead, job_id: str) -> Response:
    """What would be saved; nothing is yet."""
    job = _job(engine, job_id, lead.person.id)
    if isinstance(job.result, ImportPlan):
        return show(request, "import_preview.html", job=job, plan=job.result)
    return show(request, "import_done.html", job=job, report=job.result)


@router.post("/import/{job_id}")
def carry_out(request: Request, engine: EngineOf, lead: Lead, job_id: str) -> Response:
    """Save what the preview showed."""
    plan = _job(engine, job_id, lead.person.id).result
    if not isinstance(plan, ImportPlan):
        raise NotFound("This import is done already.")
    title = f"Saving {plan.counts['new'] + plan.counts['changed']:,} texts"
    asked = {"author": lead.person.actor}
    job = engine.work.begin(lead.person.id, "save_import", title, "/editor/import/{id}", asked, PLAN.dump_json(plan))
    return go_to(f"/editor/jobs/{job.id}")


@router.get("/export.zip")
def export_all(engine: EngineOf, reader: Reader) -> Response:
    """Every article as a Markdown file; the first bytes are sent before the last article is read."""
    name = f"articles-{now():%Y-%m-%d}.zip"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(export(engine.database), media_type="application/zip", headers=headers)


def _begin(
    request: Request, engine: Engine, lead: Insider, kind: str, asked: Mapping[str, Any], content: bytes = b""
) -> Response:
    title = f"Reading {asked.get('name') or asked['url']}"
    try:
        job = engine.work.begin(lead.person.id, kind, title, "/editor/import/{id}", asked, content)
    except AisleError as error:
        return _start_page(request, engine, status_of(error), error=sentence(error))
    return go_to(f"/editor/jobs/{job.id}")


def _job(engine: Engine, job_id: str, owner: int) -> Job:
    job = engine.work.get(job_id, owner)
    if not isinstance(job.result, ImportPlan | ImportReport):
        raise NotFound("This is no import that is ready.")
    return job


def _start_page(request: Request, engine: Engine, status: int = 200, **values: Any) -> Response:
    with engine.database.read() as unit:
        known = categories(unit.session)
    owner = request.state.insider.person.id
    jobs = engine.work.of(owner, WORK)[:_JOBS_SHOWN]
    shown = {"categories": known, "url": "", "category": "", "jobs": jobs, **values}
    return show(request, "import.html", status, **shown)
