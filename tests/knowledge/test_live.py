"""What is published is answered at once, in every process, whatever breaks in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge.answering import Answerer
from knowledge.articles import ArticleDraft
from knowledge.building import rebuild_in
from knowledge.editing import StaleSave, save
from knowledge.editor import Editor
from knowledge.store import IndexFolder
from shop.clock import now
from shop.tables import Article
from shop.unit_of_work import Database
from tests.knowledge.conftest import SHELF, WordEncoder, open_answerer

GIFT = ArticleDraft("gift-wrap", "orders", "en", "Gift wrap", "We wrap it.", ("wrap my present",))
ROOT = Path(__file__).parents[2]

WATCH = """
import sys, time
from pathlib import Path
from shop.database import open_engine
from shop.unit_of_work import Database
from tests.knowledge.conftest import open_answerer
folder = Path(sys.argv[1])
answerer = open_answerer(Database(open_engine(f"sqlite:///{folder / 'aisle.db'}")), folder)
last = None
while True:
    answer = answerer.answer("wrap my present", "en").text
    if answer != last:
        print(f"{time.time()}\\t{answer}", flush=True)
        last = answer
    time.sleep(0.02)
"""

PUBLISH_AND_STALL = """
import sys, time
from pathlib import Path
from knowledge import editing
from knowledge.articles import ArticleDraft
from knowledge.editor import Editor
from shop.database import open_engine
from shop.unit_of_work import Database
from tests.knowledge.conftest import open_answerer
folder, where = Path(sys.argv[1]), sys.argv[2]
database = Database(open_engine(f"sqlite:///{folder / 'aisle.db'}"))
editor = Editor(database, open_answerer(database, folder))
def stall(*_, **__):
    print("now", flush=True)
    time.sleep(60)
if where == "before the commit":
    real = editing.publish
    editing.publish = lambda *a, **k: (real(*a, **k), stall())
elif where == "before the vectors":
    editor._prepared = stall
else:
    editor._take_up = stall
draft = ArticleDraft("gift-wrap", "orders", "en", "Gift wrap", "We wrap it.", ("wrap my present",))
editor.save_and_publish(draft, "staff:ann", 0)
"""


def text(answerer: Answerer, question: str = "wrap my present") -> str:
    return answerer.answer(question, "en").text


@pytest.fixture
def watcher(stocked: Database, tmp_path: Path) -> Iterator[subprocess.Popen]:
    """Another process that answers the same question over and over and prints each new answer with its time."""
    process = subprocess.Popen(
        [sys.executable, "-c", WATCH, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process
        process.kill()


def next_answer(process: subprocess.Popen) -> tuple[float, str]:
    assert process.stdout is not None
    at, answer = process.stdout.readline().rstrip("\n").split("\t")
    return float(at), answer


def test_every_process_answers_with_what_was_published_within_a_second(
    editor: Editor, watcher: subprocess.Popen
) -> None:
    assert next_answer(watcher)[1] == ""
    steps = [
        (lambda: editor.save_and_publish(GIFT, "staff:ann", 0), "We wrap it."),
        (
            lambda: editor.save_and_publish(replace(GIFT, body="Wrapping costs $2."), "staff:ann", 1),
            "Wrapping costs $2.",
        ),
        (lambda: editor.restore("gift-wrap", "en", 1, "staff:bob", 2), "We wrap it."),
        (lambda: editor.archive("gift-wrap", "staff:ann"), ""),
        (lambda: editor.republish("gift-wrap", "staff:ann"), "We wrap it."),
    ]
    for step, expected in steps:
        step()
        committed = time.time()
        at, answer = next_answer(watcher)
        assert answer == expected
        assert at - committed < 1.0
        assert text(editor.answerer) == expected


@pytest.mark.parametrize("where", ["before the vectors", "before the commit", "after the commit"])
def test_a_kill_in_the_middle_of_publishing_loses_nothing(stocked: Database, tmp_path: Path, where: str) -> None:
    other = open_answerer(stocked, tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISH_AND_STALL, str(tmp_path), where], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with stocked.read() as unit:
        article = unit.session.scalars(select(Article).where(Article.slug == "gift-wrap")).one()
        assert [revision.body for revision in article.revisions] == ["We wrap it."]  # what was written is kept
        is_published = article.status == "published"
    assert is_published == (where == "after the commit")
    assert text(other) == ("We wrap it." if is_published else "")
    fresh = open_answerer(stocked, tmp_path / "fresh")  # built from the database alone
    assert text(fresh) == text(other)
    Editor(stocked, other).publish("gift-wrap", "en", "staff:ann")
    assert text(other) == text(fresh) == "We wrap it."


def test_drafts_and_later_revisions_do_not_answer_until_they_are_published(editor: Editor) -> None:
    editor.create(GIFT, "staff:ann")
    assert text(editor.answerer) == ""
    editor.publish("gift-wrap", "en", "staff:ann")
    editor.save(replace(GIFT, body="Not yet."), "staff:ann", 1)
    assert text(editor.answerer) == "We wrap it."
    editor.withdraw("gift-wrap", "staff:ann")
    assert text(editor.answerer) == ""


def test_an_article_answers_only_while_it_is_valid(editor: Editor) -> None:
    moment = now()
    for start, end, expected in (
        (moment - timedelta(days=1), moment + timedelta(days=1), "We wrap it."),
        (moment + timedelta(days=1), None, ""),
        (None, moment - timedelta(seconds=1), ""),
        (None, moment + timedelta(days=1), "We wrap it."),
    ):
        with editor.database.read() as unit:
            latest = save_number(unit.session)
        editor.save_and_publish(replace(GIFT, valid_from=start, valid_until=end), "staff:ann", latest)
        assert text(editor.answerer) == expected
    rebuild_in(
        IndexFolder(Path(editor.database.engine.url.database).parent / "index" / "en"),
        editor.database,
        WordEncoder(),
        "en",
    )
    assert text(editor.answerer) == "We wrap it."


def save_number(session: object) -> int:
    from knowledge.articles import latest_revision

    latest = latest_revision(session, "gift-wrap", "en")
    return latest.number if latest else 0


def test_an_article_answers_only_its_audience(editor: Editor) -> None:
    editor.save_and_publish(replace(GIFT, audience="customers"), "staff:ann", 0)
    assert text(editor.answerer) == ""
    for audience in ("customers", "staff"):
        assert editor.answerer.answer("wrap my present", "en", audience=audience).text == "We wrap it."


def test_a_stale_save_is_refused_with_both_versions_and_overwrites_nothing(editor: Editor) -> None:
    editor.create(GIFT, "staff:ann")
    editor.save(replace(GIFT, body="Ann's."), "staff:ann", 1)
    with pytest.raises(StaleSave, match="staff:ann saved revision 2") as caught:
        editor.save(replace(GIFT, body="Bob's."), "staff:bob", 1)
    assert (caught.value.yours.body, caught.value.theirs.body, caught.value.number) == ("Bob's.", "Ann's.", 2)
    assert editor.save(replace(GIFT, body="Bob's."), "staff:bob", 2) == 3


def test_a_restored_revision_is_a_new_one(editor: Editor) -> None:
    editor.save_and_publish(GIFT, "staff:ann", 0)
    editor.save_and_publish(replace(GIFT, body="Wrong.", valid_until=now() + timedelta(days=1)), "staff:ann", 1)
    assert editor.restore("gift-wrap", "en", 1, "staff:bob", 2) == 3
    assert text(editor.answerer) == "We wrap it."
    with editor.database.read() as unit:
        article = unit.session.scalars(select(Article).where(Article.slug == "gift-wrap")).one()
        assert [(r.body, r.author, r.note) for r in article.revisions] == [
            ("We wrap it.", "staff:ann", ""),
            ("Wrong.", "staff:ann", ""),
            ("We wrap it.", "staff:bob", "restored from 1"),
        ]
        assert article.valid_until is None
    with pytest.raises(StaleSave):
        editor.restore("gift-wrap", "en", 2, "staff:bob", 2)


def test_a_rebuilt_index_answers_as_the_changes_over_the_old_one_did(editor: Editor, tmp_path: Path) -> None:
    editor.save_and_publish(GIFT, "staff:ann", 0)
    editor.archive("opening-hours", "staff:ann")
    questions = ["wrap my present", "is a gift wrapped", "when do you open", "what is the shipping price"]
    live = editor.answerer.indexes["en"]
    assert set(live.current().updates)
    before = [editor.answerer.answer(question, "en") for question in questions]
    rebuild_in(IndexFolder(tmp_path / "index" / "en"), editor.database, WordEncoder(), "en")
    assert live.current().updates == {}
    after = [editor.answerer.answer(question, "en") for question in questions]
    assert [(a.outcome, a.article) for a in after] == [(b.outcome, b.article) for b in before]
    assert [a.score for a in after] == pytest.approx([b.score for b in before], abs=0.1)


def test_many_changes_are_built_in_by_themselves(editor: Editor) -> None:
    live = editor.answerer.indexes["en"]
    for number in range(12):
        draft = ArticleDraft(f"topic-{number}", "orders", "en", f"Topic {number}", f"All about topic{number}.")
        editor.save_and_publish(draft, "staff:ann", 0)
    deadline = time.monotonic() + 20
    while live.current().stored.manifest.articles < 14:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert editor.answerer.answer("topic11", "en").article is not None


def test_a_first_article_in_an_empty_shop_is_answered(database: Database, tmp_path: Path) -> None:
    editor = Editor(database, open_answerer(database, tmp_path))
    assert text(editor.answerer) == ""
    editor.save_and_publish(GIFT, "staff:ann", 0)
    assert text(editor.answerer) == "We wrap it."
    assert text(editor.answerer, "zebra quantum violin") == ""


def test_a_draft_is_tried_without_a_trace(editor: Editor) -> None:
    tried = editor.answerer.explain(["wrap my present", "is shipping free"], "en", drafts=[GIFT])
    assert [one.answer.text[:12] for one in tried] == ["We wrap it.", "Standard shi"]
    assert tried[0].ranked[0].is_draft
    assert tried[0].ranked[0].passage == "We wrap it."
    edited = replace(SHELF[0], body="Shipping is on us.")
    assert editor.answerer.explain(["is shipping free"], "en", drafts=[edited])[0].answer.text == "Shipping is on us."
    assert text(editor.answerer) == ""
    assert text(editor.answerer, "is shipping free").startswith("Standard")


def test_a_draft_in_another_language_is_tried_only_where_it_would_stand_in(editor: Editor) -> None:
    chinese = replace(GIFT, language="zh", title="礼品包装", body="我们包装。", questions=("礼品包装",))
    assert editor.answerer.explain(["礼品包装"], "en", drafts=[chinese])[0].answer.text == "我们包装。"
    editor.save_and_publish(GIFT, "staff:ann", 0)
    assert editor.answerer.explain(["礼品包装"], "en", drafts=[chinese])[0].answer.text == ""


def test_a_database_that_does_not_answer_leaves_the_old_answers(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def fail(_: object) -> int:
        raise OperationalError("select", {}, Exception("locked"))

    monkeypatch.setattr("knowledge.live.change_now", fail)
    assert text(editor.answerer, "is shipping free").startswith("Standard")


def test_a_second_translation_begins_its_own_revisions(editor: Editor) -> None:
    editor.create(GIFT, "staff:ann")
    with editor.database.work() as unit:
        chinese = replace(GIFT, language="zh", title="礼品包装", body="我们包装。", questions=())
        assert save(unit.session, chinese, "staff:ann", 0).number == 1
