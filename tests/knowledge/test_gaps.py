"""Gaps: what was not answered, by meaning; and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge.answering import Answer
from knowledge.building import unrelated_questions
from knowledge.dismissals import dismissals, reopen
from knowledge.editor import Editor
from knowledge.gaps import Gap, dismiss, draft_for, find_gaps, mark_attached, mark_drafted, standing
from knowledge.question_log import log_question
from shop.audit import latest
from shop.clock import now
from shop.errors import BadInput, NotFound
from shop.tables import GapDecision, QuestionLog
from shop.unit_of_work import Database
from tests.knowledge.conftest import WordEncoder, open_answerer

GIFTS = ["can you gift wrap it", "gift wrap please", "do you gift wrap", "gift wrap"]
BIKES = ["bicycle repair", "repair my bicycle"]


def ask(database: Database, texts: Sequence[str], outcome: str = "unanswered", days_ago: int = 0) -> None:
    with database.work() as unit:
        for text in texts:
            row = log_question(unit.session, text, "en", Answer(outcome))
            row.created_at = now() - timedelta(days=days_ago)
        unit.commit()


def gaps(editor: Editor) -> list[Gap]:
    return find_gaps(editor.database, editor.answerer, "en")


def test_questions_of_one_meaning_are_one_gap_with_counts_and_trend(editor: Editor) -> None:
    ask(editor.database, GIFTS)
    ask(editor.database, GIFTS[:1], days_ago=35)
    ask(editor.database, BIKES, days_ago=35)
    ask(editor.database, ["is shipping free"], "answered")
    ask(editor.database, ["a gift wrap of long ago"], days_ago=100)
    first, second = gaps(editor)
    assert (first.count, first.unanswered, first.down_votes) == (5, 5, 0)
    assert set(first.examples) == set(GIFTS)
    assert first.examples[0] == GIFTS[0]  # asked twice
    assert first.trend == 3
    assert sum(count for _, count in first.weeks) == 5
    assert second.count == 2
    assert set(second.examples) == set(BIKES)
    assert second.trend == -2


def test_questions_keep_the_vectors_they_were_asked_with(editor: Editor) -> None:
    answer = editor.answerer.answer("zebra quantum violin", "en")
    with editor.database.work() as unit:
        log_question(unit.session, "zebra quantum violin", "en", answer)
        unit.commit()
    ask(editor.database, ["zebra violin"])
    assert gaps(editor)[0].count == 2
    with editor.database.read() as unit:
        rows = unit.session.scalars(select(QuestionLog)).all()
        assert {row.encoder for row in rows} == {"words-1"}
        assert all(row.vector for row in rows)
        assert rows[0].vector == answer.vector


def test_a_vote_against_an_answer_makes_a_gap(editor: Editor) -> None:
    with editor.database.work() as unit:
        entry = log_question(unit.session, "is shipping free", "en", editor.answerer.answer("is shipping free", "en"))
        entry.vote = -1
        unit.commit()
    (gap,) = gaps(editor)
    assert (gap.question, gap.down_votes, gap.unanswered) == ("is shipping free", 1, 0)


def test_a_dismissed_gap_stays_away_when_it_is_asked_again(editor: Editor) -> None:
    ask(editor.database, GIFTS + BIKES)
    with editor.database.work() as unit:
        with pytest.raises(BadInput, match="reason"):
            dismiss(unit.session, gaps(editor)[0], " ", "staff:ann")
        unit.session.rollback()
    found = gaps(editor)[0]
    with editor.database.work() as unit:
        dismiss(unit.session, found, "we sell no gifts", "staff:ann")
        unit.commit()
    ask(editor.database, ["gift wrap it"])
    assert [set(gap.examples) for gap in gaps(editor)] == [set(BIKES)]
    with editor.database.read() as unit:
        decision = unit.session.scalars(select(GapDecision)).one()
        assert (decision.kind, decision.reason, decision.author) == ("dismissed", "we sell no gifts", "staff:ann")


def test_a_dismissal_is_listed_with_its_reason_and_can_be_taken_back(editor: Editor) -> None:
    ask(editor.database, GIFTS + BIKES)
    with editor.database.work() as unit:
        number = dismiss(unit.session, gaps(editor)[0], "we sell no gifts", "staff:1")
        unit.commit()
    ask(editor.database, GIFTS[:1])
    assert len(gaps(editor)) == 1
    with editor.database.work() as unit:
        (found,) = dismissals(unit.session, "en")
        assert (found.id, found.reason, found.author, found.count) == (number, "we sell no gifts", "staff:1", 4)
        assert dismissals(unit.session, "zh") == []
        reopen(unit.session, number, "staff:2")
        unit.commit()
    assert [gap.count for gap in gaps(editor)] == [5, 2]
    with editor.database.work() as unit:
        assert dismissals(unit.session, "en") == []
        with pytest.raises(NotFound):
            reopen(unit.session, number, "staff:2")
        entry = latest(unit.session, 1)[0]
        assert (entry.actor, entry.action, entry.subject) == ("staff:2", "reopen_gap", f"gap:{number}")


def test_what_gaps_depend_on_changes_with_them(editor: Editor) -> None:
    encoder = editor.answerer.indexes["en"].current().encoder

    def stands() -> tuple[object, ...]:
        with editor.database.read() as unit:
            return standing(unit.session, encoder, "en")

    seen = [stands()]
    ask(editor.database, BIKES)
    seen.append(stands())
    ask(editor.database, ["is shipping free"], "answered")
    assert stands() == seen[-1]  # else each question of a busy hour would have them grouped anew
    with editor.database.work() as unit:
        unit.session.query(QuestionLog).filter_by(outcome="answered").update({"vote": -1})
        unit.commit()
    seen.append(stands())
    with editor.database.work() as unit:
        number = dismiss(unit.session, gaps(editor)[0], "not ours", "staff:1")
        unit.commit()
    seen.append(stands())
    assert stands() == seen[-1]
    with editor.database.work() as unit:
        reopen(unit.session, number, "staff:1")
        unit.commit()
    assert len(set(seen)) == 4
    assert stands() == seen[2]


def test_no_question_is_encoded_twice_to_show_gaps(editor: Editor) -> None:
    encoder = editor.answerer.indexes["en"].current().encoder
    assert isinstance(encoder, WordEncoder)
    ask(editor.database, GIFTS + BIKES)
    with editor.database.work() as unit:
        dismiss(unit.session, gaps(editor)[0], "we sell no gifts", "staff:ann")
        unit.commit()
    (gap,) = gaps(editor)
    told = editor.answerer.explain([gap.question], "en")
    before = encoder.encoded_texts
    assert gaps(editor) == [gap]
    explained = editor.answerer.explain([gap.asked], "en")
    assert encoder.encoded_texts == before + len(unrelated_questions()["en"])  # which show how far is far
    assert [hit.source for hit in explained[0].ranked] == [hit.source for hit in told[0].ranked]
    assert explained[0].question == gap.question


def test_another_encoder_gives_what_was_dismissed_another_vector(editor: Editor, tmp_path: Path) -> None:
    ask(editor.database, GIFTS + BIKES)
    with editor.database.work() as unit:
        dismiss(unit.session, gaps(editor)[0], "we sell no gifts", "staff:ann")
        unit.commit()
    other = open_answerer(editor.database, tmp_path / "other", WordEncoder("words-2", dimension=32))
    assert [set(gap.examples) for gap in find_gaps(editor.database, other, "en")] == [set(BIKES)]
    with editor.database.read() as unit:
        kept = unit.session.scalars(select(GapDecision)).one()
        assert (kept.encoder, len(kept.vector)) == ("words-2", 64)


def test_only_dismissals_are_taken_back(editor: Editor) -> None:
    ask(editor.database, BIKES)
    with editor.database.work() as unit:
        mark_attached(unit.session, gaps(editor)[0], "opening-hours", "staff:1")
        number = unit.session.scalars(select(GapDecision.id)).one()
        with pytest.raises(NotFound):
            reopen(unit.session, number, "staff:1")


def test_a_gap_becomes_an_alternative_question_and_is_answered(editor: Editor) -> None:
    ask(editor.database, BIKES)
    (gap,) = gaps(editor)
    editor.add_question("opening-hours", "en", gap.question, "staff:ann")
    with editor.database.work() as unit:
        mark_attached(unit.session, gap, "opening-hours", "staff:ann")
        unit.commit()
    assert gaps(editor) == []
    answer = editor.answerer.answer(gap.question, "en")
    assert answer.article is not None
    assert answer.article.slug == "opening-hours"
    ask(editor.database, ["bicycle repair today"])  # still not answered: a gap again
    assert len(gaps(editor)) == 1


def test_a_gap_becomes_a_draft(editor: Editor) -> None:
    from dataclasses import replace

    ask(editor.database, GIFTS)
    (gap,) = gaps(editor)
    draft = replace(draft_for(gap, "gift-wrap", "orders"), body="We wrap it.")
    assert set((draft.title, *draft.questions)) == set(GIFTS)
    editor.create(draft, "staff:ann")
    with editor.database.work() as unit:
        mark_drafted(unit.session, gap, "gift-wrap", "staff:ann")
        unit.commit()
    assert gaps(editor) == []
    editor.publish("gift-wrap", "en", "staff:ann")
    assert editor.answerer.answer(GIFTS[0], "en").text == "We wrap it."
