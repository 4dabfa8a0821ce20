"""From Markdown to passages of plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import ArticleText
from knowledge.passages import MAX_CHARACTERS, Passage, passages, phrasings, plain_text


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("Some **bold** and *thin* `code`", "Some bold and thin code"),
        ("See [the page](https://example.org/a)", "See the page (https://example.org/a)"),
        ("See [the page](/a)", "See the page"),
        ("<https://example.org>", "https://example.org"),
        ("One\ntwo", "One two"),
        ("这一行\n接着那一行", "这一行接着那一行"),
        ("One  \ntwo", "One\ntwo"),
        ("A <b>tag</b> &amp; more", "A tag & more"),
        ("<div>Old <i>page</i></div>", "Old page"),
        ("> Quoted", "Quoted"),
        ("![A shoe](shoe.png)", "A shoe"),
        ("    indented", "indented"),
    ],
)
def test_markdown_becomes_plain_text(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain


def test_each_paragraph_is_a_passage_under_its_heading() -> None:
    body = "First.\n\nSecond.\n\n## Abroad\n\nThird."
    assert passages(body) == (Passage("", "First."), Passage("", "Second."), Passage("Abroad", "Third."))
    assert passages(body)[2].shown == "Abroad\nThird."


def test_a_list_stays_with_the_line_that_introduces_it() -> None:
    body = "Do this:\n\n3. pack\n4. send\n\n   - by post\n\nThen wait."
    assert [passage.text for passage in passages(body)] == ["Do this:\n3. pack\n4. send\n• by post", "Then wait."]


def test_a_table_is_read_row_by_row() -> None:
    assert plain_text("| Size | Chest |\n|---|---|\n| M | 96 cm |") == "Size | Chest\nM | 96 cm"


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    english = passages("This is one sentence of some length. " * 40)
    assert len(english) == 3
    assert all(len(p.text) <= MAX_CHARACTERS and p.text.endswith(".") for p in english)
    chinese = passages("这是一句有点长度的话。" * 60)
    assert all(len(p.text) <= MAX_CHARACTERS // 2 and p.text.endswith("。") for p in chinese)
    assert "".join(p.text for p in chinese) == "这是一句有点长度的话。" * 60


def test_a_long_list_is_cut_between_items() -> None:
    items = [f"- item number {number} with some words" for number in range(40)]
    cut = passages("\n".join(items))
    assert len(cut) > 1
    assert sum(p.text.count("•") for p in cut) == 40
    assert all(p.text.startswith("•") and len(p.text) <= MAX_CHARACTERS for p in cut)


def test_phrasings_are_the_title_and_the_questions_once_each() -> None:
    article = ArticleText(1, "a", "b", "published", "en", 1, "Returns", "Text", ("can I return it", "Returns"))
    assert phrasings(article) == ("Returns", "can I return it")


@given(st.text(max_size=300))
def test_any_text_can_be_cut(body: str) -> None:
    for passage in passages(body):
        assert passage.text.strip()
