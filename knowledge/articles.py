"""What an article says: drafts that somebody wants to keep, and the texts that count now.

Every function takes the session of a unit of work and leaves the commit to the caller. ``knowledge.editing`` writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.conversations import LANGUAGES
from shop.errors import BadInput, NotFound
from shop.tables import Article, ArticleEdition, ArticleRevision, KnowledgeState

AUDIENCES = ("everyone", "customers", "staff")
"""Who may read an article: anybody, shoppers whose identity is known, people of the shop. Each sees what those before
it see."""

STATUSES = ("draft", "published", "archived")
LONGEST = {"slug": 80, "category": 40, "title": 200, "body": 50_000, "question": 300}
_MOST_QUESTIONS = 200
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOST_MARKS = 1_000
_MARKS = re.compile(r"[\[*_`<!\n]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass(frozen=True)
class ArticleDraft:
    """What somebody wants an article to say in one language."""

    slug: str
    category: str
    language: str
    title: str
    body: str  # Markdown
    questions: tuple[str, ...] = ()
    audience: str = "everyone"
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def tidied(self) -> ArticleDraft:
        """The same without spaces at the ends, Windows line ends, and questions that are there twice."""
        return replace(
            self,
            category=self.category.strip(),
            title=" ".join(self.title.split()),
            body=self.body.replace("\r\n", "\n").replace("\r", "\n").strip(),
            questions=tuple(dict.fromkeys(" ".join(question.split()) for question in self.questions)),
        )

    def check(self) -> None:
        """Raises BadInput naming the field that cannot be used, and why."""
        if not _SLUG.fullmatch(self.slug):
            raise BadInput(f"the slug must be small letters, digits and hyphens, got {self.slug!r}")
        if self.language not in LANGUAGES:
            raise BadInput(f"the language must be one of {', '.join(LANGUAGES)}, got {self.language!r}")
        if self.audience not in AUDIENCES:
            raise BadInput(f"the audience must be one of {', '.join(AUDIENCES)}, got {self.audience!r}")
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise BadInput(f"the article would end ({self.valid_until}) before it begins ({self.valid_from})")
        for name in ("slug", "category", "title", "body"):
            _check_text(name, getattr(self, name))
        for block in re.split(r"\n\s*\n", self.body):
            marks = len(_MARKS.findall(block))
            if marks > _MOST_MARKS:  # reading Markdown takes time that grows with their square
                raise BadInput(
                    f"the paragraph that begins {block.strip()[:40]!r} has {marks:,} brackets, line breaks or the"
                    f" like; {_MOST_MARKS:,} are read: leave empty lines between its parts"
                )
        if len(self.questions) > _MOST_QUESTIONS:
            raise BadInput(f"an article may have {_MOST_QUESTIONS} questions, got {len(self.questions)}")
        for question in self.questions:
            _check_text("question", question)


@dataclass(frozen=True)
class ArticleText:
    """An article as the bot reads it in one language."""

    id: int
    slug: str
    category: str
    status: str
    language: str
    number: int
    title: str
    body: str  # Markdown
    questions: tuple[str, ...]
    revision_id: int = 0
    audience: str = "everyone"
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def is_shown(self, audience: str, moment: datetime) -> bool:
        """Whether somebody of an audience may read it at a moment."""
        begun = self.valid_from is None or self.valid_from <= moment
        ended = self.valid_until is not None and self.valid_until <= moment
        return AUDIENCES.index(self.audience) <= AUDIENCES.index(audience) and begun and not ended


def latest_revision(session: Session, slug: str, language: str, author: str | None = None) -> ArticleRevision | None:
    """The newest revision of an article in a language, or the newest one ``author`` wrote."""
    query = select(ArticleRevision).join(Article)
    query = query.where(Article.slug == slug, ArticleRevision.language == language)
    if author is not None:
        query = query.where(ArticleRevision.author == author)
    return session.execute(query.order_by(ArticleRevision.number.desc()).limit(1)).scalar_one_or_none()


def says_the_same(revision: ArticleRevision, draft: ArticleDraft) -> bool:
    """Whether a revision already says what a draft says, in text, category, audience and validity."""
    return draft_of(draft.slug, revision) == draft


def draft_of(slug: str, revision: ArticleRevision) -> ArticleDraft:
    """A revision as a draft, to be changed or restored."""
    return ArticleDraft(
        slug=slug,
        category=revision.category,
        language=revision.language,
        title=revision.title,
        body=revision.body,
        questions=tuple(revision.questions),
        audience=revision.audience,
        valid_from=revision.valid_from,
        valid_until=revision.valid_until,
    )


def published_articles(session: Session, language: str, only: Sequence[int] | None = None) -> list[ArticleText]:
    """All published articles by slug, each in ``language`` or, where it has none, in another one.

    ``only`` are the ids of the articles wanted. Drafts and later unpublished revisions are not among them; articles
    that are not valid today are.
    """
    query = (
        select(Article, ArticleRevision)
        .join(ArticleEdition, ArticleEdition.article_id == Article.id)
        .join(
            ArticleRevision,
            (ArticleRevision.article_id == Article.id)
            & (ArticleRevision.language == ArticleEdition.language)
            & (ArticleRevision.number == ArticleEdition.published_number),
        )
        .where(Article.status == "published")
        .order_by(Article.slug, ArticleRevision.language)
    )
    if only is not None:
        query = query.where(Article.id.in_(only))
    return _in_language(session.execute(query), language)


def change_now(session: Session) -> int:
    """The number of the last change of what the bot may answer; 0 before the first."""
    return int(session.scalar(select(KnowledgeState.change)) or 0)


def changed_since(session: Session, language: str, change: int) -> tuple[int, dict[int, ArticleText | None]]:
    """The number of the last change, and of each article changed after ``change`` its text now (None: no longer)."""
    number = change_now(session)
    ids = session.scalars(select(Article.id).where(Article.change > change)).all() if number > change else []
    texts: dict[int, ArticleText | None] = dict.fromkeys(ids)
    for start in range(0, len(ids), 500):
        texts |= {text.id: text for text in published_articles(session, language, ids[start : start + 500])}
    return number, texts


def get_article(session: Session, slug: str, language: str, audience: str = AUDIENCES[0]) -> ArticleText:
    """A published article in ``language`` or, where it has none, in another one.

    Raises NotFound if there is none, it is not valid today, or not for such an audience.
    """
    article_id = session.scalar(select(Article.id).where(Article.slug == slug, Article.status == "published"))
    found = published_articles(session, language, [article_id]) if article_id is not None else []
    if not found or not found[0].is_shown(audience, now()):
        raise NotFound(f"there is no published article {slug!r}")
    return found[0]


def as_text(draft: ArticleDraft, article_id: int, revision_id: int = 0) -> ArticleText:
    """A draft as if it were published."""
    return ArticleText(
        id=article_id,
        slug=draft.slug,
        category=draft.category,
        status="published",
        language=draft.language,
        number=0,
        title=draft.title,
        body=draft.body,
        questions=draft.questions,
        revision_id=revision_id,
        audience=draft.audience,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
    )


def known_articles(session: Session, slugs: Sequence[str], language: str) -> tuple[dict[str, int], set[str]]:
    """The ids of the articles that exist, by slug, and which of them are published in a language."""
    query = select(Article.slug, Article.id, Article.status, ArticleEdition.published_number).outerjoin(
        ArticleEdition, (ArticleEdition.article_id == Article.id) & (ArticleEdition.language == language)
    )
    rows = session.execute(query.where(Article.slug.in_(slugs))).all()
    speaking = {slug for slug, _, status, number in rows if status == "published" and number is not None}
    return {slug: article_id for slug, article_id, _, _ in rows}, speaking


def find_article(session: Session, slug: str) -> Article:
    """The row of an article of whatever status. Raises NotFound."""
    article = session.execute(select(Article).where(Article.slug == slug)).scalar_one_or_none()
    if article is None:
        raise NotFound(f"there is no article {slug!r}")
    return article


def count_articles(session: Session) -> int:
    """How many articles there are, of whatever status."""
    return int(session.execute(select(func.count()).select_from(Article)).scalar_one())


def _in_language(rows: Iterable[tuple[Article, ArticleRevision]], language: str) -> list[ArticleText]:
    texts: dict[str, ArticleText] = {}
    for article, revision in rows:
        if article.slug not in texts or revision.language == language:
            texts[article.slug] = _text(article, revision)
    return list(texts.values())


def _check_text(name: str, value: str) -> None:
    if not value.strip():
        raise BadInput(f"the {name} is empty")
    if len(value) > LONGEST[name]:
        raise BadInput(f"the {name} may have {LONGEST[name]:,} characters, got {len(value):,}")
    unprintable = _UNPRINTABLE.search(value)
    if unprintable:
        raise BadInput(f"the {name} has a character that no text has: {unprintable.group()!r} at {unprintable.start()}")


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
        revision_id=revision.id,
        audience=article.audience,
        valid_from=article.valid_from,
        valid_until=article.valid_until,
    )
