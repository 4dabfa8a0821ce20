"""All articles as a zip of Markdown files that imports again to the same articles (their newest texts, not their past).

A text with a later unpublished revision is there twice: as it answers, and under ``drafts/`` as it would.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from knowledge.articles import ArticleDraft, draft_of
from knowledge.editing import get_revision
from knowledge.importing import MOST_BYTES, Incoming, Problem, read_files
from shop.errors import BadInput
from shop.tables import Article

_MOST_FILES = 50_000
_MOST_UNPACKED = 500_000_000


def export(session: Session) -> bytes:
    """The zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _files(session):
            # A fixed time: the same articles make the same zip.
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


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
    head = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=110)
    return f"---\n{head}---\n\n{draft.body}\n"


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        return file.read(MOST_BYTES + 1)  # whatever size the zip claims


def _files(session: Session) -> Iterator[tuple[str, str]]:
    for article in session.scalars(select(Article).order_by(Article.slug).options(selectinload(Article.editions))):
        for edition in article.editions:
            place = f"{edition.language}/{article.slug}.md"
            live = edition.published_number if article.status != "draft" else None
            if live is not None:
                revision = get_revision(session, article.slug, edition.language, live)
                yield place, to_markdown(draft_of(article.slug, revision), article.status)
            if live != edition.latest_number:
                revision = get_revision(session, article.slug, edition.language, edition.latest_number)
                yield f"drafts/{place}", to_markdown(draft_of(article.slug, revision), "draft")
