"""What an article said before: its revisions, and two of them side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from knowledge.articles import ArticleDraft, draft_of, find_article
from knowledge.editing import get_revision
from shop.errors import NotFound
from shop.tables import ArticleRevision, AuditEntry

_WORD = re.compile(r"[\u3400-\u9fff]|\w+|\s+|.", re.DOTALL)
_COMPARED = ("title", "category", "audience", "valid_from", "valid_until", "questions")
_ALIKE = 0.3  # lines less alike than this are shown as one gone and one new
_MOST_COMPARED = 1_000_000  # pairs of words, a second's work at worst

Part = tuple[str, bool]
"""A piece of a line, and whether it differs from the other side."""


@dataclass(frozen=True)
class RevisionLine:
    """One revision in a list."""

    number: int
    title: str
    author: str
    created_at: datetime
    note: str
    is_latest: bool
    is_live: bool


@dataclass(frozen=True)
class FieldChange:
    """A field other than the body that differs."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class DiffRow:
    """One line of the body on both sides; a side without a line has no number and no parts."""

    kind: Literal["equal", "changed", "removed", "added"]
    old_number: int | None
    old: tuple[Part, ...]
    new_number: int | None
    new: tuple[Part, ...]


@dataclass(frozen=True)
class Difference:
    """Two versions of an article side by side."""

    fields: tuple[FieldChange, ...]
    body: tuple[DiffRow, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both say the same."""
        return not self.fields and all(row.kind == "equal" for row in self.body)


def revisions(session: Session, slug: str, language: str) -> list[RevisionLine]:
    """All revisions of an article in a language, the newest first. Raises NotFound."""
    article = find_article(session, slug)
    edition = next((edition for edition in article.editions if edition.language == language), None)
    if edition is None:
        raise NotFound(f"the article {slug!r} has no text in {language!r}")
    query = (
        select(ArticleRevision)
        .where(ArticleRevision.article_id == article.id, ArticleRevision.language == language)
        .options(
            load_only(
                ArticleRevision.number,
                ArticleRevision.title,
                ArticleRevision.author,
                ArticleRevision.created_at,
                ArticleRevision.note,
            )
        )
        .order_by(ArticleRevision.number.desc())
    )
    live = edition.published_number if article.status == "published" else None
    return [
        RevisionLine(
            row.number,
            row.title,
            row.author,
            row.created_at,
            row.note,
            row.number == edition.latest_number,
            row.number == live,
        )
        for row in session.scalars(query)
    ]


def difference(session: Session, slug: str, language: str, old: int, new: int) -> Difference:
    """Two revisions of an article side by side. Raises NotFound."""
    before, after = (draft_of(slug, get_revision(session, slug, language, number)) for number in (old, new))
    return compare(before, after)


def compare(old: ArticleDraft, new: ArticleDraft) -> Difference:
    """Two versions side by side, saved or not: for a stale save, theirs and yours."""
    changed = [FieldChange(name, getattr(old, name), getattr(new, name)) for name in _COMPARED]
    fields = tuple(change for change in changed if change.old != change.new)
    return Difference(fields, tuple(_rows(old.body.splitlines(), new.body.splitlines())))


def log(session: Session, slug: str, limit: int = 100) -> list[AuditEntry]:
    """What was done to an article, by whom and when, the newest first."""
    query = select(AuditEntry).where(AuditEntry.subject == f"article:{slug}"[:80])
    return list(session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)))


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffRow]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            for offset in range(b - a):
                same = ((old[a + offset], False),)
                yield DiffRow("equal", a + offset + 1, same, c + offset + 1, same)
        else:
            yield from _changed(old, new, range(a, b), range(c, d))


def _changed(old: Sequence[str], new: Sequence[str], gone: range, come: range) -> Iterator[DiffRow]:
    paired = min(len(gone), len(come))
    for left, right in zip(gone, come, strict=False):
        parts = _parts(old[left], new[right])
        if parts is None:
            yield DiffRow("removed", left + 1, ((old[left], True),), None, ())
            yield DiffRow("added", None, (), right + 1, ((new[right], True),))
        else:
            yield DiffRow("changed", left + 1, parts[0], right + 1, parts[1])
    for left in gone[paired:]:
        yield DiffRow("removed", left + 1, ((old[left], True),), None, ())
    for right in come[paired:]:
        yield DiffRow("added", None, (), right + 1, ((new[right], True),))


def _parts(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]] | None:
    """Both lines cut where they differ, by words and Chinese characters; None if they have little in common."""
    left, right = _WORD.findall(old), _WORD.findall(new)
    if len(left) * len(right) > _MOST_COMPARED:
        return None
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return None
    before: list[Part] = []
    after: list[Part] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if b > a:
            before.append(("".join(left[a:b]), kind != "equal"))
        if d > c:
            after.append(("".join(right[c:d]), kind != "equal"))
    return tuple(before), tuple(after)
