"""Batch tests: which answers a change would change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.batch import TestQuestion, delete_list, get_list, lists, run, save_list
from knowledge.editor import Editor
from shop.errors import BadInput, NotFound
from tests.knowledge.conftest import SHELF

QUESTIONS = [
    TestQuestion("is shipping free", "en", "shipping-cost"),
    TestQuestion("when do you open", "en", "opening-hours"),
    TestQuestion("zebra quantum violin", "en"),
    TestQuestion("forgot my password", "zh", "opening-hours"),
]


def test_a_run_says_what_is_right_and_what_would_change(editor: Editor) -> None:
    seen: list[tuple[int, int]] = []
    moved = replace(SHELF[0], questions=("when do you open",), title="Opening", body="We open at ten.")
    report = run(editor.answerer, QUESTIONS, [moved], lambda done, total: seen.append((done, total)))
    assert report.counts("before") == {"right": 3, "wrong": 1}
    assert [row.asked.question for row in report.changed][:2] == ["is shipping free", "when do you open"]
    assert [row.verdict_after for row in report.rows][1] == "offered"
    assert [row.got_worse for row in report.rows] == [True, True, False, False]
    assert seen[-1] == (4, 4)
    assert run(editor.answerer, QUESTIONS).changed == ()


def test_lists_are_kept_replaced_and_forgotten(editor: Editor) -> None:
    with editor.database.work() as unit:
        save_list(unit.session, "main", QUESTIONS, "staff:ann")
        save_list(unit.session, "main", QUESTIONS[:2], "staff:bob")
        unit.commit()
    with editor.database.work() as unit:
        assert lists(unit.session) == {"main": 2}
        assert get_list(unit.session, "main") == QUESTIONS[:2]
        delete_list(unit.session, "main")
        with pytest.raises(NotFound):
            get_list(unit.session, "main")


@pytest.mark.parametrize(
    ("name", "questions", "reason"),
    [
        ("", QUESTIONS, "name"),
        ("a", [], "1 to"),
        ("a", [TestQuestion("x", "fr")], "'fr'"),
        ("a", [TestQuestion(" ", "en")], "question 1"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(editor: Editor, name: str, questions: list, reason: str) -> None:
    with editor.database.work() as unit, pytest.raises(BadInput, match=reason):
        save_list(unit.session, name, questions, "staff:ann")
