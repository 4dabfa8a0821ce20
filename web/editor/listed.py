"""The list of articles: search, filters, pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from knowledge.articles import STATUSES
from knowledge.health import Stale, find_stale
from knowledge.listing import ArticlePage, ListedArticle, ListedEdition, ListFilter, categories, list_articles
from shop.tables import Article
from web.editor.engine import EngineOf
from web.editor.parts import Reader, show

_PAGE_SIZE = 50
_LAST_PAGE = 1_000_000
_OTHER = {"en": "zh", "zh": "en"}

STALE_WORDS = {
    "old": "not touched for a year",
    "ends_soon": "ends soon",
    "ended": "has ended",
    "translation_behind": "translation behind",
    "voted_down": "voted down",
}

router = APIRouter(prefix="/editor", include_in_schema=False)


class Asked(BaseModel):
    """What of the list is wanted. ``language`` lists what has no text in the other one; ``only``: stale or changed."""

    q: str = Field("", max_length=200)
    status: str = ""
    category: str = ""
    language: str = ""
    only: str = ""
    page: int = Field(1, ge=1, le=_LAST_PAGE)

    @property
    def filter(self) -> ListFilter:
        """As the knowledge base filters; what it does not know does not narrow anything."""
        return ListFilter(
            text=self.q,
            status=self.status if self.status in STATUSES else "",
            category=self.category,
            missing_language=_OTHER.get(self.language, ""),
            unpublished_changes=self.only == "changed",
        )

    @property
    def said(self) -> dict[str, str]:
        """The filters that narrow something."""
        return {name: value for name, value in self.model_dump(exclude={"page"}).items() if value}


@router.get("")
def articles(request: Request, engine: EngineOf, reader: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """A page of the list."""
    engine.warm_up()
    with engine.database.read() as unit:
        stale = _by_slug(find_stale(unit.session))
        listed = (
            _stale_articles(unit.session, stale, asked.filter, asked.page)
            if asked.only == "stale"
            else list_articles(unit.session, asked.filter, asked.page, _PAGE_SIZE)
        )
        known = categories(unit.session)
    return show(
        request,
        "list.html",
        listed=listed,
        stale=stale,
        stale_words=STALE_WORDS,
        stale_count=len(stale),
        categories=known,
        statuses=STATUSES,
        asked=asked,
        is_narrowed=bool(asked.said),
        total=sum(known.values()),
        link=lambda number: "/editor?" + urlencode({**asked.said, "page": number}),
        last_page=max(1, -(-listed.total // _PAGE_SIZE)),
    )


def _by_slug(stale: Iterable[Stale]) -> dict[str, list[Stale]]:
    found: dict[str, list[Stale]] = {}
    for one in stale:
        found.setdefault(one.slug, []).append(one)
    return found


def _stale_articles(session: Session, slugs: Iterable[str], chosen: ListFilter, page: int) -> ArticlePage:
    """The list of these articles only, filtered in the same way."""
    wanted, rows = list(slugs), []
    for start in range(0, len(wanted), 500):
        query = select(Article).where(Article.slug.in_(wanted[start : start + 500]))
        rows += session.scalars(query.options(selectinload(Article.editions))).all()
    found = [_listed(row) for row in rows]
    kept = sorted((one for one in found if _matches(one, chosen)), key=lambda one: one.updated_at)
    first = (page - 1) * _PAGE_SIZE
    return ArticlePage(tuple(kept[first : first + _PAGE_SIZE]), len(kept), page, _PAGE_SIZE)


def _matches(one: ListedArticle, chosen: ListFilter) -> bool:
    text = chosen.text.strip().lower()
    return (
        chosen.status in ("", one.status)
        and chosen.category in ("", one.category)
        and chosen.missing_language not in {edition.language for edition in one.editions}
        and any(text in words.lower() for words in (one.slug, *(edition.title for edition in one.editions)))
    )


def _listed(row: Article) -> ListedArticle:
    editions = tuple(
        ListedEdition(one.language, one.title, one.latest_number, one.published_number) for one in row.editions
    )
    return ListedArticle(
        row.slug, row.status, row.category, row.audience, row.valid_from, row.valid_until, row.updated_at, editions
    )
