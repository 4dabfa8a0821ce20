"""Questions that lean on the one before are told from whole ones, and find what both together mean."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from knowledge.answering import Answer, Answerer, Source
from knowledge.following import Before, Leaning, leaning, question_before
from knowledge.question_log import log_question
from shop.clock import now
from shop.conversations import Draft, append_message, open_conversation
from shop.tables import QuestionLog
from shop.unit_of_work import Database
from tests.knowledge.conftest import open_answerer

CASES = Path(__file__).with_name("leaning.csv")


def cases() -> list[tuple[str, Leaning | None]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return [(row["question"], row["leans"] or None) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("question", "leans"), cases())
def test_only_what_says_too_little_leans(question: str, leans: Leaning | None) -> None:
    assert leaning(question) == leans


def ask(database: Database, answerer: Answerer, conversation_id: str, question: str) -> Answer:
    """One turn as the bot takes it: the message is stored, answered and logged."""
    with database.work() as unit:
        append_message(unit.session, conversation_id, Draft("shopper", question))
        before = question_before(unit.session, conversation_id)
        unit.commit()
    answer = answerer.answer(question, "en", before=before)
    with database.work() as unit:
        log_question(unit.session, answer.question or question, "en", answer, conversation_id)
        unit.commit()
    return answer


@pytest.fixture
def conversation(stocked: Database) -> str:
    with stocked.work() as unit:
        opened = open_conversation(unit.session, "en").id
        unit.commit()
    return opened


def test_a_question_that_leans_is_answered_with_the_one_before(
    stocked: Database, answerer: Answerer, conversation: str
) -> None:
    assert ask(stocked, answerer, conversation, "how much is shipping").outcome == "answered"
    answer = ask(stocked, answerer, conversation, "how long does it take?")
    assert answer.article == Source("shipping-cost", "Shipping cost", "en")
    assert answer.question == "how much is shipping how long does it take?"
    assert answerer.answer("how long does it take?", "en").article is None
    chained = ask(stocked, answerer, conversation, "and above $50?")
    assert chained.article == answer.article


def test_another_case_may_be_another_article(stocked: Database, answerer: Answerer, conversation: str) -> None:
    ask(stocked, answerer, conversation, "when do you open")
    answer = ask(stocked, answerer, conversation, "and the shipping price?")
    assert answer.article == Source("shipping-cost", "Shipping cost", "en")


def test_a_whole_question_is_answered_as_if_nothing_had_been_asked(
    stocked: Database, answerer: Answerer, conversation: str
) -> None:
    ask(stocked, answerer, conversation, "when do you open")
    assert ask(stocked, answerer, conversation, "is shipping free") == answerer.answer("is shipping free", "en")


def test_the_question_before_is_this_conversations_and_recent(stocked: Database, conversation: str) -> None:
    with stocked.work() as unit:
        other = open_conversation(unit.session, "en").id
        answer = Answer("answered", article=Source("shipping-cost", "Shipping cost", "en"))
        kept = log_question(unit.session, "how much is shipping", "en", answer, conversation)
        unit.commit()
        assert question_before(unit.session, other) is None
        assert question_before(unit.session, conversation) == Before("how much is shipping", "shipping-cost")
        for text in ("thanks", "is it free?"):
            append_message(unit.session, conversation, Draft("shopper", text))
            append_message(unit.session, conversation, Draft("bot", "Yes."))
        assert question_before(unit.session, conversation) is not None
        append_message(unit.session, conversation, Draft("shopper", "where is my order"))
        assert question_before(unit.session, conversation) is None
        unit.session.rollback()
        unit.session.get(QuestionLog, kept.id).created_at = now() - timedelta(hours=1)
        assert question_before(unit.session, conversation) is None


def test_nothing_is_found_where_there_are_no_articles(database: Database, tmp_path: Path) -> None:
    answerer = open_answerer(database, tmp_path)
    assert answerer.answer("is it free?", "en", before=Before("how much is shipping", None)) == Answer("unanswered")
