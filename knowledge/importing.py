"""A folder of Markdown files with front matter becomes articles.

``DIR/en/return-item.md`` is the English text of the article ``return-item``. Its front matter has ``title``,
``category`` and, if there are any, ``questions`` (other ways to ask for it); ``slug`` and ``language`` may
stand there too and then go before the file's name and folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from knowledge.articles import ArticleDraft, count_articles, latest_revision, says_the_same, write_article
from shop.conversations import LANGUAGES
from shop.errors import BadInput
from shop.unit_of_work import Database

AUTHOR = "import"


@dataclass(frozen=True)
class Problem:
    """A file that could not be used, and why."""

    file: str
    reason: str


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
        drafts, problems = read_folder(folder)
        report = ImportReport(problems=problems)
        for draft in drafts:
            before = latest_revision(unit.session, draft.slug, draft.language, AUTHOR)
            same = before is not None and says_the_same(before, draft) and before.article.category == draft.category
            changed = not same and write_article(unit.session, draft, AUTHOR)
            report.written += changed
            report.unchanged += not changed
        unit.commit()
    return report


def read_folder(folder: Path) -> tuple[list[ArticleDraft], list[Problem]]:
    """The usable files of a folder, and the others with the reason."""
    drafts: dict[tuple[str, str], ArticleDraft] = {}
    problems = []
    for path in sorted(folder.rglob("*.md")):
        name = str(path.relative_to(folder))
        try:
            draft = read_file(path)
            if (draft.slug, draft.language) in drafts:
                raise BadInput(f"an earlier file already has the article {draft.slug!r} in {draft.language!r}")
            drafts[draft.slug, draft.language] = draft
        except BadInput as error:
            problems.append(Problem(name, str(error)))
    return list(drafts.values()), problems


def read_file(path: Path) -> ArticleDraft:
    """One article text. Raises BadInput saying what is wrong with the file."""
    try:
        post = frontmatter.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(f"the file is not UTF-8 (byte {error.start})") from error
    except yaml.YAMLError as error:
        raise BadInput(f"the front matter is not YAML: {' '.join(str(error).split())}") from error
    if not post.metadata:
        raise BadInput("the file has no front matter (title, category, questions between two lines of ---)")
    draft = ArticleDraft(
        slug=_word(post.metadata, "slug", path.stem),
        category=_word(post.metadata, "category"),
        language=_word(post.metadata, "language", _folder_language(path)),
        title=_word(post.metadata, "title"),
        body=post.content.strip(),
        questions=_questions(post.metadata.get("questions") or []),
    )
    draft.check()
    return draft


def _word(metadata: dict[str, Any], name: str, default: str = "") -> str:
    value = metadata.get(name, default)
    if not isinstance(value, str):
        raise BadInput(f"{name} must be text, got {value!r}; put it in quotes")
    return value.strip()


def _questions(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise BadInput(f"questions must be a list, got {values!r}")
    for value in values:
        if not isinstance(value, str):
            raise BadInput(f"each question must be text, got {value!r}; put it in quotes")
    return tuple(dict.fromkeys(value.strip() for value in values))


def _folder_language(path: Path) -> str:
    return next((parent.name for parent in path.parents if parent.name in LANGUAGES), "")
