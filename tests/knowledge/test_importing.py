"""Importing folders: good files are kept, bad ones named, and nothing happens twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

import knowledge
from knowledge.articles import ArticleDraft, get_article, published_articles
from knowledge.editing import write_article
from knowledge.importing import import_folder, read_folder
from knowledge.passages import MAX_CHARACTERS, passages
from shop.errors import BadInput
from shop.tables import ArticleRevision
from shop.unit_of_work import Database

DEMO = Path(knowledge.__file__).parent / "demo_articles"
GOOD = """---
title: Returns
category: returns
questions:
  - can I return it
  - can I return it
---

Within 30 days.
"""


def put(folder: Path, name: str, content: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def test_a_good_file_becomes_an_article(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "shop/en/return-item.md", GOOD)
    report = import_folder(database, tmp_path / "shop")
    assert (report.written, report.unchanged, report.problems) == (1, 0, [])
    with database.read() as unit:
        article = get_article(unit.session, "return-item", "en")
    assert (article.title, article.category, article.body) == ("Returns", "returns", "Within 30 days.")
    assert article.questions == ("can I return it",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Only text.", "front matter"),
        ("---\ntitle: [\n---\nText", "not YAML"),
        (b"---\ntitle: caf\xe9\n---\nText", "UTF-8"),
        ("---\ntitle: A\n---\nText", "category"),
        ("---\ntitle: 2024\ncategory: a\n---\nText", "2024"),
        ("---\ntitle: A\ncategory: a\n---\n", "body"),
        ("---\ntitle: A\ncategory: a\nquestions: why\n---\nText", "list"),
        ("---\ntitle: A\ncategory: a\nquestions:\n  - why: because\n---\nText", "quotes"),
        ("---\ntitle: A\ncategory: a\nlanguage: fr\n---\nText", "fr"),
        ("---\ntitle: A\ncategory: a\nslug: Bad Slug\n---\nText", "slug"),
    ],
)
def test_a_bad_file_is_named_with_its_reason_and_the_good_one_kept(
    database: Database, tmp_path: Path, content: str | bytes, reason: str
) -> None:
    put(tmp_path, "shop/en/bad.md", content)
    put(tmp_path, "shop/en/good.md", GOOD)
    report = import_folder(database, tmp_path / "shop")
    assert report.written == 1
    assert [problem.file for problem in report.problems] == ["en/bad.md"]
    assert reason in report.problems[0].reason


def test_a_file_outside_a_language_folder_says_its_language_or_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.md", GOOD.replace("title:", "language: zh\ntitle:"))
    put(tmp_path, "b.md", GOOD)
    incoming, problems = read_folder(tmp_path)
    assert [(text.draft.slug, text.draft.language) for text in incoming] == [("a", "zh")]
    assert [problem.file for problem in problems] == ["b.md"]


def test_the_second_file_of_an_article_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "en/a.md", GOOD)
    put(tmp_path, "en/more/a.md", GOOD)
    drafts, problems = read_folder(tmp_path)
    assert (len(drafts), [problem.file for problem in problems]) == (1, ["en/more/a.md"])


def test_a_second_import_changes_nothing(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "shop/en/a.md", GOOD)
    import_folder(database, tmp_path / "shop")
    report = import_folder(database, tmp_path / "shop")
    assert (report.written, report.unchanged) == (0, 1)


def test_an_edit_by_hand_outlives_the_next_import_of_the_same_file(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "shop/en/a.md", GOOD)
    import_folder(database, tmp_path / "shop")
    with database.work() as unit:
        write_article(unit.session, ArticleDraft("a", "returns", "en", "Returns", "By hand."), "ann")
        unit.commit()
    import_folder(database, tmp_path / "shop")
    with database.read() as unit:
        assert get_article(unit.session, "a", "en").body == "By hand."
    put(tmp_path, "shop/en/a.md", GOOD.replace("30", "60"))
    import_folder(database, tmp_path / "shop")
    with database.read() as unit:
        assert get_article(unit.session, "a", "en").body == "Within 60 days."


def test_if_empty_leaves_a_filled_knowledge_base_alone(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "shop/en/a.md", GOOD)
    assert not import_folder(database, tmp_path / "shop", only_if_empty=True).skipped
    put(tmp_path, "shop/en/b.md", GOOD)
    assert import_folder(database, tmp_path / "shop", only_if_empty=True).skipped
    with database.read() as unit:
        assert unit.session.execute(select(func.count()).select_from(ArticleRevision)).scalar_one() == 1


def test_a_missing_folder_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        import_folder(database, tmp_path / "nowhere")


def test_every_demo_article_is_usable_in_both_languages(database: Database) -> None:
    report = import_folder(database, DEMO)
    assert report.problems == []
    with database.read() as unit:
        english, chinese = (published_articles(unit.session, language) for language in ("en", "zh"))
    assert [(a.slug, a.category) for a in english] == [(a.slug, a.category) for a in chinese]
    assert {a.language for a in english} == {"en"}
    assert {a.language for a in chinese} == {"zh"}
    for article in english + chinese:
        assert article.questions
        assert all(len(passage.shown) <= MAX_CHARACTERS for passage in passages(article.body)), article.slug
