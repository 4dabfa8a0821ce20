"""Writing articles: drafts and revisions, publishing, archiving, restoring.

Every function takes the session of a unit of work and leaves the commit to the caller. A revision is never changed
once written. Whatever changes what the bot may answer takes the next number of ``KnowledgeState``; every process
sees the number move and takes up the articles that carry a later one (``knowledge.live``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from knowledge.articles import STATUSES, ArticleDraft, draft_of, find_article, latest_revision, says_the_same
from shop.clock import now
from shop.errors import BadInput, Conflict, NotFound
from shop.tables import Article, ArticleEdition, ArticleRevision, AuditEntry, KnowledgeState


class StaleSave(Conflict):
    """Somebody saved in between. Both versions are here; nothing was overwritten."""

    def __init__(self, yours: ArticleDraft, theirs: ArticleDraft, number: int, author: str) -> None:
        super().__init__(
            f"{author} saved revision {number} of {theirs.title!r} while you were writing; compare both, then save"
            f" yours on top of revision {number} or take theirs"
        )
        self.yours, self.theirs = yours, theirs
        self.number, self.author = number, author


def create_article(session: Session, draft: ArticleDraft, author: str) -> ArticleRevision:
    """A new article as a draft. Raises BadInput if it cannot be used or its slug is taken."""
    draft.check()
    taken = session.scalar(
        select(ArticleEdition.title).join(Article).where(Article.slug == draft.slug).order_by(ArticleEdition.language)
    )
    if taken is not None:
        raise BadInput(f"the slug {draft.slug!r} belongs to {taken!r} already; choose another one or edit that article")
    return save(session, draft, author, 0)


def save(session: Session, draft: ArticleDraft, author: str, based_on: int, note: str = "") -> ArticleRevision:
    """Keep a draft as the next revision of its language; nothing the bot answers changes.

    ``based_on`` is the number of the revision the author began from, 0 for a language the article does not have yet.
    Saying the same again returns the revision that says so. Raises BadInput, and StaleSave if there is a later
    revision.
    """
    draft = draft.tidied()
    draft.check()
    article = _locked(session, draft)
    latest = latest_revision(session, draft.slug, draft.language)
    number = latest.number if latest else 0
    if latest is not None and says_the_same(latest, draft):
        return latest
    if number != based_on:
        if latest is None:
            raise BadInput(f"there is no revision {based_on} of {draft.slug!r} in {draft.language!r} to build on")
        raise StaleSave(draft, draft_of(draft.slug, latest), number, latest.author)
    revision = _add_revision(session, article, draft, number + 1, author, note)
    _audit(session, author, "save_article", article, language=draft.language, number=revision.number, note=note)
    return revision


def publish(session: Session, slug: str, language: str, author: str, number: int | None = None) -> ArticleRevision:
    """Let the bot answer with a revision, the newest if none is named. Raises NotFound."""
    article = find_article(session, slug)
    edition = _edition(session, article, language)
    revision = get_revision(session, slug, language, number or edition.latest_number)
    edition.published_number = revision.number
    article.status = "published"
    for name in ("category", "audience", "valid_from", "valid_until"):
        setattr(article, name, getattr(revision, name))
    _count_change(session, article)
    _audit(session, author, "publish_article", article, language=language, number=revision.number)
    return revision


def set_status(session: Session, slug: str, status: str, author: str = "system") -> None:
    """Archive an article, take it back to a draft, or publish it again as it was. Raises BadInput, NotFound."""
    if status not in STATUSES:
        raise BadInput(f"the status must be one of {', '.join(STATUSES)}, got {status!r}")
    article = find_article(session, slug)
    if status == "published" and all(edition.published_number is None for edition in article.editions):
        raise BadInput(f"{slug!r} was never published in any language; publish a revision of it")
    before, article.status = article.status, status
    _count_change(session, article)
    _audit(session, author, "set_article_status", article, before=before, after=status)


def restore(session: Session, slug: str, language: str, number: int, author: str, based_on: int) -> ArticleRevision:
    """Say again what revision ``number`` said, as a new revision.

    Raises NotFound, and StaleSave if ``based_on`` is not the newest revision.
    """
    old = get_revision(session, slug, language, number)
    return save(session, draft_of(slug, old), author, based_on, note=f"restored from {number}")


def is_live(session: Session, slug: str, language: str) -> bool:
    """Whether the bot answers with an article in a language. Raises NotFound."""
    article = find_article(session, slug)
    return bool(article.status == "published" and _edition(session, article, language).published_number is not None)


def write_article(session: Session, draft: ArticleDraft, author: str, status: str = "published") -> bool:
    """Make an article say this, whatever it said before: for imports. With the status draft nothing is published; with
    another one it is, unless the article was taken back or archived by hand.

    Returns whether anything changed. Raises BadInput if the draft cannot be used.
    """
    draft = draft.tidied()
    draft.check()
    latest = latest_revision(session, draft.slug, draft.language)
    if latest is not None and says_the_same(latest, draft):
        return False
    known = session.scalar(select(Article.status).where(Article.slug == draft.slug))
    revision = save(session, draft, author, latest.number if latest else 0)
    if status != "draft" and known in (None, "published"):
        publish(session, draft.slug, draft.language, author, revision.number)
    return True


def get_revision(session: Session, slug: str, language: str, number: int) -> ArticleRevision:
    """One revision. Raises NotFound."""
    query = select(ArticleRevision).join(Article).where(Article.slug == slug)
    query = query.where(ArticleRevision.language == language, ArticleRevision.number == number)
    revision = session.execute(query).scalar_one_or_none()
    if revision is None:
        raise NotFound(f"there is no revision {number} of {slug!r} in {language!r}")
    return revision


def _locked(session: Session, draft: ArticleDraft) -> Article:
    """The article of a draft, held until the commit so that numbers are given one by one; made if there is none."""
    article = session.execute(select(Article).where(Article.slug == draft.slug).with_for_update()).scalar_one_or_none()
    if article is not None:
        return article
    moment = now()
    article = Article(
        slug=draft.slug,
        category=draft.category,
        status="draft",
        audience=draft.audience,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        created_at=moment,
        updated_at=moment,
    )
    session.add(article)
    try:
        session.flush()
    except IntegrityError as error:  # PostgreSQL: another process made it in this very moment
        raise Conflict(f"somebody has just created {draft.slug!r}; load it and save again") from error
    return article


def _add_revision(
    session: Session, article: Article, draft: ArticleDraft, number: int, author: str, note: str
) -> ArticleRevision:
    revision = ArticleRevision(
        article=article,
        language=draft.language,
        number=number,
        title=draft.title,
        body=draft.body,
        questions=list(draft.questions),
        category=draft.category,
        audience=draft.audience,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        note=note,
        author=author,
        created_at=now(),
    )
    edition = next((edition for edition in article.editions if edition.language == draft.language), None)
    if edition is None:
        edition = ArticleEdition(article=article, language=draft.language)
    edition.title, edition.latest_number = draft.title, number
    if article.status == "draft":
        article.category = draft.category
    article.updated_at = now()
    session.add_all((revision, edition))
    session.flush()
    return revision


def _edition(session: Session, article: Article, language: str) -> ArticleEdition:
    query = select(ArticleEdition).where(ArticleEdition.article_id == article.id, ArticleEdition.language == language)
    edition = session.execute(query).scalar_one_or_none()
    if edition is None:
        raise NotFound(f"the article {article.slug!r} has no text in {language!r}")
    return edition


def _count_change(session: Session, article: Article) -> None:
    """Give the article the next number. The row of the counter stays held until the commit."""
    counted = session.execute(update(KnowledgeState).values(change=KnowledgeState.change + 1))
    if not counted.rowcount:
        session.add(KnowledgeState(id=1, change=1))
        session.flush()
    article.change = session.scalar(select(KnowledgeState.change))
    article.updated_at = now()
    session.flush()


def _audit(session: Session, actor: str, action: str, article: Article, **detail: Any) -> None:
    entry = AuditEntry(at=now(), actor=actor, action=action, subject=f"article:{article.slug}"[:80], detail=detail)
    session.add(entry)
    session.flush()
