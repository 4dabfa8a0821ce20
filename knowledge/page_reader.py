"""The words of a web page as Markdown: its title and its main part, without menus, forms and scripts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

_SKIPPED = {"script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "svg", "button"}
_BREAKING = {"p", "div", "section", "article", "main", "table", "ul", "ol", "blockquote", "pre", "dl", "dt", "dd"}
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`"}
_HEADING = re.compile(r"h[1-6]")
_MANY_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BEGINNINGS = {**_MARKS, "a": "[", "br": "\n", "tr": "\n", "td": " ", "th": " "}


class PageReader(HTMLParser):
    """The title and the main part of a page. Only words, headings, lists, emphasis and links come through."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._url = url
        self._skipping = 0
        self._parts: list[str] = []
        self._main: int | None = None  # where <main> or <article> began in the parts
        self._main_end: int | None = None
        self._in_title = False
        self._heading = ""
        self._page_title = ""
        self._first_heading = ""
        self._first_heading_done = False
        self._lists: list[str] = []
        self._links: list[str] = []

    @property
    def title(self) -> str:
        """What the page calls itself."""
        return _SPACES.sub(" ", self._first_heading or self._page_title.split(" | ")[0]).strip()

    @property
    def markdown(self) -> str:
        """The main part, without the heading that became the title."""
        parts = self._parts if self._main is None else self._parts[self._main : self._main_end]
        text = "".join(parts)
        lines = [
            line.strip() if not line.lstrip().startswith(("-", "1.")) else line.rstrip() for line in text.split("\n")
        ]
        if self._first_heading:
            own = _SPACES.sub(" ", self._first_heading).strip()
            lines = [line for line in lines if line.lstrip("# ") != own or not line.startswith("#")]
        return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag == "title":
            self._in_title = True
        elif not self._skipping:
            self._open(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag == "title":
            self._in_title = False
        elif not self._skipping:
            self._close(tag)

    def handle_data(self, data: str) -> None:
        """Words within an element."""
        if self._in_title:
            self._page_title += data
        elif not self._skipping:
            text = _SPACES.sub(" ", data)
            self._parts.append(text if text.strip() or (self._parts and not self._parts[-1].endswith("\n")) else "")
            if self._heading == "h1" and not self._first_heading_done:
                self._first_heading += data

    def _open(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag in ("main", "article") and self._main is None:
            self._main = len(self._parts)
        if tag in ("ul", "ol"):
            self._lists.append(tag)
        elif tag == "a":
            self._links.append(urljoin(self._url, attrs.get("href") or ""))
        elif _HEADING.fullmatch(tag):
            self._heading = tag
        self._parts.append(self._before(tag))

    def _before(self, tag: str) -> str:
        """The Markdown that begins an element."""
        if _HEADING.fullmatch(tag):
            return f"\n\n{'#' * int(tag[1])} "
        if tag == "li":
            mark = "1." if self._lists[-1:] == ["ol"] else "-"
            return f"\n{'   ' * max(0, len(self._lists) - 1)}{mark} "
        if tag in _MARKS and self._heading:
            return ""  # a heading stands out by itself
        if tag in _BREAKING:
            return "" if self._lists[:-1] or (self._lists and tag not in ("ul", "ol")) else "\n\n"
        return _BEGINNINGS.get(tag, "")

    def _close(self, tag: str) -> None:
        if tag in ("main", "article") and self._main is not None and self._main_end is None:
            self._main_end = len(self._parts)
        if _HEADING.fullmatch(tag):
            self._first_heading_done = self._first_heading_done or bool(self._first_heading)
            self._heading = ""
            self._parts.append("\n\n")
        elif tag in ("ul", "ol"):
            self._lists = self._lists[:-1]
            self._parts.append("\n\n" if not self._lists else "\n")
        elif tag == "a" and self._links:
            self._parts.append(f"]({self._links.pop()})")
        elif tag in _MARKS:
            self._parts.append("" if self._heading else _MARKS[tag])
        elif tag in _BREAKING and not self._lists:
            self._parts.append("\n\n")
