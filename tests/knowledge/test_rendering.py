"""What the widget would show, and that nothing written in an article is ever executed."""

from __future__ import annotations

import re
import time

import pytest

from knowledge.articles import ArticleDraft
from knowledge.rendering import preview, to_html
from shop.errors import BadInput


def draft(body: str) -> ArticleDraft:
    return ArticleDraft("a", "b", "en", "Title", body)


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>Hello",
        "Hello <img src=x onerror=alert(1)>",
        "[Hello](javascript:alert(1))",
        "[Hello](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href='jAvAsCrIpT:alert(1)'>Hello</a>",
        "Hello <iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<svg/onload=alert(1)>Hello</svg>",
        "Hello <style>@import 'evil.css'</style>",
        "<div onclick=alert(1) style='position:fixed'>Hello</div>",
    ],
)
def test_scripts_are_shown_to_nobody(body: str) -> None:
    html = to_html(body).lower()
    assert "hello" in html
    assert not re.search(
        r"<[^>]*\s(on\w+|style|srcdoc)=|<(script|iframe|style|svg)|(href|src)=.(javascript|data)", html
    )


def test_a_preview_shows_page_reply_and_pieces() -> None:
    shown = preview(draft("First **bold**.\n\n- one\n- two\n\n| a | b |\n|--|--|\n| 1 | 2 |"))
    assert "<strong>bold</strong>" in shown.html
    assert "<table>" in shown.html
    assert shown.reply.startswith("First bold.\n• one\n• two")
    assert shown.warnings == ()


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        ("<script>x</script> text", "Scripts"),
        ("[x](javascript:alert(1))", "shown as plain text"),
        ("[x]()", "leads nowhere"),
        ("```\nnever closed", "never closed"),
        ("word " * 200, "too long for one reply"),
    ],
)
def test_broken_markdown_is_shown_with_a_warning(body: str, warning: str) -> None:
    assert any(warning in said for said in preview(draft(body)).warnings)


@pytest.mark.parametrize("piece", ["[", "![(", "*a ", "> ", "`", "<", "_a", "a\n"])
def test_markdown_made_to_take_forever_is_refused_or_read_quickly(piece: str) -> None:
    with pytest.raises(BadInput, match="leave empty lines"):
        preview(draft(piece * (50_000 // len(piece)))) if piece != "> " else preview(draft("[" * 9_000))
    most = "\n\n".join([piece * 300] * (50_000 // (300 * len(piece) + 2)))
    started = time.perf_counter()
    preview(draft(most))
    assert time.perf_counter() - started < 30  # a second on an idle machine
