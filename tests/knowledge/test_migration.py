"""A knowledge base from before editions keeps answering with what it said."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import text

from knowledge.articles import change_now, published_articles
from shop.database import open_engine
from shop.migrations import _config, upgrade
from shop.unit_of_work import Database


def test_the_newest_revision_of_before_is_the_published_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'aisle.db'}"
    command.upgrade(_config(url), "0002")
    database = Database(open_engine(url))
    at = "'2026-01-01 00:00:00'"
    with database.work() as unit:
        for number, status in enumerate(("published", "draft"), 1):
            unit.session.execute(
                text(f"INSERT INTO articles VALUES ({number}, 's{number}', 'returns', '{status}', {at}, {at})")
            )
            for revision in (1, 2):
                unit.session.execute(
                    text(
                        "INSERT INTO article_revisions (article_id, language, number, title, body, questions, author,"
                        f" created_at) VALUES ({number}, 'en', {revision}, 'T{revision}', 'B', '[]', 'import', {at})"
                    )
                )
        unit.commit()
    upgrade(url)
    with database.read() as unit:
        assert change_now(unit.session) == 1
        assert [(a.slug, a.title, a.category) for a in published_articles(unit.session, "en")] == [
            ("s1", "T2", "returns")
        ]
    command.downgrade(_config(url), "0002")
    upgrade(url)
    database.close()
