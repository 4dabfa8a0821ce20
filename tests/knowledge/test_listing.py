"""The editor's list: filters, pages, and ten thousand articles."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import insert

from knowledge.articles import ArticleDraft
from knowledge.editor import Editor
from knowledge.listing import ListFilter, categories, list_articles
from shop.clock import now
from shop.errors import BadInput
from shop.tables import Article, ArticleEdition
from shop.unit_of_work import Database


def slugs(database: Database, **chosen: object) -> list[str]:
    with database.read() as unit:
        return [article.slug for article in list_articles(unit.session, ListFilter(order="slug", **chosen)).articles]


def test_filters_narrow_the_list(editor: Editor) -> None:
    editor.create(ArticleDraft("gift-wrap", "orders", "zh", "礼品_包装", "我们包装。"), "staff:ann")
    editor.archive("opening-hours", "staff:ann")
    editor.save(ArticleDraft("shipping-cost", "shipping", "en", "Shipping prices", "Free."), "staff:ann", 1)
    base = editor.database
    assert slugs(base) == ["gift-wrap", "opening-hours", "reset-password", "shipping-cost"]
    assert slugs(base, status="archived") == ["opening-hours"]
    assert slugs(base, category="account") == ["reset-password"]
    assert slugs(base, text="SHIPPING pri") == ["shipping-cost"]
    assert slugs(base, text="_") == ["gift-wrap"]  # not a wildcard
    assert slugs(base, missing_language="en") == ["gift-wrap"]
    assert slugs(base, unpublished_changes=True) == ["gift-wrap", "shipping-cost"]
    with base.read() as unit:
        newest = list_articles(unit.session).articles[0]
        assert (newest.slug, newest.title("zh"), newest.title("en")) == (
            "shipping-cost",
            "Shipping prices",
            "Shipping prices",
        )
        assert newest.editions[0].has_unpublished_changes
        assert categories(unit.session) == {"account": 1, "orders": 1, "shipping": 1, "store": 1}


def test_a_page_that_cannot_be_is_refused(database: Database) -> None:
    with database.read() as unit, pytest.raises(BadInput, match="got 0"):
        list_articles(unit.session, page=0)


def test_ten_thousand_articles_are_listed_in_a_moment(database: Database) -> None:
    moment = now()
    articles = [
        {
            "id": n,
            "slug": f"article-{n}",
            "category": f"c{n % 9}",
            "status": "published",
            "created_at": moment,
            "updated_at": moment,
        }
        for n in range(1, 10_001)
    ]
    editions = [
        {
            "article_id": n,
            "language": language,
            "title": f"Title {n} {language}",
            "latest_number": 1,
            "published_number": 1,
        }
        for n in range(1, 10_001)
        for language in ("en", "zh")
    ]
    with database.work() as unit:
        unit.session.execute(insert(Article), articles)
        unit.session.execute(insert(ArticleEdition), editions)
        unit.commit()
    for chosen, total in (
        (ListFilter(), 10_000),
        (ListFilter(text="title 99"), 111),
        (ListFilter(category="c3"), 1111),
    ):
        with database.read() as unit:
            started = time.perf_counter()
            page = list_articles(unit.session, chosen, page=2)
            assert time.perf_counter() - started < 0.7
        assert (page.total, len(page.articles)) == (total, 50)


def test_among_some_articles_the_longest_untouched_come_first(stocked: Database) -> None:
    with stocked.read() as unit:
        found = list_articles(unit.session, ListFilter(category="store"), 1, 50, {"opening-hours", "shipping-cost"})
        first = list_articles(unit.session, None, 1, 1, {"opening-hours", "shipping-cost"})
        second = list_articles(unit.session, None, 2, 1, {"opening-hours", "shipping-cost"})
    assert [one.slug for one in found.articles] == ["opening-hours"]
    assert [first.articles[0].slug, second.articles[0].slug, first.total] == ["shipping-cost", "opening-hours", 2]
