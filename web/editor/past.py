"""What an article said before: its revisions, two of them side by side, and the way back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from knowledge.articles import find_article
from knowledge.editing import StaleSave
from knowledge.history import difference, log, revisions
from shop.errors import NotFound
from web.editor.engine import EngineOf
from web.editor.parts import Lead, Reader, show
from web.staff.parts import go_to, language_or, names_of

router = APIRouter(prefix="/editor/articles/{slug}", include_in_schema=False)

Number = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get("/history")
def history(
    request: Request,
    engine: EngineOf,
    reader: Reader,
    slug: str,
    language: str = "en",
    old: Number = 0,
    new: Number = 0,
) -> Response:
    """All revisions, and two of them compared: those chosen, else the last two."""
    return _page(request, engine, slug, language, (old, new))


@router.post("/{language}/restore")
def restore(
    request: Request,
    engine: EngineOf,
    lead: Lead,
    slug: str,
    language: str,
    number: Annotated[int, Form(ge=1, le=2**31 - 1)],
    based_on: Annotated[int, Form(ge=0, le=2**31 - 1)],
) -> Response:
    """Say again what a revision said; what was there before can be restored in the same way."""
    try:
        engine.editor.restore(slug, language, number, lead.person.actor, based_on)
    except StaleSave as stale:
        message = f"Somebody saved revision {stale.number} in between. Nothing was changed; look at it first."
        return _page(request, engine, slug, language, (number, stale.number), 409, message)
    return go_to(f"/editor/articles/{slug}?language={language}&done=restored&undo={based_on}")


def _page(
    request: Request,
    engine: EngineOf,
    slug: str,
    language: str,
    chosen: tuple[int, int],
    status: int = 200,
    error: str = "",
) -> Response:
    with engine.database.read() as unit:
        article = find_article(unit.session, slug)
        spoken = [edition.language for edition in article.editions]
        language = language_or(language)
        if language not in spoken:
            raise NotFound(f"there is no text of {slug!r} in {language!r} yet")
        lines = revisions(unit.session, slug, language)
        new = chosen[1] or lines[0].number
        old = chosen[0] or max(new - 1, 1)
        compared = difference(unit.session, slug, language, old, new) if len(lines) > 1 else None
        return show(
            request,
            "history.html",
            status,
            slug=slug,
            language=language,
            spoken=spoken,
            lines=lines,
            old=old,
            new=new,
            difference=compared,
            log=log(unit.session, slug, 30),
            names=names_of(unit.session),
            error=error,
        )
