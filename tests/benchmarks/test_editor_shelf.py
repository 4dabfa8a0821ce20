"""The copied shelf that the editor's pages are measured with."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks.editor_shelf import fill
from knowledge.analytics import analytics
from knowledge.articles import count_articles, published_articles
from knowledge.editing import write_article
from knowledge.index import Entry
from knowledge.vectors import KeptVectors
from shop.clock import now
from shop.database import open_engine
from shop.settings import Settings
from shop.tables import Base, QuestionLog
from shop.unit_of_work import Database
from tests.knowledge.conftest import SHELF, WordEncoder


def test_copies_are_whole_articles_with_vectors_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(open_engine(f"sqlite:///{tmp_path / 'aisle.db'}"))
    Base.metadata.create_all(database.engine)
    encoder = WordEncoder()
    monkeypatch.setattr("benchmarks.editor_shelf.load_encoder", lambda settings, language: encoder)
    with database.work() as unit:
        for draft in SHELF:
            write_article(unit.session, draft, "test")
        unit.commit()
    fill(Settings(state_dir=tmp_path, database_url=""), database, articles=10, questions=40, seed=1)
    with database.read() as unit:
        assert count_articles(unit.session) == 10
        copies = [one for one in published_articles(unit.session, "en") if one.slug not in {d.slug for d in SHELF}]
        assert (
            unit.session.scalar(select(func.count()).select_from(QuestionLog)) == 20
        )  # half of them in Chinese, of which there is no article
        found = analytics(unit.session, now().date().replace(year=now().year - 1), now().date())
    assert len({(one.slug, one.title) for one in copies}) == 7
    before = encoder.encoded_texts
    vectors = KeptVectors(database, encoder).of(copies, [Entry.of(one) for one in copies])
    assert encoder.encoded_texts == before  # all are kept
    assert len({made.tobytes() for made in vectors}) == 7
    assert found.total("ratings") > 0
    assert found.total("up_votes") > 0
    database.close()
