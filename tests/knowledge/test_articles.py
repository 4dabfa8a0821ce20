"""Articles and revisions: nothing is ever overwritten, and the newest counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from knowledge.articles import ArticleDraft, get_article, latest_revision, published_articles
from knowledge.editing import set_status, write_article
from shop.errors import BadInput, NotFound
from shop.tables import ArticleRevision
from shop.unit_of_work import Database

DRAFT = ArticleDraft("returns", "returns", "en", "Returns", "Within 30 days.", ("can I return it",))


def write(database: Database, draft: ArticleDraft, author: str = "ann") -> bool:
    with database.work() as unit:
        changed = write_article(unit.session, draft, author)
        unit.commit()
        return changed


def test_a_change_is_a_new_revision_and_the_old_one_stays(database: Database) -> None:
    assert write(database, DRAFT)
    assert write(database, replace(DRAFT, body="Within 60 days."), "bob")
    with database.read() as unit:
        rows = unit.session.scalars(select(ArticleRevision).order_by(ArticleRevision.number)).all()
        assert [(row.number, row.body, row.author) for row in rows] == [
            (1, "Within 30 days.", "ann"),
            (2, "Within 60 days.", "bob"),
        ]
        assert get_article(unit.session, "returns", "en").body == "Within 60 days."


def test_saying_the_same_again_writes_nothing(database: Database) -> None:
    write(database, DRAFT)
    assert not write(database, DRAFT, "bob")
    with database.read() as unit:
        assert len(unit.session.scalars(select(ArticleRevision)).all()) == 1


def test_a_new_category_alone_is_a_revision_too(database: Database) -> None:
    write(database, DRAFT)
    assert write(database, replace(DRAFT, category="orders"))
    with database.read() as unit:
        article = get_article(unit.session, "returns", "en")
        assert (article.category, article.number) == ("orders", 2)


def test_languages_are_numbered_apart_and_stand_in_for_one_another(database: Database) -> None:
    write(database, DRAFT)
    write(database, replace(DRAFT, body="Newer."))
    write(database, replace(DRAFT, language="zh", title="退货", body="30 天内。", questions=()))
    write(database, replace(DRAFT, slug="only-english"))
    with database.read() as unit:
        chinese = get_article(unit.session, "returns", "zh")
        assert (chinese.title, chinese.number) == ("退货", 1)
        assert get_article(unit.session, "only-english", "zh").language == "en"
        listed = [(article.slug, article.language) for article in published_articles(unit.session, "zh")]
        assert listed == [("only-english", "en"), ("returns", "zh")]
        assert [article.body for article in published_articles(unit.session, "en")] == ["Within 30 days.", "Newer."]


def test_only_published_articles_are_read(database: Database) -> None:
    write(database, DRAFT)
    with database.work() as unit:
        set_status(unit.session, "returns", "archived")
        unit.commit()
    with database.read() as unit:
        assert published_articles(unit.session, "en") == []
        with pytest.raises(NotFound, match="returns"):
            get_article(unit.session, "returns", "en")


def test_the_newest_revision_of_one_author(database: Database) -> None:
    write(database, DRAFT, "import")
    write(database, replace(DRAFT, body="By hand."), "ann")
    with database.read() as unit:
        newest, imported = (latest_revision(unit.session, "returns", "en", author) for author in (None, "import"))
        assert newest is not None
        assert imported is not None
        assert (newest.body, imported.body) == ("By hand.", "Within 30 days.")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"slug": "No Spaces"}, "slug"),
        ({"language": "fr"}, "language"),
        ({"title": "  "}, "title"),
        ({"body": ""}, "body"),
        ({"category": ""}, "category"),
        ({"title": "x" * 201}, "201"),
        ({"questions": ("fine", " ")}, "question"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(database: Database, change: dict[str, object], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        write(database, replace(DRAFT, **change))


def test_an_unknown_status_or_article_is_refused(database: Database) -> None:
    with database.work() as unit:
        with pytest.raises(BadInput, match="'gone'"):
            set_status(unit.session, "returns", "gone")
        with pytest.raises(NotFound):
            set_status(unit.session, "returns", "archived")
