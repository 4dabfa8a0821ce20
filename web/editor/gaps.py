"""What shoppers asked and did not get, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from knowledge.answering import Ranked
from knowledge.dismissals import dismissals, reopen
from knowledge.gaps import Gap, dismiss, draft_for, mark_attached, mark_drafted
from shop.errors import AisleError, NotFound
from web.editor.engine import Engine, EngineOf
from web.editor.forms import DraftForm, slug_of
from web.editor.parts import Lead, Reader, show, show_loading
from web.staff.parts import go_to, language_or, names_of, sentence, status_of
from web.staff.plots import spark_line

_PAGE_SIZE = 20
_NEAREST = 3
_RELATED = 0.1  # articles with a lower score have nothing to do with the question

router = APIRouter(prefix="/editor/gaps", include_in_schema=False)

Text = Annotated[str, Form()]
GapId = Annotated[int, Form(ge=1, le=2**31 - 1)]


@dataclass(frozen=True)
class ShownGap:
    """A gap with the articles nearest to it. Its id is that of its oldest question: it stays when others join."""

    id: int
    gap: Gap
    nearest: tuple[Ranked, ...]
    trend_plot: str


@router.get("")
def gaps(
    request: Request,
    engine: EngineOf,
    reader: Reader,
    language: str = "en",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    undo: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """The gaps of a language, the most asked first; ``undo`` names what was dismissed just now."""
    if not engine.is_ready():
        return show_loading(request)
    return _page(request, engine, language_or(language), page, undo=undo)


@router.get("/dismissed")
def dismissed(request: Request, engine: EngineOf, reader: Reader, language: str = "en") -> Response:
    """What was left open on purpose, and why."""
    language = language_or(language)
    with engine.database.read() as unit:
        found, names = dismissals(unit.session, language), names_of(unit.session)
    return show(request, "dismissed.html", dismissals=found, names=names, language=language)


@router.post("/reopen")
def reopen_gap(engine: EngineOf, lead: Lead, dismissal: GapId, language: Text = "en") -> Response:
    """Show dismissed questions among the gaps again."""
    with engine.database.work() as unit:
        reopen(unit.session, dismissal, lead.person.actor)
        unit.commit()
    return go_to(f"/editor/gaps?language={language_or(language)}&done=reopened")


@router.post("/dismiss")
def dismiss_gap(
    request: Request, engine: EngineOf, lead: Lead, gap: GapId, language: Text = "en", reason: Text = ""
) -> Response:
    """Leave a gap open on purpose."""
    language = language_or(language)
    try:
        found = _find(engine, language, gap)
        with engine.database.work() as unit:
            dismissal = dismiss(unit.session, found, reason, lead.person.actor)
            unit.commit()
    except AisleError as error:
        return _page(request, engine, language, 1, status_of(error), error=sentence(error))
    return go_to(f"/editor/gaps?language={language}&done=dismissed&undo={dismissal}")


@router.post("/attach")
def attach(
    request: Request, engine: EngineOf, lead: Lead, gap: GapId, language: Text = "en", slug: Text = ""
) -> Response:
    """Make the question one more way to ask for an article."""
    language, slug = language_or(language), slug.strip()
    try:
        found = _find(engine, language, gap)
        engine.editor.add_question(slug, language, found.question, lead.person.actor)
        with engine.database.work() as unit:
            mark_attached(unit.session, found, slug, lead.person.actor)
            unit.commit()
    except AisleError as error:
        return _page(request, engine, language, 1, status_of(error), error=sentence(error))
    return go_to(f"/editor/articles/{slug}?language={language}&done=question-added")


def begun_from(engine: Engine, language: str, gap: int) -> DraftForm:
    """A form for an article about a gap. Raises NotFound."""
    found = _find(engine, language, gap)
    return DraftForm.of(draft_for(found, slug_of(found.question), ""))


def note_drafted(engine: Engine, language: str, gap: int, slug: str, author: str) -> None:
    """The gap has a draft now; nothing happens if somebody else decided about it meanwhile."""
    try:
        found = _find(engine, language, gap)
    except NotFound:
        return
    with engine.database.work() as unit:
        mark_drafted(unit.session, found, slug, author)
        unit.commit()


def _find(engine: Engine, language: str, gap: int) -> Gap:
    for found in engine.gaps(language):
        if gap in found.question_ids:
            return found
    raise NotFound("somebody has decided about these questions already")


def _page(request: Request, engine: Engine, language: str, page: int, status: int = 200, **values: Any) -> Response:
    found = engine.gaps(language)
    here = found[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    explained = engine.answerer.explain([gap.asked for gap in here], language)
    shown = [
        ShownGap(
            min(gap.question_ids),
            gap,
            tuple(hit for hit in one.ranked[:_NEAREST] if hit.score >= _RELATED),
            spark_line([count for _, count in gap.weeks]),
        )
        for gap, one in zip(here, explained, strict=True)
    ]
    return show(
        request,
        "gaps.html",
        status,
        gaps=shown,
        total=len(found),
        asked=sum(gap.count for gap in found),
        language=language,
        page=page,
        last_page=max(1, -(-len(found) // _PAGE_SIZE)),
        **{"undo": 0, **values},
    )
