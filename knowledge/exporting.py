"""All articles as a zip of Markdown files that imports again to the same articles (their newest texts, not their past).

A text with a later unpublished revision is there twice: as it answers, and under ``drafts/`` as it would.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from knowledge.articles import ArticleDraft, draft_of
from knowledge.importing import MOST_BYTES, Incoming, Problem, read_files
from shop.errors import BadInput
from shop.tables import Article, ArticleEdition, ArticleRevision
from shop.unit_of_work import Database

_MOST_FILES = 50_000
_MOST_UNPACKED = 500_000_000
_PART = 200  # articles read at once
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # ten times faster, where PyYAML was built with it


def export(database: Database) -> Iterator[bytes]:
    """The zip, in parts: what takes it can begin before the last article is read.

    Each part is read in a unit of work of its own, so that no transaction waits for whoever takes the parts; an
    article that is changed meanwhile is there as it was before or after.
    """
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for files in _parts(database):
            for name, text in files:
                # A fixed time: the same articles make the same zip.
                archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
            yield outlet.taken()
    yield outlet.taken()


def read_zip(content: bytes) -> tuple[list[Incoming], list[Problem]]:
    """The usable files of an exported zip, and the others with the reason. Raises BadInput if it is no zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [info for info in archive.infolist() if info.filename.endswith(".md")]
            if len(files) > _MOST_FILES or sum(info.file_size for info in files) > _MOST_UNPACKED:
                raise BadInput(f"the zip would unpack to more than {_MOST_FILES:,} files or {_MOST_UNPACKED:,} bytes")
            return read_files((info.filename, _unpacked(archive, info)) for info in files)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput(f"this is not a zip that can be read: {error}") from error


def to_markdown(draft: ArticleDraft, status: str) -> str:
    """An article text as a file that ``knowledge.importing`` reads."""
    fields: dict[str, Any] = {"title": draft.title, "category": draft.category}
    if draft.questions:
        fields["questions"] = list(draft.questions)
    if draft.audience != "everyone":
        fields["audience"] = draft.audience
    for name in ("valid_from", "valid_until"):
        if getattr(draft, name):
            fields[name] = getattr(draft, name).isoformat()
    if status != "published":
        fields["status"] = status
    head = yaml.dump(fields, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=110)
    return f"---\n{head}---\n\n{draft.body}\n"


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        return file.read(MOST_BYTES + 1)  # whatever size the zip claims


def _parts(database: Database) -> Iterator[list[tuple[str, str]]]:
    last = ""
    while True:
        with database.read() as unit:
            query = select(Article.slug).where(Article.slug > last).order_by(Article.slug).limit(_PART)
            slugs = unit.session.scalars(query).all()
            files = list(_files(unit.session, slugs)) if slugs else []
        if not slugs:
            return
        yield files
        last = slugs[-1]


def _files(session: Session, slugs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The names and texts of the files of some articles."""
    number = ArticleRevision.number
    wanted = or_(number == ArticleEdition.published_number, number == ArticleEdition.latest_number)
    query = (
        select(Article.slug, Article.status, ArticleEdition.published_number, ArticleEdition.latest_number)
        .add_columns(ArticleRevision)
        .join(ArticleEdition, ArticleEdition.article_id == Article.id)
        .join(
            ArticleRevision,
            and_(ArticleRevision.article_id == Article.id, ArticleRevision.language == ArticleEdition.language, wanted),
        )
        .where(Article.slug.in_(slugs))
        .order_by(Article.slug, ArticleRevision.language, number)
    )
    for slug, status, published, latest, revision in session.execute(query):
        place = f"{revision.language}/{slug}.md"
        if status != "draft" and revision.number == published:
            yield place, to_markdown(draft_of(slug, revision), status)
        elif revision.number == latest:
            yield f"drafts/{place}", to_markdown(draft_of(slug, revision), "draft")


class _Outlet(io.RawIOBase):
    """A file that only passes on what is written to it."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._written += content
        return len(content)

    def taken(self) -> bytes:
        """What was written since it was last asked for."""
        taken, self._written = bytes(self._written), bytearray()
        return taken
