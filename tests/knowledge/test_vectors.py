"""Vectors are computed once, kept with the revision, and made anew where they do not fit."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select, update

from knowledge.answering import Answerer
from knowledge.articles import ArticleDraft
from knowledge.building import unrelated_questions
from knowledge.editor import Editor
from knowledge.search import Question
from shop.tables import RevisionVectors
from shop.unit_of_work import Database
from tests.knowledge.conftest import SHELF, WordEncoder, open_answerer

GIFT = ArticleDraft("gift-wrap", "orders", "en", "Gift wrap", "We wrap it.", ("wrap my present",))


def text(answerer: Answerer, question: str = "wrap my present") -> str:
    return answerer.answer(question, "en").text


def test_texts_are_encoded_once(stocked: Database, tmp_path: Path) -> None:
    encoder = WordEncoder()
    editor = Editor(stocked, open_answerer(stocked, tmp_path, encoder))
    editor.save_and_publish(GIFT, "staff:ann", 0)
    with stocked.read() as unit:
        assert len(unit.session.scalars(select(RevisionVectors)).all()) == len(SHELF) + 1
    encoder.encoded_texts = 0
    open_answerer(stocked, tmp_path / "elsewhere", encoder)
    assert encoder.encoded_texts == sum(len(questions) for questions in unrelated_questions().values())
    assert text(editor.answerer) == "We wrap it."
    assert encoder.encoded_texts == sum(len(questions) for questions in unrelated_questions().values()) + 1


def test_vectors_that_do_not_fit_their_article_are_made_anew(stocked: Database, tmp_path: Path) -> None:
    open_answerer(stocked, tmp_path)
    with stocked.work() as unit:
        unit.session.execute(update(RevisionVectors).values(rows=1, vectors=b"\0" * 128))
        unit.commit()
    other = open_answerer(stocked, tmp_path / "other")
    assert text(other, "is shipping free").startswith("Standard")
    loaded = other.indexes["en"].current()
    assert loaded.layers.find(
        Question("is shipping free", WordEncoder().encode(["is shipping free"])[0]), None, "everyone", 0.0
    )
