"""The door of the room: answers, asking back, silence; new indexes while running."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge.answering import Answer, Answerer, LiveIndex, Source
from knowledge.articles import ArticleDraft
from knowledge.building import rebuild_in
from knowledge.editing import set_status, write_article
from knowledge.passages import MAX_CHARACTERS
from knowledge.question_log import log_question
from knowledge.store import IndexFolder
from shop.errors import BadInput, NotFound, NotReady
from shop.settings import Settings
from shop.tables import QuestionLog
from shop.unit_of_work import Database
from tests.knowledge.conftest import WordEncoder


class Shop:
    """A stocked shop whose encoder can be exchanged."""

    def __init__(self, database: Database, root: Path) -> None:
        self.database = database
        self.folders = {language: IndexFolder(root / language) for language in ("en", "zh")}
        self.encoder = WordEncoder()

    def rebuild(self) -> None:
        for language, folder in self.folders.items():
            rebuild_in(folder, self.database, self.encoder, language)

    def answerer(self) -> Answerer:
        indexes = {
            language: LiveIndex(language, folder, self.database, lambda: self.encoder)
            for language, folder in self.folders.items()
        }
        return Answerer(indexes, self.database)

    def write(self, draft: ArticleDraft) -> None:
        with self.database.work() as unit:
            write_article(unit.session, draft, "test")
            unit.commit()


@pytest.fixture
def shop(stocked: Database, tmp_path: Path) -> Shop:
    shop = Shop(stocked, tmp_path / "index")
    shop.rebuild()
    return shop


def test_an_answer_is_the_articles_own_words(shop: Shop) -> None:
    answer = shop.answerer().answer("Is every store closed on Sunday?", "en")
    assert answer.outcome == "answered"
    assert answer.article == Source("opening-hours", "Opening hours", "en")
    assert "On Sunday every store stays closed." in answer.text
    assert answer.score == 1.0 > answer.runner_up


def test_what_nobody_wrote_about_is_not_answered(shop: Shop) -> None:
    answer = shop.answerer().answer("zebra quantum violin", "en")
    assert (answer.outcome, answer.text, answer.article, answer.candidates) == ("unanswered", "", None, ())


def test_two_articles_with_the_same_phrasing_are_both_offered(shop: Shop) -> None:
    shop.write(ArticleDraft("student-card", "account", "en", "Student card", "Show it.", ("forgot my password",)))
    shop.rebuild()
    answer = shop.answerer().answer("Forgot my password!", "en")
    assert answer.outcome == "asked_back"
    assert {source.slug for source in answer.candidates} == {"student-card", "reset-password"}
    assert answer.text == ""
    hinted = shop.answerer().answer("Forgot my password!", "en", category="shipping")
    assert hinted.outcome == "asked_back"


def test_an_article_without_the_language_answers_in_the_other(shop: Shop) -> None:
    answer = shop.answerer().answer("is shipping free", "zh")
    assert answer.article == Source("shipping-cost", "Shipping cost", "en")


def test_an_article_by_its_slug(shop: Shop) -> None:
    found = shop.answerer().article("shipping-cost", "zh")
    assert found.text == "Standard shipping costs $4.99.\n\nOrders above $50 ship free."
    assert found.article == Source("shipping-cost", "Shipping cost", "en")
    with pytest.raises(NotFound):
        shop.answerer().article("no-such", "en")


def test_a_long_article_is_answered_by_whole_passages(shop: Shop) -> None:
    body = "\n\n".join(f"Paragraph {number} " + "word " * 40 for number in range(9))
    shop.write(ArticleDraft("long", "orders", "en", "Long", body))
    text = shop.answerer().article("long", "en").text
    assert MAX_CHARACTERS / 2 < len(text) <= MAX_CHARACTERS
    assert text.startswith("Paragraph 0 ")
    assert text.endswith("word")


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_an_empty_question_has_no_answer(shop: Shop, question: str) -> None:
    assert shop.answerer().answer(question, "en") == Answer("unanswered")


def test_an_unknown_language_is_refused(shop: Shop) -> None:
    with pytest.raises(BadInput, match="'fr'"):
        shop.answerer().answer("is shipping free", "fr")


def test_no_articles_means_no_answers(database: Database, tmp_path: Path) -> None:
    shop = Shop(database, tmp_path / "index")
    shop.rebuild()
    assert shop.answerer().answer("is shipping free", "en") == Answer("unanswered")


def test_a_running_process_takes_up_a_new_index(shop: Shop) -> None:
    answerer = shop.answerer()
    assert answerer.answer("wrap my present", "en").outcome == "unanswered"
    shop.write(ArticleDraft("gift-wrap", "orders", "en", "Gift wrap", "We wrap it.", ("wrap my present",)))
    shop.rebuild()
    assert answerer.answer("wrap my present", "en").text == "We wrap it."
    with shop.database.work() as unit:
        set_status(unit.session, "gift-wrap", "archived")
        unit.commit()
    shop.rebuild()
    assert answerer.answer("wrap my present", "en").article is None


def test_a_new_encoder_is_taken_up_with_its_index(shop: Shop) -> None:
    answerer = shop.answerer()
    shop.encoder = WordEncoder("words-2", dimension=32)
    assert answerer.answer("is shipping free", "en").outcome == "answered"  # old index, old encoder
    shop.rebuild()
    assert answerer.answer("is shipping free", "en").outcome == "answered"


def test_an_unusable_new_index_leaves_the_old_one_in_force(shop: Shop) -> None:
    answerer = shop.answerer()
    for folder in shop.folders.values():
        (folder.folder / "manifest.json").write_text("{}")
    assert answerer.answer("is shipping free", "en").outcome == "answered"


def test_an_index_of_another_encoder_is_not_started_with(shop: Shop) -> None:
    shop.encoder = WordEncoder("words-2")
    with pytest.raises(NotReady, match="another encoder"):
        shop.answerer()


def test_a_shop_that_was_never_prepared_says_what_is_missing(stocked: Database, tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="python -m"):
        Answerer.load(Settings(state_dir=tmp_path / "empty"), stocked)


def test_many_threads_get_the_same_answers(shop: Shop) -> None:
    answerer = shop.answerer()
    questions = ["is shipping free", "when do you open", "new password", "zebra quantum violin"] * 25
    alone = [answerer.answer(question, "en") for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda question: answerer.answer(question, "en"), questions))
    assert together == alone


def test_questions_are_logged_with_their_outcome_and_without_personal_data(shop: Shop) -> None:
    asked = "is shipping free for jane@example.com"
    with shop.database.work() as unit:
        log_question(unit.session, asked, "en", shop.answerer().answer("is shipping free", "en"))
        log_question(unit.session, "zebra", "en", Answer("unanswered", score=0.1))
        unit.commit()
    with shop.database.read() as unit:
        first, second = unit.session.scalars(select(QuestionLog).order_by(QuestionLog.id)).all()
        assert (first.outcome, first.score, first.text) == ("answered", 1.0, "is shipping free for [email]")
        assert first.article_id is not None
        assert (second.outcome, second.article_id, second.conversation_id) == ("unanswered", None, None)


def test_answering_does_not_import_torch() -> None:
    code = "import sys, knowledge.answering; sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
