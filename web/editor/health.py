"""What needs a lead's eye: stale articles, and passages that say the same twice or say it differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.health import Twins, find_stale, find_twins
from shop.errors import NotFound
from shop.tables import Article, ArticleEdition
from web.editor.engine import Engine, EngineOf
from web.editor.listed import STALE_WORDS
from web.editor.parts import Reader, show
from web.staff.kept_work import Kind
from web.staff.parts import LANGUAGE_NAMES, go_to, language_or
from web.staff.work import Progress

_SHOWN = 200

router = APIRouter(prefix="/editor/health", include_in_schema=False)


@router.get("")
def health(request: Request, engine: EngineOf, reader: Reader) -> Response:
    """Stale articles; looking for twins is begun from here."""
    engine.warm_up()
    with engine.database.read() as unit:
        stale = find_stale(unit.session)
        titles = _titles(unit.session, [one.slug for one in stale[:_SHOWN]])
    return show(request, "health.html", stale=stale[:_SHOWN], total=len(stale), titles=titles, stale_words=STALE_WORDS)


@router.post("/twins/{language}")
def look_for_twins(engine: EngineOf, reader: Reader, language: str) -> Response:
    """Compare every passage of a language with its neighbours."""
    language = language_or(language)
    title = f"Comparing the articles in {LANGUAGE_NAMES[language]}"
    job = engine.work.begin(reader.person.id, "twins", title, "/editor/health/twins/{id}", {"language": language})
    return go_to(f"/editor/jobs/{job.id}")


@router.get("/twins/{job_id}")
def twins(request: Request, engine: EngineOf, reader: Reader, job_id: str) -> Response:
    """The pairs that were found."""
    job = engine.work.get(job_id, reader.person.id)
    if not isinstance(job.result, list):
        raise NotFound("This is no comparison that is done.")
    return show(request, "twins.html", pairs=job.result, job=job)


def kinds(engine: Engine) -> dict[str, Kind]:
    """The long work that is begun here."""

    def look(asked: Mapping[str, Any], attachment: bytes, progress: Progress) -> list[Twins]:
        return find_twins(engine.answerer, asked["language"], progress=progress)

    return {"twins": Kind(look, list[Twins])}


def _titles(session: Session, slugs: list[str]) -> dict[str, str]:
    query = select(Article.slug, ArticleEdition.title).join(ArticleEdition, ArticleEdition.article_id == Article.id)
    query = query.where(Article.slug.in_(slugs)).order_by(ArticleEdition.language.desc())
    return {slug: title for slug, title in session.execute(query)}
