"""The list of articles that the editor shows, filtered and by pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from shop.errors import BadInput
from shop.tables import Article, ArticleEdition

Order = Literal["newest", "slug"]

_MOST_ON_A_PAGE = 200


@dataclass(frozen=True)
class ListFilter:
    """What to list; empty fields do not narrow anything. ``text`` is looked for in slugs and titles."""

    text: str = ""
    status: str = ""
    category: str = ""
    audience: str = ""
    missing_language: str = ""  # articles that have no text in it
    unpublished_changes: bool = False  # only articles with a revision newer than the published one
    order: Order = "newest"


@dataclass(frozen=True)
class ListedEdition:
    """An article in one language, in a list."""

    language: str
    title: str
    latest_number: int
    published_number: int | None

    @property
    def has_unpublished_changes(self) -> bool:
        """Whether the newest revision is not the one that answers."""
        return self.latest_number != self.published_number


@dataclass(frozen=True)
class ListedArticle:
    """One line of the list."""

    slug: str
    status: str
    category: str
    audience: str
    valid_from: datetime | None
    valid_until: datetime | None
    updated_at: datetime
    editions: tuple[ListedEdition, ...]

    def title(self, language: str) -> str:
        """The title in a language or, where it has none, in another one."""
        titles = {edition.language: edition.title for edition in self.editions}
        return titles.get(language) or next(iter(titles.values()), self.slug)


@dataclass(frozen=True)
class ArticlePage:
    """A page of the list. ``total`` counts all that match."""

    articles: tuple[ListedArticle, ...]
    total: int
    page: int
    page_size: int


def list_articles(
    session: Session,
    chosen: ListFilter | None = None,
    page: int = 1,
    page_size: int = 50,
    among: Collection[str] | None = None,
) -> ArticlePage:
    """A page of articles, counted from 1; with ``among``, only of those slugs, the longest untouched first.

    Raises BadInput for a page or size that cannot be.
    """
    if page < 1 or not 1 <= page_size <= _MOST_ON_A_PAGE:
        raise BadInput(f"pages count from 1 and hold 1 to {_MOST_ON_A_PAGE} articles, got {page} and {page_size}")
    chosen = chosen or ListFilter()
    conditions = _conditions(chosen)
    if among is not None:
        return _page_among(session, conditions, among, page, page_size)
    total = session.scalar(select(func.count()).select_from(Article).where(*conditions))
    order = Article.slug if chosen.order == "slug" else Article.updated_at.desc()
    rows = session.scalars(
        select(Article)
        .where(*conditions)
        .order_by(order, Article.id)
        .offset((page - 1) * page_size)
        .limit(page_size)
        .options(selectinload(Article.editions))
    )
    return ArticlePage(tuple(_listed(row) for row in rows), int(total or 0), page, page_size)


def _page_among(
    session: Session, conditions: Sequence[Any], among: Collection[str], page: int, page_size: int
) -> ArticlePage:
    order = Article.updated_at, Article.id
    matching = session.execute(select(Article.id, Article.slug).where(*conditions).order_by(*order))
    ids = [number for number, slug in matching if slug in among]
    here = ids[(page - 1) * page_size : page * page_size]
    rows = session.scalars(
        select(Article).where(Article.id.in_(here)).order_by(*order).options(selectinload(Article.editions))
    )
    return ArticlePage(tuple(_listed(row) for row in rows), len(ids), page, page_size)


def categories(session: Session) -> dict[str, int]:
    """All categories in use, by name, with the number of their articles."""
    query = select(Article.category, func.count()).group_by(Article.category).order_by(Article.category)
    return {name: int(count) for name, count in session.execute(query)}


def _conditions(chosen: ListFilter) -> Sequence[Any]:
    conditions = [
        getattr(Article, name) == getattr(chosen, name)
        for name in ("status", "category", "audience")
        if getattr(chosen, name)
    ]
    if chosen.text.strip():
        pattern = f"%{_literal(chosen.text.strip())}%"
        titled = select(ArticleEdition.article_id).where(ArticleEdition.title.ilike(pattern, escape="\\"))
        conditions.append(Article.slug.ilike(pattern, escape="\\") | Article.id.in_(titled))
    if chosen.missing_language:
        speaking = select(ArticleEdition.article_id).where(ArticleEdition.language == chosen.missing_language)
        conditions.append(Article.id.not_in(speaking))
    if chosen.unpublished_changes:
        behind = (ArticleEdition.published_number.is_(None)) | (
            ArticleEdition.published_number != ArticleEdition.latest_number
        )
        conditions.append(Article.id.in_(select(ArticleEdition.article_id).where(behind)))
    return conditions


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _listed(article: Article) -> ListedArticle:
    editions = (
        ListedEdition(edition.language, edition.title, edition.latest_number, edition.published_number)
        for edition in article.editions
    )
    return ListedArticle(
        article.slug,
        article.status,
        article.category,
        article.audience,
        article.valid_from,
        article.valid_until,
        article.updated_at,
        tuple(editions),
    )
