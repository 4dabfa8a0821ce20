"""The list of articles: search, filters, pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from knowledge.articles import STATUSES
from knowledge.health import Stale, find_stale
from knowledge.listing import ListFilter, categories, list_articles
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
        among = stale if asked.only == "stale" else None
        listed = list_articles(unit.session, asked.filter, asked.page, _PAGE_SIZE, among)
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
