"""Figures of the bot's service."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge.analytics import analytics
from knowledge.answering import Answer, Source
from knowledge.question_log import log_question
from shop import feedback
from shop.clock import now
from shop.conversations import Draft, append_message
from shop.errors import BadInput
from shop.tables import Conversation, Handover, Message
from shop.unit_of_work import Database


def converse(
    database: Database, name: str, language: str, days_ago: int, reason: str = "", speaks: bool = True
) -> None:
    at = now() - timedelta(days=days_ago)
    with database.work() as unit:
        unit.session.add(Conversation(id=name, language=language, created_at=at, updated_at=at))
        unit.session.flush()
        if speaks:
            unit.session.add(
                Message(conversation_id=name, seq=1, author="shopper", kind="text", text="hi", created_at=at)
            )
        if reason:
            unit.session.add(Handover(conversation_id=name, reason=reason, summary="", created_at=at))
        unit.commit()


def test_days_languages_and_totals(stocked: Database) -> None:
    converse(stocked, "a", "en", 1)
    converse(stocked, "b", "en", 1, reason="unanswered")
    converse(stocked, "c", "zh", 0)
    converse(stocked, "d", "zh", 0, speaks=False)
    converse(stocked, "e", "en", 90)
    shipping = Answer("answered", "x", Source("shipping-cost", "x", "en"))
    with stocked.work() as unit:
        log_question(unit.session, "one", "en", shipping).vote = 1
        log_question(unit.session, "two", "en", shipping).vote = -1
        log_question(unit.session, "two", "en", shipping).vote = 1
        log_question(unit.session, "three", "zh", Answer("unanswered"))
        unit.commit()
    today = now().date()
    with stocked.read() as unit:
        found = analytics(unit.session, today - timedelta(days=6), today)
    assert len(found.days) == 14
    yesterday = next(d for d in found.days if (d.day, d.language) == (today - timedelta(days=1), "en"))
    assert (yesterday.conversations, yesterday.handed_over) == (2, 1)
    assert found.total("conversations") == 3
    assert found.containment == pytest.approx(2 / 3)
    assert found.answer_rate == pytest.approx(3 / 4)
    assert found.handover_reasons == {"unanswered": 1}
    (top,) = found.top_articles
    assert (top.slug, top.title, top.answers, top.up_votes, top.down_votes) == (
        "shipping-cost",
        "Shipping cost",
        3,
        2,
        1,
    )


def rate(database: Database, conversation: str, thumbs: str = "", score: int = 0, comment: str = "") -> None:
    with database.work() as unit:
        for thumb in thumbs:
            message = append_message(unit.session, conversation, Draft("bot", "an answer"))
            feedback.vote(unit.session, conversation, message.seq, 1 if thumb == "+" else -1)
        if score:
            feedback.rate(unit.session, conversation, score, comment)
        unit.commit()


def test_satisfaction_is_ratings_where_there_are_any_else_thumbs(database: Database) -> None:
    for name in ("rated", "liked", "torn", "unhappy", "silent"):
        converse(database, name, "zh" if name == "unhappy" else "en", days_ago=3, speaks=False)
    rate(database, "rated", "--", 4, "fine in the end")
    rate(database, "liked", "++-")
    rate(database, "torn", "+-")
    rate(database, "unhappy", "", 1, "[email] got nothing")
    today = now().date()
    with database.read() as unit:
        found = analytics(unit.session, today - timedelta(days=1), today)
        chinese = analytics(unit.session, today, today, ("zh",))
    assert (found.total("up_votes"), found.total("down_votes"), found.helpful) == (3, 4, pytest.approx(3 / 7))
    assert (found.total("ratings"), found.mean_score) == (2, 2.5)
    assert (found.total("judged"), found.satisfaction) == (4, 0.5)
    assert [comment.score for comment in found.comments] == [1, 4]
    assert (chinese.satisfaction, [comment.text for comment in chinese.comments]) == (0, ["[email] got nothing"])


def test_nothing_at_all_has_no_shares(database: Database) -> None:
    with database.read() as unit:
        found = analytics(unit.session, now().date(), now().date())
        assert (found.containment, found.satisfaction, found.answer_rate) == (None, None, None)
        assert (found.helpful, found.mean_score, found.comments) == (None, None, ())
        with pytest.raises(BadInput, match="in order"):
            analytics(unit.session, now().date(), now().date() - timedelta(days=1))
