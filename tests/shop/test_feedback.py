"""Thumbs and ratings on both databases: replaced, taken back, only where they belong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from shop import conversations as talk
from shop import feedback
from shop.conversations import Draft
from shop.errors import BadInput, NotFound
from shop.tables import AnswerVote, Satisfaction
from shop.unit_of_work import Database


@pytest.fixture
def conversation_id(database: Database) -> str:
    """A question, its answer, and a note."""
    with database.work() as unit:
        opened: str = talk.open_conversation(unit.session, "en").id
        for author in ("shopper", "bot", "system", "agent"):
            talk.append_message(unit.session, opened, Draft(author=author, text="words"))
        unit.commit()
    return opened


def given(database: Database) -> list[int]:
    with database.read() as unit:
        return list(unit.session.scalars(select(AnswerVote.vote)))


def test_a_thumb_is_replaced_and_taken_back(database: Database, conversation_id: str) -> None:
    for vote, kept in ((1, [1]), (1, [1]), (-1, [-1]), (0, []), (0, [])):
        with database.work() as unit:
            message = feedback.vote(unit.session, conversation_id, 2, vote)
            assert feedback.votes(unit.session, [message.id, 999]) == ({message.id: vote} if vote else {})
            unit.commit()
        assert given(database) == kept


@pytest.mark.parametrize("seq", [1, 3, 4, 5, 0])
def test_only_the_bots_own_answers_get_thumbs(database: Database, conversation_id: str, seq: int) -> None:
    with database.work() as unit, pytest.raises(NotFound, match=str(seq)):
        feedback.vote(unit.session, conversation_id, seq, 1)


def test_an_answer_of_another_conversation_is_not_found(database: Database, conversation_id: str) -> None:
    with database.work() as unit:
        other = talk.open_conversation(unit.session, "en").id
        with pytest.raises(NotFound):
            feedback.vote(unit.session, other, 2, 1)
        with pytest.raises(BadInput, match="got 2"):
            feedback.vote(unit.session, conversation_id, 2, 2)


def test_the_last_rating_stands(database: Database, conversation_id: str) -> None:
    for score, comment in ((2, "slow"), (4, "")):
        with database.work() as unit:
            feedback.rate(unit.session, conversation_id, score, comment)
            unit.commit()
    with database.read() as unit:
        rating = unit.session.execute(select(Satisfaction)).scalar_one()
        assert (rating.score, rating.comment) == (4, "")


def test_ratings_that_cannot_be_are_refused(database: Database, conversation_id: str) -> None:
    with database.work() as unit:
        for score, comment in ((0, ""), (6, ""), (3, "x" * 501)):
            with pytest.raises(BadInput):
                feedback.rate(unit.session, conversation_id, score, comment)
        with pytest.raises(NotFound):
            feedback.rate(unit.session, "nobody", 3)


def test_the_same_sent_at_once_is_kept_once(database: Database, conversation_id: str) -> None:
    def send(_: int) -> None:
        with database.work() as unit:
            feedback.vote(unit.session, conversation_id, 2, -1)
            feedback.rate(unit.session, conversation_id, 5)
            unit.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(8)))
    assert given(database) == [-1]
    with database.read() as unit:
        assert unit.session.scalar(select(func.count()).select_from(Satisfaction)) == 1
