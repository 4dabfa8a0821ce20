"""Articles in and out: files, tables and web pages with a preview before anything is saved; a zip of everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from knowledge import importing
from knowledge.exporting import export
from knowledge.import_files import READERS
from knowledge.importing import ImportReport, Incoming, Planned, Problem, read_files
from knowledge.importing_web import read_web
from knowledge.listing import categories
from shop.clock import now
from shop.errors import AisleError, BadInput, NotFound
from web.editor.engine import Engine, EngineOf
from web.editor.parts import LargeForm, Lead, Reader, show
from web.staff.pages import HEADERS
from web.staff.parts import go_to, sentence, status_of
from web.staff.work import Job, Progress

_SHOWN = 300

router = APIRouter(prefix="/editor", include_in_schema=False)

Text = Annotated[str, Form()]


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do."""

    source: str
    planned: Sequence[Planned]
    problems: Sequence[Problem]

    @property
    def counts(self) -> Counter[str]:
        """How many texts are new, changed, unchanged."""
        return Counter(one.effect for one in self.planned)

    @property
    def shown(self) -> list[Planned]:
        """Those that would change something, as many as a page can show."""
        return [one for one in self.planned if one.effect != "unchanged"][:_SHOWN]


@router.get("/import")
def start(request: Request, engine: EngineOf, reader: Reader) -> Response:
    """What can be imported, and the way out."""
    return _start_page(request, engine)


@router.post("/import/file")
def read_file(request: Request, form: LargeForm, engine: EngineOf, lead: Lead) -> Response:
    """Read a file and show what it would change."""
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise BadInput("choose a file: a zip of Markdown files, one Markdown file, or a CSV table")
        name, content = upload.filename, upload.file.read()
        read = _reader(name)
    except AisleError as error:
        return _start_page(request, engine, status_of(error), error=sentence(error))
    as_drafts = form.get("status") == "draft"
    return _begin(request, engine, lead.person.id, name, lambda progress: read(content), as_drafts)


@router.post("/import/web")
def read_pages(request: Request, engine: EngineOf, lead: Lead, url: Text = "", category: Text = "") -> Response:
    """Read a page, or all pages of a sitemap, and show what it would change."""
    url, category = url.strip(), category.strip()
    if not url or not category:
        message = "Give the address of a page or a sitemap, and the category its articles shall have."
        return _start_page(request, engine, 422, error=message, url=url, category=category)
    return _begin(request, engine, lead.person.id, url, lambda progress: read_web(url, category, progress=progress))


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
    incoming, author = [one.incoming for one in plan.planned if one.effect != "unchanged"], lead.person.actor

    def save(progress: Progress) -> ImportReport:
        with engine.database.work() as unit:
            report = importing.carry_out(unit.session, incoming, author)
            unit.commit()
        report.problems = list(plan.problems)
        for index in engine.answerer.indexes.values():  # here, rather than when the next question waits for it
            index.current()
        return report

    job = engine.work.start(lead.person.id, f"Saving {len(incoming):,} texts", "/editor/import/{id}", save)
    return go_to(f"/editor/jobs/{job.id}")


@router.get("/export.zip")
def export_all(engine: EngineOf, reader: Reader) -> Response:
    """Every article as a Markdown file."""
    with engine.database.read() as unit:
        content = export(unit.session)
    name = f"articles-{now():%Y-%m-%d}.zip"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/zip", headers=headers)


def _reader(name: str) -> Callable[[bytes], tuple[list[Incoming], list[Problem]]]:
    suffix = PurePosixPath(name.lower()).suffix
    if suffix in (".md", ".markdown"):
        return lambda content: read_files([(name, content)])
    if suffix not in READERS:
        raise BadInput(f"{name!r} is neither a zip, nor a Markdown file, nor a CSV table")
    return READERS[suffix]


def _begin(
    request: Request,
    engine: Engine,
    owner: int,
    source: str,
    read: Callable[[Progress], tuple[list[Incoming], list[Problem]]],
    as_drafts: bool = False,
) -> Response:
    def plan(progress: Progress) -> ImportPlan:
        incoming, problems = read(progress)
        if as_drafts:
            incoming = [Incoming(one.draft, "draft", one.file) for one in incoming]
        with engine.database.read() as unit:
            return ImportPlan(source, importing.plan(unit.session, incoming), problems)

    try:
        job = engine.work.start(owner, f"Reading {source}", "/editor/import/{id}", plan)
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
    shown = {"categories": known, "url": "", "category": "", **values}
    return show(request, "import.html", status, **shown)
