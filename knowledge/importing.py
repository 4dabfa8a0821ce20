"""Markdown files with front matter become articles.

``DIR/en/return-item.md`` is the English text of the article ``return-item``. Its front matter has ``title``,
``category`` and, if there are any, ``questions`` (other ways to ask for it), ``audience``, ``valid_from``,
``valid_until`` and ``status``; ``slug`` and ``language`` may stand there too and then go before the file's name and
folder. An import is planned first, so that somebody can look at it, and then carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timezone
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import charset_normalizer
import frontmatter
import yaml
from sqlalchemy.orm import Session

from knowledge.articles import STATUSES, ArticleDraft, count_articles, draft_of, latest_revision, says_the_same
from knowledge.editing import set_status, write_article
from shop.conversations import LANGUAGES
from shop.errors import BadInput
from shop.unit_of_work import Database

AUTHOR = "import"
MOST_BYTES = 1_000_000
"""The largest file that is read at all; a body is limited further (knowledge.articles.LONGEST)."""


@dataclass(frozen=True)
class Problem:
    """A file, row or page that could not be used, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Incoming:
    """An article text that was read, and the status it should have."""

    draft: ArticleDraft
    status: str = "published"
    file: str = ""


@dataclass(frozen=True)
class Planned:
    """What would become of an incoming text. ``current`` is what the article says today, if it does."""

    incoming: Incoming
    effect: Literal["new", "changed", "unchanged"]
    current: ArticleDraft | None = None


@dataclass
class ImportReport:
    """What an import did, in texts (an article counts once for each language)."""

    written: int = 0
    unchanged: int = 0
    skipped: bool = False  # nothing was read, because there were articles already
    problems: list[Problem] = field(default_factory=list)


def import_folder(database: Database, folder: Path, only_if_empty: bool = False) -> ImportReport:
    """Import every ``*.md`` under ``folder``; what cannot be used is reported, the rest is kept.

    A file that still says what it said at the last import is left alone, even if somebody has edited the article
    since. Raises BadInput if there is no such folder.
    """
    if not folder.is_dir():
        raise BadInput(f"there is no folder {folder}")
    with database.work() as unit:
        if only_if_empty and count_articles(unit.session):
            return ImportReport(skipped=True)
        incoming, problems = read_folder(folder)
        fresh = [text for text in incoming if not _was_imported(unit.session, text.draft)]
        report = carry_out(unit.session, fresh, AUTHOR)
        report.unchanged += len(incoming) - len(fresh)
        report.problems = problems
        unit.commit()
    return report


def plan(session: Session, incoming: Iterable[Incoming]) -> list[Planned]:
    """What an import would do; nothing is saved."""
    planned = []
    for text in incoming:
        latest = latest_revision(session, text.draft.slug, text.draft.language)
        if latest is None:
            planned.append(Planned(text, "new"))
        else:
            same = says_the_same(latest, text.draft)
            planned.append(Planned(text, "unchanged" if same else "changed", draft_of(text.draft.slug, latest)))
    return planned


def carry_out(session: Session, incoming: Sequence[Incoming], author: str) -> ImportReport:
    """Write incoming texts, also over what was edited since; the caller commits. Raises BadInput."""
    report = ImportReport()
    archived = set()
    for text in incoming:
        changed = write_article(session, text.draft, author, text.status)
        report.written += changed
        report.unchanged += not changed
        if changed and text.status == "archived":
            archived.add(text.draft.slug)
    for slug in sorted(archived):  # when all their languages are there
        set_status(session, slug, "archived", author)
    return report


def carry_out_plan(session: Session, planned: Sequence[Planned], author: str) -> ImportReport:
    """Write what somebody saw in a plan; what was edited since they looked is left alone and named. The caller commits.

    Raises BadInput.
    """
    incoming, problems = [], []
    seen = [one for one in planned if one.effect != "unchanged"]
    for then, today in zip(seen, plan(session, [one.incoming for one in seen]), strict=True):
        if today.effect != "unchanged" and today.current != then.current:
            draft = today.incoming.draft
            reason = f"{draft.slug!r} in {draft.language!r} was edited since; read it again to see what would change"
            problems.append(Problem(today.incoming.file or draft.slug, reason))
        else:
            incoming.append(today.incoming)
    report = carry_out(session, incoming, author)
    report.problems = problems
    return report


def read_folder(folder: Path) -> tuple[list[Incoming], list[Problem]]:
    """The usable files of a folder, and the others with the reason."""
    return read_files((path.relative_to(folder).as_posix(), path.read_bytes()) for path in sorted(folder.rglob("*.md")))


def read_files(files: Iterable[tuple[str, bytes]]) -> tuple[list[Incoming], list[Problem]]:
    """The usable among Markdown files given by name and content, and the others with the reason."""
    found: dict[tuple[str, str, bool], Incoming] = {}
    problems = []
    for name, content in files:
        try:
            incoming = read_file(name, content)
            key = (incoming.draft.slug, incoming.draft.language, incoming.status == "draft")
            if key in found:
                raise BadInput(f"an earlier file already has the article {key[0]!r} in {key[1]!r}")
            found[key] = incoming
        except BadInput as error:
            problems.append(Problem(name, str(error)))
    # A draft may follow what is published, and archiving comes last: sorting is stable.
    order = {"published": 0, "draft": 1, "archived": 2}
    return sorted(found.values(), key=lambda incoming: order[incoming.status]), problems


def read_file(name: str, content: bytes) -> Incoming:
    """One article text. Raises BadInput saying what is wrong with the file."""
    try:
        post = frontmatter.loads(decoded(content))
    except yaml.YAMLError as error:
        raise BadInput(f"the front matter is not YAML: {' '.join(str(error).split())}") from error
    if not post.metadata:
        raise BadInput("the file has no front matter (title, category, questions between two lines of ---)")
    path = PurePosixPath(name)
    return incoming_text(post.metadata, post.content, name, path.stem, _folder_language(path))


def incoming_text(metadata: dict[str, Any], body: str, file: str, slug: str = "", language: str = "") -> Incoming:
    """An article text from its fields. Raises BadInput naming the one that cannot be used."""
    draft = ArticleDraft(
        slug=_word(metadata, "slug", slug),
        category=_word(metadata, "category"),
        language=_word(metadata, "language", language),
        title=_word(metadata, "title"),
        body=body,
        questions=_questions(metadata.get("questions") or []),
        audience=_word(metadata, "audience", "everyone"),
        valid_from=_moment(metadata, "valid_from"),
        valid_until=_moment(metadata, "valid_until"),
    ).tidied()
    draft.check()
    status = _word(metadata, "status", "published")
    if status not in STATUSES:
        raise BadInput(f"the status must be one of {', '.join(STATUSES)}, got {status!r}")
    return Incoming(draft, status, file)


def decoded(content: bytes) -> str:
    """UTF-8 (or UTF-16 that says so) as text. Raises BadInput naming the likely encoding of anything else."""
    if len(content) > MOST_BYTES:
        raise BadInput(f"the file has {len(content):,} bytes; {MOST_BYTES:,} are read")
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        likely = charset_normalizer.from_bytes(content[:20_000]).best()
        hint = f", it looks like {likely.encoding}" if likely else ""
        raise BadInput(f"the file is not UTF-8 (byte {error.start}{hint}); save it as UTF-8") from error


def _was_imported(session: Session, draft: ArticleDraft) -> bool:
    before = latest_revision(session, draft.slug, draft.language, AUTHOR)
    return before is not None and says_the_same(before, draft)


def _word(metadata: dict[str, Any], name: str, default: str = "") -> str:
    value = metadata.get(name) or default
    if not isinstance(value, str):
        raise BadInput(f"{name} must be text, got {value!r}; put it in quotes")
    return value.strip()


def _moment(metadata: dict[str, Any], name: str) -> datetime | None:
    value = metadata.get(name)
    if not value:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError as error:
            raise BadInput(f"{name} must be a date like 2026-12-31, got {value!r}") from error
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise BadInput(f"{name} must be a date like 2026-12-31, got {value!r}")
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


def _questions(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise BadInput(f"questions must be a list, got {values!r}")
    for value in values:
        if not isinstance(value, str):
            raise BadInput(f"each question must be text, got {value!r}; put it in quotes")
    return tuple(values)


def _folder_language(path: PurePosixPath) -> str:
    return next((name for name in reversed(path.parts[:-1]) if name in LANGUAGES), "")
