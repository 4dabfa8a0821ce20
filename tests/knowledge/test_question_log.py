"""Thumbs on answers find the questions that these answered."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from knowledge.answering import Answer, Source
from knowledge.question_log import log_question, vote
from shop import conversations as talk
from shop.clock import now
from shop.conversations import Choice, Draft
from shop.tables import Customer, Message, QuestionLog
from shop.unit_of_work import Database

UNANSWERED = Answer("unanswered")
SHIPPING, HOURS = Source("shipping-cost", "Shipping cost", "en"), Source("opening-hours", "Opening hours", "en")


class Talk:
    """A conversation in which turns are answered as the gateway stores them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.work() as unit:
            self.id: str = talk.open_conversation(unit.session, "en").id
            unit.commit()

    def turn(self, answers: list[Draft], **asked: Answer) -> list[int]:
        """The ids of the answers to a message, in which these questions were looked up."""
        with self.database.work() as unit:
            question = talk.append_message(unit.session, self.id, Draft("shopper", "words"))
            unit.commit()
            question_id = question.id
        with self.database.work() as unit:
            for text, answer in asked.items():
                log_question(unit.session, text, "en", answer, self.id)
            unit.commit()
        with self.database.work() as unit:
            stored = talk.record_reply(unit.session, question_id, "answered", answers, duration_milliseconds=1)
            unit.commit()
            return [message.id for message in stored]

    def vote(self, message_id: int, given: int) -> None:
        with self.database.work() as unit:
            vote(unit.session, unit.session.get(Message, message_id), given)
            unit.commit()

    @property
    def votes(self) -> dict[str, int | None]:
        with self.database.read() as unit:
            return {row.text: row.vote for row in unit.session.scalars(select(QuestionLog))}


@pytest.fixture
def chat(stocked: Database) -> Talk:
    return Talk(stocked)


def passage(source: Source) -> Draft:
    return Draft("bot", "A passage.", data={"link": {"title": source.title, "url": f"/help/{source.slug}"}})


def test_a_thumb_finds_its_question_however_long_ago(chat: Talk) -> None:
    (first,) = chat.turn([passage(SHIPPING)], one=Answer("answered", "x", SHIPPING))
    (second,) = chat.turn([passage(SHIPPING)], two=Answer("answered", "x", SHIPPING))
    chat.vote(first, -1)
    assert chat.votes == {"one": -1, "two": None}
    chat.vote(second, 1)
    chat.vote(first, 0)
    assert chat.votes == {"one": None, "two": 1}


def test_of_two_questions_in_one_message_each_answer_has_its_own(chat: Talk) -> None:
    asked = {"cost": Answer("answered", "x", SHIPPING), "hours": Answer("answered", "x", HOURS)}
    order = Draft("bot", kind="order_card", data={"order": {"number": "#W1"}})
    cost, hours, card = chat.turn([passage(SHIPPING), passage(HOURS), order], **asked)
    chat.vote(hours, -1)
    chat.vote(card, -1)
    assert chat.votes == {"cost": None, "hours": -1}
    chat.vote(cost, 1)
    assert chat.votes == {"cost": 1, "hours": -1}


def test_words_without_an_article_answer_what_had_no_answer(chat: Talk) -> None:
    (sorry,) = chat.turn([Draft("bot", "Nobody wrote about it yet.")], what=Answer("unanswered"))
    chat.vote(sorry, -1)
    assert chat.votes == {"what": -1}


def test_an_article_that_was_chosen_answers_the_question_that_offered_it(chat: Talk) -> None:
    choices = (Choice("Shipping cost", "/ask_shipping"), Choice("Opening hours", "/ask_store"))
    chat.turn([Draft("bot", "Which one?", choices=choices)], which=Answer("asked_back", candidates=(SHIPPING, HOURS)))
    chat.turn([passage(HOURS)], before=Answer("answered", "x", HOURS))
    (chosen,) = chat.turn([passage(SHIPPING)])
    chat.vote(chosen, -1)
    assert chat.votes == {"which": -1, "before": None}


def test_what_is_no_answer_to_a_question_of_policy_marks_none(chat: Talk) -> None:
    chat.turn([passage(SHIPPING)], one=Answer("answered", "x", SHIPPING))
    (other,) = chat.turn([Draft("bot", "Your order is on its way.")])
    chat.vote(other, -1)
    assert chat.votes == {"one": None}


def test_the_name_of_who_asks_is_not_kept(stocked: Database) -> None:
    with stocked.work() as unit:
        customer = Customer(external_id="c-1", name="Maribel Oakes", email="maribel@example.com", created_at=now())
        unit.session.add(customer)
        unit.session.flush()
        known = talk.open_conversation(unit.session, "en", customer.id)
        text = "can maribel oakes return a gift"
        assert log_question(unit.session, text, "en", UNANSWERED, known.id).text == "can [name] return a gift"
        stranger = talk.open_conversation(unit.session, "en")
        assert log_question(unit.session, text, "en", UNANSWERED, stranger.id).text == text
