"""What is searched: from an article to its questions, its title and its passages, as plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from knowledge.articles import ArticleText

MAX_CHARACTERS = 600
"""The longest passage. Chinese says in one character what English says in about two, hence half as many there."""

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_TAG = re.compile(r"<[a-zA-Z/!]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])")
_CHINESE_BREAK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Passage:
    """A piece of an article that can be read alone. ``heading`` is that of its section, or empty."""

    heading: str
    text: str

    @property
    def shown(self) -> str:
        """What a shopper reads."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


@dataclass(frozen=True)
class _Block:
    text: str
    heading: str = ""
    is_item: bool = False  # of a list or a table: belongs to the line before it


def phrasings(article: ArticleText) -> tuple[str, ...]:
    """The ways to ask for an article: its title and its alternative questions, none twice."""
    return tuple(dict.fromkeys((article.title, *article.questions)))


def passages(body: str) -> tuple[Passage, ...]:
    """Cut Markdown into passages: a paragraph each, with the list or table it introduces.

    None has more than MAX_CHARACTERS characters, except where one sentence alone is longer.
    """
    found: list[Passage] = []
    for block in _blocks(body):
        before = found[-1] if found else None
        if before and before.heading == block.heading and (block.is_item or before.text.endswith((":", "："))):
            joined = f"{before.text}\n{block.text}"
            if len(joined) <= _limit(joined):
                found[-1] = Passage(block.heading, joined)
                continue
        found.extend(Passage(block.heading, piece) for piece in _pieces(block.text))
    return tuple(found)


def plain_text(body: str) -> str:
    """All of a Markdown text as plain text."""
    return "\n\n".join(passage.shown for passage in passages(body))


def _limit(text: str) -> int:
    return MAX_CHARACTERS // 2 if len(_CHINESE.findall(text)) * 3 > len(text) else MAX_CHARACTERS


def _pieces(text: str) -> Iterable[str]:
    """Cut an overlong text between sentences."""
    piece = ""
    for sentence in _SENTENCE_END.split(text):
        gap = " " if piece and not _CHINESE.match(piece[-1]) and piece[-1] not in "。！？；" else ""
        if piece and len(piece) + len(gap) + len(sentence) > _limit(text):
            yield piece
            piece, gap = "", ""
        piece = f"{piece}{gap}{sentence}"
    if piece:
        yield piece


def _blocks(body: str) -> list[_Block]:
    blocks: list[_Block] = []
    heading = ""
    for node in SyntaxTreeNode(_MARKDOWN.parse(body)).children:
        if node.type == "heading":
            heading = _inline(node)
        else:
            blocks.extend(_Block(block.text, heading, block.is_item) for block in _texts(node) if block.text)
    return blocks


def _texts(node: SyntaxTreeNode) -> Iterable[_Block]:
    """The blocks within a node, in reading order."""
    if node.type == "paragraph":
        yield _Block(_inline(node))
    elif node.type in ("fence", "code_block"):
        yield _Block(node.content.strip(), is_item=True)
    elif node.type == "html_block":
        yield _Block(" ".join(html.unescape(nh3.clean(_TAG.sub(r" \g<0>", node.content), tags=set())).split()))
    elif node.type == "table":
        for row in node.walk():
            if row.type == "tr":
                yield _Block(" | ".join(_inline(cell) for cell in row.children), is_item=True)
    elif node.type in ("bullet_list", "ordered_list"):
        first = int(node.attrs.get("start", 1))
        for number, item in enumerate(node.children, first):
            mark = f"{number}." if node.type == "ordered_list" else "•"
            text = "\n".join(block.text for child in item.children for block in _texts(child))
            yield _Block(f"{mark} {text}", is_item=True)
    else:
        for child in node.children:
            yield from _texts(child)


def _inline(node: SyntaxTreeNode) -> str:
    """The words within a block; of a link to the web also where it leads."""
    return _CHINESE_BREAK.sub("", "".join(_span(child) for child in node.children)).strip()


def _span(node: SyntaxTreeNode) -> str:
    if node.type in ("text", "code_inline"):
        return node.content
    if node.type == "image":
        return node.content  # its alternative text
    if node.type == "hardbreak":
        return "\n"
    if node.type == "softbreak":
        return " "
    if node.type == "html_inline":
        return ""
    words = "".join(_span(child) for child in node.children)
    target = str(node.attrs.get("href", ""))
    return f"{words} ({target})" if target.startswith("http") and target != words else words
