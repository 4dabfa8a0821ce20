"""What is exported imports again to the same; tables and wrong encodings."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import event

import knowledge
from knowledge.articles import ArticleDraft, published_articles
from knowledge.editor import Editor
from knowledge.exporting import export, read_zip
from knowledge.importing import carry_out, import_folder, plan, read_file
from knowledge.importing_csv import read_csv
from shop.database import open_engine
from shop.errors import BadInput
from shop.tables import Base
from shop.unit_of_work import Database

ODD = ArticleDraft(
    "odd-one",
    "orders",
    "en",
    'A: "colon", #hash',
    "---\n\nBody: with --- rules\n\n---\n\n    code",
    ("yes", "null", "2024-01-01", "- dash", "what's 'this'?", "多少钱"),
    audience="customers",
    valid_from=datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc),
    valid_until=datetime(2027, 1, 1, tzinfo=timezone.utc),
)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    database = Database(open_engine(f"sqlite:///{tmp_path / 'other.db'}"))
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def packed(database: Database) -> bytes:
    return b"".join(export(database))


def statements_of(database: Database) -> int:
    """How many statements an export takes."""
    said: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    packed(database)
    event.remove(database.engine, "before_cursor_execute", note)
    return len(said)


def brought_in(database: Database, content: bytes) -> None:
    incoming, problems = read_zip(content)
    assert problems == []
    with database.work() as unit:
        carry_out(unit.session, incoming, "staff:ann")
        unit.commit()


def test_an_export_imports_again_to_the_very_same(editor: Editor, empty: Database) -> None:
    editor.save_and_publish(ODD, "staff:ann", 0)
    editor.save(replace(ODD, body="Not yet."), "staff:ann", 1)
    editor.save_and_publish(replace(ODD, language="zh", title="怪"), "staff:ann", 0)
    editor.create(replace(ODD, slug="only-a-draft"), "staff:ann")
    editor.save_and_publish(replace(ODD, slug="archived"), "staff:ann", 0)
    editor.save_and_publish(replace(ODD, slug="archived", language="zh"), "staff:ann", 0)
    editor.archive("archived", "staff:ann")
    content = packed(editor.database)
    brought_in(empty, content)
    assert packed(empty) == content
    with editor.database.read() as ours, empty.read() as theirs:
        for language in ("en", "zh"):
            texts = [
                [(t.slug, t.title, t.body, t.questions, t.audience, t.valid_from, t.valid_until) for t in found]
                for found in (published_articles(ours.session, language), published_articles(theirs.session, language))
            ]
            assert texts[0] == texts[1]
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert {"en/odd-one.md", "drafts/en/odd-one.md", "drafts/en/only-a-draft.md", "zh/archived.md"} <= set(names)


def test_the_demo_articles_survive_the_way_out_and_in(database: Database, empty: Database) -> None:
    import_folder(database, Path(knowledge.__file__).parent / "demo_articles")
    content = packed(database)
    brought_in(empty, content)
    assert packed(empty) == content


def test_an_export_comes_in_parts_that_are_the_same_zip(
    editor: Editor, empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = packed(editor.database)
    monkeypatch.setattr("knowledge.exporting._PART", 1)
    parts = list(export(editor.database))
    assert len(parts) == 4  # of three articles, and the table of contents
    assert b"".join(parts) == whole
    assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None
    assert zipfile.ZipFile(io.BytesIO(packed(empty))).namelist() == []


def test_many_articles_are_exported_with_no_more_queries_than_few(editor: Editor) -> None:
    few = statements_of(editor.database)
    for number in range(20):
        editor.save_and_publish(replace(ODD, slug=f"odd-{number}"), "staff:ann", 0)
    assert statements_of(editor.database) == few


def test_a_plan_shows_what_would_happen_and_saves_nothing(editor: Editor) -> None:
    before = packed(editor.database)
    incoming, _ = read_zip(before)
    changed = replace(incoming[0], draft=replace(incoming[0].draft, body="Other."))
    new = replace(incoming[0], draft=ODD)
    with editor.database.read() as unit:
        planned = plan(unit.session, [changed, incoming[1], new])
    assert [(one.effect, one.current and one.current.slug) for one in planned] == [
        ("changed", "opening-hours"),
        ("unchanged", "reset-password"),
        ("new", None),
    ]
    assert packed(editor.database) == before


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 broken"])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput, match="not a zip"):
        read_zip(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("---\ntitle: 退货\ncategory: a\n---\n三十天内可以退货，请保留包装。".encode("gb18030"), "not UTF-8"),
        ("---\ntitle: caf\u00e9\ncategory: a\n---\nText".encode("latin-1"), "save it as UTF-8"),
        (b"x" * 1_000_001, "1,000,001 bytes"),
    ],
)
def test_wrong_encodings_and_sizes_are_said(content: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read_file("en/a.md", content)


def test_utf_16_that_says_so_is_read() -> None:
    content = "---\ntitle: 退货\ncategory: a\nvalid_until: 2027-01-01\n---\n三十天。".encode("utf-16")
    draft = read_file("zh/a.md", content).draft
    assert (draft.title, draft.valid_until) == ("退货", datetime(2027, 1, 1, tzinfo=timezone.utc))


def test_a_table_of_articles_is_read_row_by_row() -> None:
    table = (
        "Slug;Language;Title;Category;Body;Questions\r\n"
        'a;en;A;x;"Line one\nline two";how | why\r\n'
        "a;zh;甲;x;正文;\r\n"
        "a;en;again;x;Text;\r\n"
        "B C;en;B;x;Text;\r\n"
        "d;en;D;x;Text;;too;many\r\n"
    )
    incoming, problems = read_csv(table.encode("utf-8-sig"))
    assert [(one.draft.slug, one.draft.language, one.draft.questions) for one in incoming] == [
        ("a", "en", ("how", "why")),
        ("a", "zh", ()),
    ]
    assert incoming[0].draft.body == "Line one\nline two"
    assert [problem.file for problem in problems] == ["line 5", "line 6", "line 7"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"slug,title\na,b\n", "no column language, category, body"),
        (b"slug,language,title,category,body,price\n", "price"),
        (b'slug,language,title,category,body\na,en,A,x,"open\n', "line"),
        (b"", "no column"),
        (b"\xff\xfe", "no column"),
    ],
)
def test_what_is_no_table_of_articles_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read_csv(content)
