"""An article as a form has it: all texts, so that nothing somebody typed is lost when it cannot be used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from knowledge.articles import ArticleDraft
from shop.errors import BadInput

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_FIELDS = ("title", "body", "questions", "category", "audience", "valid_from", "valid_until")


@dataclass(frozen=True)
class DraftForm:
    """The fields of the form; ``questions`` are one a line, times are in UTC as the browser writes them."""

    slug: str = ""
    language: str = "en"
    title: str = ""
    body: str = ""
    questions: str = ""
    category: str = ""
    audience: str = "everyone"
    valid_from: str = ""
    valid_until: str = ""

    @classmethod
    def sent(cls, form: Mapping[str, Any], slug: str, language: str) -> DraftForm:
        """From what a browser sent; files and missing fields count as empty."""
        values = {name: form.get(name) for name in _FIELDS}
        return cls(slug, language, **{name: value for name, value in values.items() if isinstance(value, str)})

    @classmethod
    def of(cls, draft: ArticleDraft) -> DraftForm:
        """From a text that is kept."""
        return cls(
            draft.slug,
            draft.language,
            draft.title,
            draft.body,
            "\n".join(draft.questions),
            draft.category,
            draft.audience,
            _shown(draft.valid_from),
            _shown(draft.valid_until),
        )

    def draft(self) -> ArticleDraft:
        """As the knowledge base takes it. Raises BadInput for a time that is none."""
        return ArticleDraft(
            slug=self.slug,
            category=self.category,
            language=self.language,
            title=self.title,
            body=self.body,
            questions=tuple(line for line in self.questions.splitlines() if line.strip()),
            audience=self.audience,
            valid_from=_moment("valid from", self.valid_from),
            valid_until=_moment("valid until", self.valid_until),
        ).tidied()


def slug_of(text: str) -> str:
    """A name for an address made of a title; empty where the title has no Latin letter or digit."""
    return _NOT_SLUG.sub("-", text.lower()).strip("-")[:80].strip("-")


def _shown(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S" if moment.second else "%Y-%m-%dT%H:%M")


def _moment(name: str, text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"{name} must be a date and time like 2026-12-31T18:00, got {text!r}") from error
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
