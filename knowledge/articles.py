"""Articles and their revisions: writing a new revision, reading what counts now.

Every function takes the session of a unit of work and leaves the commit to the caller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.conversations import LANGUAGES
from shop.errors import BadInput, NotFound
from shop.tables import Article, ArticleRevision

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = {"slug": 80, "category": 40, "title": 200, "body": 50_000, "question": 300}


@dataclass(frozen=True)
class ArticleDraft:
    """What somebody wants an article to say in one language."""

    slug: str
    category: str
    language: str
    title: str
    body: str  # Markdown
    questions: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises BadInput naming the field that cannot be used, and why."""
        if not _SLUG.fullmatch(self.slug):
            raise BadInput(f"the slug must be small letters, digits and hyphens, got {self.slug!r}")
        if self.language not in LANGUAGES:
            raise BadInput(f"the language must be one of {', '.join(LANGUAGES)}, got {self.language!r}")
        for name in ("slug", "category", "title", "body"):
            _check_length(name, getattr(self, name))
        for question in self.questions:
            _check_length("question", question)


@dataclass(frozen=True)
class ArticleText:
    """An article as it reads now in one language."""

    id: int
    slug: str
    category: str
    status: str
    language: str
    number: int
    title: str
    body: str  # Markdown
    questions: tuple[str, ...]


def write_article(session: Session, draft: ArticleDraft, author: str, status: str = "published") -> bool:
    """Add a revision if it says anything new; a new article starts with ``status``, an old one keeps its own.

    Returns whether anything changed. Raises BadInput if the draft cannot be used.
    """
    draft.check()
    article = session.execute(select(Article).where(Article.slug == draft.slug).with_for_update()).scalar_one_or_none()
    moment = now()
    if article is None:
        article = Article(slug=draft.slug, category=draft.category, status=status, created_at=moment, updated_at=moment)
        session.add(article)
        session.flush()
    latest = latest_revision(session, draft.slug, draft.language)
    if latest is not None and says_the_same(latest, draft) and article.category == draft.category:
        return False
    if latest is None or not says_the_same(latest, draft):
        number = 1 if latest is None else latest.number + 1
        session.add(_revision(article.id, number, draft, author))
    article.category = draft.category
    article.updated_at = moment
    session.flush()
    return True


def latest_revision(session: Session, slug: str, language: str, author: str | None = None) -> ArticleRevision | None:
    """The newest revision of an article in a language, or the newest one ``author`` wrote."""
    query = select(ArticleRevision).join(Article)
    query = query.where(Article.slug == slug, ArticleRevision.language == language)
    if author is not None:
        query = query.where(ArticleRevision.author == author)
    return session.execute(query.order_by(ArticleRevision.number.desc()).limit(1)).scalar_one_or_none()


def says_the_same(revision: ArticleRevision, draft: ArticleDraft) -> bool:
    """Whether a revision already says what a draft says."""
    said = (revision.title, revision.body, tuple(revision.questions))
    return said == (draft.title, draft.body, draft.questions)


def published_articles(session: Session, language: str) -> list[ArticleText]:
    """All published articles by slug, each in ``language`` or, where it has none, in another one."""
    newest = (
        select(ArticleRevision.article_id, ArticleRevision.language, func.max(ArticleRevision.number).label("number"))
        .group_by(ArticleRevision.article_id, ArticleRevision.language)
        .subquery()
    )
    current = (
        select(Article, ArticleRevision)
        .join(ArticleRevision, ArticleRevision.article_id == Article.id)
        .join(
            newest,
            (newest.c.article_id == ArticleRevision.article_id)
            & (newest.c.language == ArticleRevision.language)
            & (newest.c.number == ArticleRevision.number),
        )
        .where(Article.status == "published")
        .order_by(Article.slug, ArticleRevision.language)
    )
    texts: dict[str, ArticleText] = {}
    for article, revision in session.execute(current):
        if article.slug not in texts or revision.language == language:
            texts[article.slug] = _text(article, revision)
    return list(texts.values())


def get_article(session: Session, slug: str, language: str) -> ArticleText:
    """A published article in ``language`` or, where it has none, in another one. Raises NotFound."""
    article = session.execute(
        select(Article).where(Article.slug == slug, Article.status == "published")
    ).scalar_one_or_none()
    if article is not None:
        for tried in sorted(LANGUAGES, key=lambda code: code != language):
            revision = latest_revision(session, slug, tried)
            if revision is not None:
                return _text(article, revision)
    raise NotFound(f"there is no published article {slug!r}")


def set_status(session: Session, slug: str, status: str) -> None:
    """Publish an article, archive it or take it back to a draft. Raises BadInput, NotFound."""
    if status not in ("draft", "published", "archived"):
        raise BadInput(f"the status must be draft, published or archived, got {status!r}")
    article = session.execute(select(Article).where(Article.slug == slug)).scalar_one_or_none()
    if article is None:
        raise NotFound(f"there is no article {slug!r}")
    article.status = status
    article.updated_at = now()
    session.flush()


def count_articles(session: Session) -> int:
    """How many articles there are, of whatever status."""
    return int(session.execute(select(func.count()).select_from(Article)).scalar_one())


def _check_length(name: str, value: str) -> None:
    if not value.strip():
        raise BadInput(f"the {name} is empty")
    if len(value) > _LONGEST[name]:
        raise BadInput(f"the {name} may have {_LONGEST[name]} characters, got {len(value)}")


def _revision(article_id: int, number: int, draft: ArticleDraft, author: str) -> ArticleRevision:
    return ArticleRevision(
        article_id=article_id,
        language=draft.language,
        number=number,
        title=draft.title,
        body=draft.body,
        questions=list(draft.questions),
        author=author,
        created_at=now(),
    )


def _text(article: Article, revision: ArticleRevision) -> ArticleText:
    return ArticleText(
        id=article.id,
        slug=article.slug,
        category=article.category,
        status=article.status,
        language=revision.language,
        number=revision.number,
        title=revision.title,
        body=revision.body,
        questions=tuple(revision.questions),
    )
