"""Markdown as people see it: the whole article as safe HTML, and the reply in the widget.

Nothing in an article is ever executed: raw HTML is cleaned by nh3 (ammonia), which knows no scripts, and links lead
to the web, to mail or to a phone only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt

from knowledge.articles import ArticleDraft, as_text
from knowledge.index import Entry
from knowledge.passages import MAX_CHARACTERS
from knowledge.replies import opening

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_SCHEMES = {"http", "https", "mailto", "tel"}
_ACTIVE = re.compile(r"<(?:script|style|iframe|object|embed|form|svg)\b|<[^>]*\son\w+\s*=", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)
_REFUSED_LINK = re.compile(r"\]\(\s*(?:javascript|vbscript|file|data):", re.IGNORECASE)
_EMPTY_LINK = re.compile(r"\[[^\]\n]+\]\(\s*\)")


@dataclass(frozen=True)
class Preview:
    """What a draft would look like."""

    html: str  # the whole article, safe to put in a page
    reply: str  # plain text: what the widget shows when the article is asked for as a whole
    passages: tuple[str, ...]  # the pieces the bot answers with, as shown
    warnings: tuple[str, ...]


def to_html(body: str) -> str:
    """Markdown as safe HTML."""
    return _cleaned(_MARKDOWN.render(body))


def preview(draft: ArticleDraft) -> Preview:
    """How a draft would be shown, with warnings about what its author may not have meant. Raises BadInput."""
    draft.check()
    entry = Entry.of(as_text(draft, 0))
    rendered = _MARKDOWN.render(draft.body)
    return Preview(
        html=_cleaned(rendered),
        reply=opening(entry),
        passages=entry.passage_texts,
        warnings=tuple(_warnings(draft, entry, rendered)),
    )


def _cleaned(rendered: str) -> str:
    return nh3.clean(rendered, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow")


def _warnings(draft: ArticleDraft, entry: Entry, rendered: str) -> list[str]:
    found = []
    if _ACTIVE.search(rendered):
        found.append("Scripts, styles and frames are left out of what shoppers see.")
    if _REFUSED_LINK.search(draft.body):
        found.append("A link that does not lead to a page, a mail address or a phone is shown as plain text.")
    if _EMPTY_LINK.search(draft.body):
        found.append("A link leads nowhere: there is nothing between its brackets ( ).")
    if len(_FENCE.findall(draft.body)) % 2:
        found.append("A block of code opened with ``` is never closed; all that follows it is shown as code.")
    for passage in entry.passage_texts:
        if len(passage) > MAX_CHARACTERS:
            found.append(f"This piece is too long for one reply ({len(passage)} characters): {passage[:60]}…")
    return found
