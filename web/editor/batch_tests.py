"""Batch tests: lists of questions with the articles they should lead to, asked before and after a change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from knowledge import batch
from knowledge.articles import ArticleDraft, draft_of
from knowledge.batch import BatchReport, TestQuestion, TestRow
from knowledge.editing import get_revision
from knowledge.listing import ListFilter, list_articles
from shop.errors import AisleError, BadInput, NotFound
from web.editor.engine import Engine, EngineOf
from web.editor.parts import LargeForm, Lead, Reader, show
from web.staff.kept_work import Kind
from web.staff.parts import LANGUAGE_NAMES, go_to, language_or, sentence, status_of
from web.staff.work import Progress

_MOST_DRAFTS = 200
_ROWS_SHOWN = 500

router = APIRouter(prefix="/editor/tests", include_in_schema=False)

Text = Annotated[str, Form()]


@dataclass(frozen=True)
class BatchRun:
    """What came of a saved list."""

    name: str
    draft_count: int
    report: BatchReport


@dataclass(frozen=True)
class _Asked:
    """What a run was begun with: lists and drafts may be changed while it waits."""

    questions: list[TestQuestion]
    drafts: list[ArticleDraft]


_ASKED = TypeAdapter(_Asked)


@router.get("")
def saved_lists(request: Request, engine: EngineOf, reader: Reader, edit: str = "", slug: str = "") -> Response:
    """The saved lists; ``edit`` names one to change, ``slug`` an article whose draft is to be tried."""
    questions = ""
    if edit:
        with engine.database.read() as unit:
            questions = "\n".join(_line(one) for one in batch.get_list(unit.session, edit))
    return _page(request, engine, name=edit, questions=questions, slug=slug)


@router.post("/save")
def save(request: Request, form: LargeForm, engine: EngineOf, lead: Lead) -> Response:
    """Keep a list under a name."""
    name, text = str(form.get("name", "")), str(form.get("questions", ""))
    try:
        questions = [_question(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        with engine.database.work() as unit:
            batch.save_list(unit.session, name, questions, lead.person.actor)
            unit.commit()
    except AisleError as error:
        return _page(request, engine, status_of(error), name=name, questions=text, error=sentence(error))
    return go_to("/editor/tests?done=list-saved")


@router.post("/delete")
def delete(engine: EngineOf, lead: Lead, name: Text = "") -> Response:
    """Forget a list."""
    with engine.database.work() as unit:
        batch.delete_list(unit.session, name)
        unit.commit()
    return go_to("/editor/tests?done=list-deleted")


@router.post("/run")
def run(request: Request, engine: EngineOf, reader: Reader, name: Text = "", slug: Text = "") -> Response:
    """Ask the questions now and as if drafts were published: of one article, or all unpublished changes."""
    try:
        with engine.database.read() as unit:
            questions = batch.get_list(unit.session, name)
            drafts = _drafts(unit.session, slug.strip())
        job = engine.work.begin(
            reader.person.id,
            "batch_test",
            f"Asking {len(questions):,} questions",
            "/editor/tests/runs/{id}",
            {"name": name},
            _ASKED.dump_json(_Asked(questions, drafts)),
        )
    except AisleError as error:
        return _page(request, engine, status_of(error), slug=slug, error=sentence(error))
    return go_to(f"/editor/jobs/{job.id}")


@router.get("/runs/{job_id}")
def report(request: Request, engine: EngineOf, reader: Reader, job_id: str) -> Response:
    """What came of a run: what would change first, then what is wrong, then the rest."""
    run = engine.work.get(job_id, reader.person.id).result
    if not isinstance(run, BatchRun):
        raise NotFound("This is no batch test that is done.")
    found = run.report
    rows = sorted(found.rows, key=lambda row: (not row.got_worse, not row.changes, row.verdict_after == "right"))
    return show(
        request,
        "test_report.html",
        name=run.name,
        draft_count=run.draft_count,
        rows=rows[:_ROWS_SHOWN],
        total=len(rows),
        before=found.counts("before"),
        after=found.counts("after"),
        changed=len(found.changed),
        worse=sum(row.got_worse for row in rows),
    )


def kinds(engine: Engine) -> dict[str, Kind]:
    """The long work that is begun here."""

    def ask(told: Mapping[str, Any], attachment: bytes, progress: Progress) -> BatchRun:
        asked = _ASKED.validate_json(attachment)
        report = batch.run(engine.answerer, asked.questions, asked.drafts, progress)
        return BatchRun(told["name"], len(asked.drafts), BatchReport(tuple(map(_without_vectors, report.rows))))

    return {"batch_test": Kind(ask, BatchRun)}


def _without_vectors(row: TestRow) -> TestRow:
    return replace(row, before=replace(row.before, vector=b""), after=replace(row.after, vector=b""))


def _line(asked: TestQuestion) -> str:
    return f"{asked.question} | {asked.language} | {asked.slug or '-'}"


def _question(number: int, line: str) -> TestQuestion:
    """``question | language | slug``; the language may be left out, and - is the slug of what nothing should answer."""
    parts = [part.strip() for part in re.split(r"[|｜\t]", line)]
    if len(parts) == 2:
        parts.insert(1, "zh" if re.search("[\u3400-\u9fff]", parts[0]) else "en")
    if len(parts) != 3 or parts[1] not in LANGUAGE_NAMES:
        raise BadInput(f"line {number} must be like: how much is shipping | en | shipping-cost; got {line[:80]!r}")
    return TestQuestion(parts[0], parts[1], "" if parts[2] == "-" else parts[2])


def _drafts(session: Session, slug: str) -> list[ArticleDraft]:
    """The newest unpublished texts: of one article, or of all that are not archived."""
    page = list_articles(session, ListFilter(text=slug, unpublished_changes=True), 1, _MOST_DRAFTS)
    if page.total > _MOST_DRAFTS and not slug:
        raise BadInput(f"{page.total:,} articles have unpublished changes; name one, a run tries {_MOST_DRAFTS}")
    return [
        draft_of(one.slug, get_revision(session, one.slug, edition.language, edition.latest_number))
        for one in page.articles
        if one.status != "archived" and slug in ("", one.slug)
        for edition in one.editions
        if edition.has_unpublished_changes
    ]


def _page(request: Request, engine: Engine, status: int = 200, **values: Any) -> Response:
    with engine.database.read() as unit:
        lists = batch.lists(unit.session)
        waiting = list_articles(unit.session, ListFilter(unpublished_changes=True), 1, 50)
    changed = [one for one in waiting.articles if one.status != "archived"]
    shown = {"name": "", "questions": "", "slug": "", "lists": lists, "changed": changed, **values}
    return show(request, "tests.html", status, language=language_or(""), **shown)
