"""Twins and stale articles."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from knowledge.answering import Answer, Source
from knowledge.articles import ArticleDraft
from knowledge.editor import Editor
from knowledge.health import find_stale, find_twins
from knowledge.question_log import log_question
from shop.clock import now
from shop.tables import Article, QuestionLog
from tests.knowledge.conftest import SHELF


def test_near_identical_passages_are_flagged_and_differing_numbers_first(editor: Editor) -> None:
    assert find_twins(editor.answerer, "en") == []
    same = "Choose Forgot password and follow the link in the mail."
    for slug, body in (("login", same), ("delivery-price", "Standard shipping costs $9.99.\n\nSomething else.")):
        editor.save_and_publish(ArticleDraft(slug, "x", "en", slug, body), "staff:ann", 0)
    found = find_twins(editor.answerer, "en", at_least=0.6)
    assert [(twins.kind, {twins.one.slug, twins.other.slug}) for twins in found] == [
        ("contradiction", {"shipping-cost", "delivery-price"}),
        ("duplicate", {"login", "reset-password"}),
    ]
    editor.archive("login", "staff:ann")
    assert len(find_twins(editor.answerer, "en", at_least=0.6)) == 1


def test_stale_articles_are_named_with_their_reason(editor: Editor) -> None:
    base = editor.database
    for days, slug in ((-1, "gone"), (5, "soon"), (100, "fine")):
        draft = ArticleDraft(slug, "x", "en", slug, "Text.", valid_until=now() + timedelta(days=days))
        editor.save_and_publish(draft, "staff:ann", 0)
    editor.save_and_publish(replace(SHELF[0], language="zh", title="运费", body="运费。"), "staff:ann", 0)
    editor.save_and_publish(replace(SHELF[0], body="Newer."), "staff:ann", 1)
    with base.work() as unit:
        answer = Answer("answered", "x", Source("reset-password", "x", "en"))
        for _ in range(3):
            log_question(unit.session, "forgot", "en", answer)
        unit.session.execute(update(QuestionLog).values(vote=-1))
        old = now() - timedelta(days=400)
        unit.session.execute(update(Article).where(Article.slug == "opening-hours").values(updated_at=old))
        unit.commit()
    with base.read() as unit:
        found = {(stale.slug, stale.reason) for stale in find_stale(unit.session)}
    assert found == {
        ("gone", "ended"),
        ("soon", "ends_soon"),
        ("shipping-cost", "translation_behind"),
        ("reset-password", "voted_down"),
        ("opening-hours", "old"),
    }
