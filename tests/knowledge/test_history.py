"""Revisions side by side, the log of what was done, slugs, and texts that cannot be kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.articles import ArticleDraft
from knowledge.editor import Editor
from knowledge.history import compare, difference, log, revisions
from shop.errors import BadInput, NotFound

GIFT = ArticleDraft("gift-wrap", "orders", "en", "Gift wrap", "We wrap it.\n\nIt costs $2.\n\nAsk us.", ("wrap it",))


def test_two_revisions_stand_side_by_side(editor: Editor) -> None:
    editor.create(GIFT, "staff:ann")
    body = "We wrap it.\n\nIt costs $3 now.\n\nAsk us.\n\nAnytime."
    editor.save(replace(GIFT, title="Gifts", body=body), "staff:bob", 1)
    with editor.database.read() as unit:
        found = difference(unit.session, "gift-wrap", "en", 1, 2)
    assert [(change.name, change.old, change.new) for change in found.fields] == [("title", "Gift wrap", "Gifts")]
    changed = [row for row in found.body if row.kind == "changed"]
    assert [("".join(t for t, _ in row.old), "".join(t for t, _ in row.new)) for row in changed] == [
        ("It costs $2.", "It costs $3 now.")
    ]
    assert [text for text, differs in changed[0].new if differs] == ["3 now"]
    assert [(row.new_number, row.new) for row in found.body if row.kind == "added"][-1] == (7, (("Anytime.", True),))
    assert compare(GIFT, GIFT).is_empty


def test_revisions_tell_which_is_newest_and_which_answers(editor: Editor) -> None:
    editor.save_and_publish(GIFT, "staff:ann", 0)
    editor.save(replace(GIFT, body="Later."), "staff:bob", 1)
    with editor.database.read() as unit:
        lines = revisions(unit.session, "gift-wrap", "en")
        assert [(r.number, r.author, r.is_latest, r.is_live) for r in lines] == [
            (2, "staff:bob", True, False),
            (1, "staff:ann", False, True),
        ]
        with pytest.raises(NotFound):
            revisions(unit.session, "gift-wrap", "zh")


def test_everything_done_is_logged_with_its_author(editor: Editor) -> None:
    editor.save_and_publish(GIFT, "staff:ann", 0)
    editor.archive("gift-wrap", "staff:bob")
    with editor.database.read() as unit:
        assert [(entry.actor, entry.action) for entry in log(unit.session, "gift-wrap")] == [
            ("staff:bob", "set_article_status"),
            ("staff:ann", "publish_article"),
            ("staff:ann", "save_article"),
        ]


def test_a_slug_that_is_taken_is_refused_by_name(editor: Editor) -> None:
    with pytest.raises(BadInput, match="'shipping-cost' belongs to 'Shipping cost' already"):
        editor.create(replace(GIFT, slug="shipping-cost"), "staff:ann")


def test_an_article_that_was_never_published_cannot_be_put_back(editor: Editor) -> None:
    editor.create(GIFT, "staff:ann")
    with pytest.raises(BadInput, match="never published"):
        editor.republish("gift-wrap", "staff:ann")


def test_a_question_is_added_live_unless_a_draft_is_being_written(editor: Editor) -> None:
    editor.save_and_publish(GIFT, "staff:ann", 0)
    assert editor.add_question("gift-wrap", "en", "paper and bow", "staff:ann") == 2
    assert editor.answerer.answer("paper and bow", "en").score == 1.0
    assert editor.add_question("gift-wrap", "en", "paper and bow", "staff:ann") == 2
    editor.save(replace(GIFT, body="Not yet."), "staff:bob", 2)
    assert editor.add_question("gift-wrap", "en", "ribbon and box", "staff:ann") == 4
    assert editor.answerer.answer("gift wrap", "en").text.startswith("We wrap it.")
    with pytest.raises(BadInput, match="no text in 'zh'"):
        editor.add_question("gift-wrap", "zh", "礼品", "staff:ann")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("x" * 1_000_000, "50,000 characters, got 1,000,000"),
        ("a\0b", "'\\\\x00' at 1"),
        ("\ud800", "character that no text has"),
        ("[" * 3_000, "brackets"),
    ],
)
def test_texts_that_cannot_be_kept_are_refused_and_nothing_is_lost(editor: Editor, body: str, reason: str) -> None:
    editor.create(GIFT, "staff:ann")
    with pytest.raises(BadInput, match=reason):
        editor.save(replace(GIFT, body=body), "staff:ann", 1)
    with editor.database.read() as unit:
        assert len(revisions(unit.session, "gift-wrap", "en")) == 1
