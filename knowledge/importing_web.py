"""Pages of the public web become drafts: the main part of a page as Markdown, or all pages of a sitemap."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from knowledge.articles import ArticleDraft
from knowledge.fetching import Fetcher, Page
from knowledge.importing import Incoming, Problem
from knowledge.page_reader import PageReader
from language.detection import detect
from shop.errors import AisleError, BadInput

MOST_PAGES = 200

_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def read_web(
    url: str,
    category: str,
    fetcher: Fetcher | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Incoming], list[Problem]]:
    """One page, or every page of a sitemap, as drafts; and the pages that cannot be used with the reason.

    Nothing is saved. Raises BadInput, Refused or Unavailable for the address itself.
    """
    fetcher = fetcher or Fetcher()
    first = fetcher.fetch(url)
    addresses = _sitemap(first)
    if addresses is None:
        return [_incoming(first, category)], []
    found: dict[tuple[str, str], Incoming] = {}
    problems = [Problem(address, f"only the first {MOST_PAGES} pages are read") for address in addresses[MOST_PAGES:]]
    chosen = addresses[:MOST_PAGES]
    for done, address in enumerate(chosen, 1):
        try:
            incoming = _incoming(fetcher.fetch(address), category)
            key = incoming.draft.slug, incoming.draft.language
            if key in found:
                raise BadInput(f"another page already makes the article {key[0]!r} in {key[1]!r}")
            found[key] = incoming
        except AisleError as error:
            problems.append(Problem(address, str(error)))
        if progress:
            progress(done, len(chosen))
    return list(found.values()), problems


def _sitemap(page: Page) -> list[str] | None:
    """The addresses in a sitemap; None if the page is none."""
    if "<urlset" not in page.text[:2000] and "<sitemapindex" not in page.text[:2000]:
        return None
    if "<sitemapindex" in page.text[:2000]:
        raise BadInput(f"{page.url} is a list of sitemaps; import one of them: {', '.join(_locations(page)[:5])}")
    return _locations(page)


def _locations(page: Page) -> list[str]:
    return [urljoin(page.url, found) for found in re.findall(r"<loc>\s*([^<\s]+)\s*</loc>", page.text)]


def _incoming(page: Page, category: str) -> Incoming:
    if page.kind in ("text/plain", "text/markdown"):
        title, body = _last_part(page.url), page.text
    else:
        reader = PageReader(page.url)
        reader.feed(page.text)
        reader.close()
        title, body = reader.title, reader.markdown
    title = title or _last_part(page.url)
    language = detect(f"{title} {body[:2000]}") or "en"
    slug = _NOT_SLUG.sub("-", _last_part(page.url).lower()).strip("-")[:80].strip("-") or "page"
    draft = ArticleDraft(slug, category, language, title[:200], body).tidied()
    try:
        draft.check()
    except BadInput as error:
        raise BadInput(f"{page.url}: {error}") from error
    return Incoming(draft, "draft", page.url)


def _last_part(url: str) -> str:
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rsplit("/", 1)[-1] or parts.netloc
    return re.sub(r"\.(html?|php|aspx?|md|txt)$", "", last)
