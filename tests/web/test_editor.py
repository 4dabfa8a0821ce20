"""The editor's list, article pages, previews and history, over the real app."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge.articles import latest_revision
from shop.clock import now
from shop.tables import Article, ArticleEdition, ArticleRevision
from tests.web.editing import AGENT, OTHER_LEAD, VIEWER, OpenEditor, open_editor, post
from tests.web.insiders import Browser

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3))"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[OpenEditor]:
    """One app for the tests of this file; each uses articles of its own."""
    with open_editor(tmp_path_factory.mktemp("editor"), empty_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def mia(editor: OpenEditor) -> Browser:
    return editor.browser()


def fields(**changed: str) -> dict[str, str]:
    told = {"title": "Gift wrapping", "body": "We wrap gifts for free.", "questions": "do you wrap gifts\n\nwrap it"}
    return {**told, "category": "orders", "audience": "everyone", "action": "save", "based_on": "0", **changed}


def newest(editor: OpenEditor, slug: str, language: str = "en") -> ArticleRevision:
    with editor.database.read() as unit:
        revision = latest_revision(unit.session, slug, language)
    assert revision is not None
    return revision


def status(editor: OpenEditor, slug: str) -> str:
    with editor.database.read() as unit:
        return str(unit.session.scalar(select(Article.status).where(Article.slug == slug)))


def asked(browser: Browser, question: str, **draft: str) -> str:
    answer = post(browser, "/editor/try/ask", question=question, ask_language="en", part="1", **draft)
    return unescape(answer.text)


# Who may come in


def test_the_room_is_for_leads_and_viewers(editor: OpenEditor, mia: Browser) -> None:
    assert Browser(editor.address).get("/editor").url.path == "/staff/sign-in"
    assert editor.browser(AGENT).http.get("/editor").status_code == 403
    assert 'href="/editor"' in mia.get("/staff").text
    page = editor.browser(VIEWER).get("/editor")
    assert (page.status_code, "New article" in page.text) == (200, False)


def test_a_viewer_reads_and_asks_but_changes_nothing(editor: OpenEditor) -> None:
    vera = editor.browser(VIEWER)
    page = vera.get("/editor/articles/shipping-cost").text
    assert "Standard shipping costs $4.99." in page
    assert "Save draft" not in page
    assert "Shipping cost" in asked(vera, "how much is shipping")
    for path in (
        "/editor/new",
        "/editor/articles/shipping-cost/en",
        "/editor/articles/shipping-cost/status",
        "/editor/articles/shipping-cost/en/restore",
        "/editor/gaps/dismiss",
        "/editor/gaps/attach",
        "/editor/import/file",
        "/editor/import/web",
        "/editor/import/any",
        "/editor/tests/save",
        "/editor/tests/delete",
    ):
        answer = post(vera, path, **fields(slug="shipping-cost", to="archive", number="1", gap="1"))
        assert answer.status_code == 403, path
    assert newest(editor, "shipping-cost").number == 1
    assert status(editor, "shipping-cost") == "published"


def test_a_form_of_another_site_changes_nothing(editor: OpenEditor, mia: Browser) -> None:
    for path in ("/editor/new", "/editor/articles/shipping-cost/en", "/editor/articles/shipping-cost/status"):
        assert mia.http.post(path, data=fields(slug="foreign", to="archive")).status_code == 403
        forged = fields(slug="foreign", to="archive", csrf_token="forged")
        assert mia.http.post(path, data=forged).status_code == 403
    assert "foreign" not in mia.get("/editor?q=foreign").text.split("<main", 1)[1].split("No article matches", 1)[1]


def test_only_people_inside_may_send_much(editor: OpenEditor, mia: Browser) -> None:
    stranger = Browser(editor.address)
    assert stranger.http.post("/editor/new", data=fields(body="a" * 100_000)).status_code == 401
    assert mia.http.post("/editor/gaps/dismiss", data={"reason": "a" * 100_000}).status_code == 413
    assert mia.http.post("/editor/new", data={"body": "a" * (4 * 1024 * 1024)}).status_code == 413


# The list


def test_the_list_finds_and_filters(editor: OpenEditor, mia: Browser) -> None:
    editor.write("old-story", category="stories")
    editor.write("old-draft", "draft", category="stories")
    editor.write("nur-zh", category="stories", language="zh", title="营业时间")
    long_ago = now() - timedelta(days=500)
    with editor.database.work() as unit:
        unit.session.execute(Article.__table__.update().where(Article.slug == "old-story").values(updated_at=long_ago))
        unit.commit()

    def found(query: str) -> set[str]:
        page = mia.get(f"/editor?category=stories&{query}").text
        return {slug for slug in ("old-story", "old-draft", "nur-zh") if f'<span class="quiet">{slug}</span>' in page}

    assert found("") == {"old-story", "old-draft", "nur-zh"}
    assert found("q=OLD-") == {"old-story", "old-draft"}
    assert found("q=营业") == {"nur-zh"}
    assert found("status=draft") == {"old-draft"}
    assert found("language=zh") == {"nur-zh"}
    assert found("language=en") == {"old-story", "old-draft"}
    assert found("only=changed") == {"old-draft"}
    assert found("only=stale") == {"old-story"}
    assert found("only=stale&q=draft") == set()
    assert found("q=100%25") == set()
    assert "No article matches." in mia.get("/editor?q=nothing-like-it").text
    assert "There is no page 9." in mia.get("/editor?page=9").text
    assert mia.get("/editor?page=0").status_code == 422


# Writing


def test_an_article_is_written_tried_published_and_archived(editor: OpenEditor, mia: Browser) -> None:
    made = post(mia, "/editor/new", **fields(language="en", slug=""))
    assert made.headers["Location"] == "/editor/articles/gift-wrapping?language=en&done=created"
    page = mia.get(made.headers["Location"]).text
    assert "The draft is saved." in page
    assert "do you wrap gifts\nwrap it" in page
    assert "no answer" in asked(mia, "do you wrap gifts")

    path = "/editor/articles/gift-wrapping/en"
    published = post(mia, path, **fields(action="publish", based_on="1"))
    assert "done=published" in published.headers["Location"]
    assert "We wrap gifts for free." in asked(mia, "do you wrap gifts")

    post(mia, "/editor/articles/gift-wrapping/status", to="archive", language="en")
    assert "no answer" in asked(mia, "do you wrap gifts")
    post(mia, "/editor/articles/gift-wrapping/status", to="republish", language="en")
    assert "We wrap gifts for free." in asked(mia, "do you wrap gifts")
    post(mia, "/editor/articles/gift-wrapping/status", to="withdraw", language="en")
    assert status(editor, "gift-wrapping") == "draft"
    assert post(mia, "/editor/articles/gift-wrapping/status", to="burn").status_code == 422
    assert post(mia, "/editor/articles/no-such/status", to="archive").status_code == 404


def test_an_unsaved_text_is_asked_without_keeping_it(editor: OpenEditor, mia: Browser) -> None:
    unsaved = fields(
        slug="", language="en", title="Bicycle repair", body="Every bicycle repair takes two days.", questions=""
    )
    answer = asked(mia, "how long does a bicycle repair take", **unsaved)
    with_text, now_answered = answer.split("What it answers now")
    assert "Every bicycle repair takes two days." in with_text
    assert "this text" in with_text
    assert "Every bicycle repair takes two days." not in now_answered
    assert "No article matches." in mia.get("/editor?q=bicycle").text
    assert "cannot be tried yet: The body is empty." in asked(mia, "anything", **{**unsaved, "body": " "})
    assert "Type a question" in asked(mia, " ")
    whole_page = mia.send("/editor/articles/shipping-cost", "/editor/try/ask", question="how much is shipping")
    assert "As published now" in whole_page.text
    assert "<main" in whole_page.text  # without a script


def test_both_languages_of_an_article(editor: OpenEditor, mia: Browser) -> None:
    editor.write("two-tongues", body="Said in English.", category="special")
    page = mia.get("/editor/articles/two-tongues?language=zh").text
    assert "Said in English." in page  # beside the empty form
    assert 'name="category" value="special"' in page
    chinese = fields(title="中文", body="用中文说。", questions="", category="special", action="publish")
    sent = post(mia, "/editor/articles/two-tongues/zh", **chinese)
    assert sent.status_code == 303
    assert newest(editor, "two-tongues", "zh").body == "用中文说。"
    assert newest(editor, "two-tongues").body == "Said in English."


def test_dates_are_kept_as_typed(editor: OpenEditor, mia: Browser) -> None:
    editor.write("dated")
    sent = fields(valid_from="2026-01-01T09:30", valid_until="2027-01-01T00:00", based_on="1")
    assert post(mia, "/editor/articles/dated/en", **sent).status_code == 303
    page = mia.get("/editor/articles/dated").text
    assert 'value="2026-01-01T09:30"' in page
    assert 'value="2027-01-01T00:00"' in page
    wrong = post(mia, "/editor/articles/dated/en", **fields(valid_until="soon", based_on="2", body="Kept words."))
    assert wrong.status_code == 422
    assert "got &#39;soon&#39;" in wrong.text
    assert "Kept words." in wrong.text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": " "}, "The title is empty."),
        ({"slug": "Not A Slug"}, "The slug must be small letters, digits and hyphens"),
        ({"title": "中文", "slug": ""}, "The address is empty and cannot be made of this title"),
        ({"slug": "shipping-cost"}, "belongs to &#39;Shipping cost&#39; already"),
        ({"questions": "q" * 301}, "The question may have 300 characters, got 301."),
        ({"body": "kept " * 250_000}, "The body may have 50,000 characters, got 1,249,999."),
    ],
)
def test_what_cannot_be_used_comes_back_with_the_reason(mia: Browser, changed: dict[str, str], words: str) -> None:
    sent = fields(**{"slug": "unusable", "body": "kept words", "language": "en", **changed})
    page = post(mia, "/editor/new", **sent)
    assert page.status_code == 422
    assert words in page.text
    assert "kept " in page.text


def test_markdown_runs_no_script(editor: OpenEditor, mia: Browser) -> None:
    editor.write("hostile", "draft", title="<b>Hostile</b>", body=HOSTILE)
    editor.write("hostile-public", title="<b>Hostile</b>", body=HOSTILE)
    preview = post(mia, "/editor/try/preview", **fields(title="Hostile", body=HOSTILE)).text
    assert "Scripts, styles and frames are left out" in preview
    pages = [preview, asked_raw(mia, "hostile"), mia.get("/editor?q=hostile").text]
    pages += [mia.get(f"/editor/articles/hostile{part}").text for part in ("", "/history")]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img" not in page.replace('<img src="/static/staff/mark.svg"', "").replace('<img src="x">', "")
        assert 'href="javascript' not in page
        assert "<b>Hostile" not in page
    policy = mia.get("/editor/articles/hostile").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


def asked_raw(browser: Browser, question: str) -> str:
    return post(browser, "/editor/try/ask", question=question, ask_language="en", part="1").text


def test_two_leads_editing_the_same_article_lose_nothing(editor: OpenEditor, mia: Browser) -> None:
    editor.write("contested", body="First line.\nShared line.")
    leo = editor.browser(OTHER_LEAD)
    theirs = fields(title="Contested", body="First line by Leo.\nShared line.", based_on="1")
    assert post(leo, "/editor/articles/contested/en", **theirs).status_code == 303
    mine = fields(title="Contested", body="First line by Mia.\nShared line.", based_on="1")
    page = post(mia, "/editor/articles/contested/en", **mine)
    assert page.status_code == 409
    assert "Leo saved revision 2 while you were writing" in page.text
    assert "<del>Leo</del>" in page.text
    assert "<ins>Mia</ins>" in page.text
    assert "First line by Mia.\nShared line.</textarea>" in page.text
    assert 'name="based_on" value="2"' in page.text
    assert newest(editor, "contested").body.startswith("First line by Leo.")
    assert post(mia, "/editor/articles/contested/en", **{**mine, "based_on": "2"}).status_code == 303
    history = mia.get("/editor/articles/contested/history?old=2&new=3").text
    assert "<del>Leo</del>" in history


# History


def test_an_old_revision_is_compared_and_restored_and_that_undone(editor: OpenEditor, mia: Browser) -> None:
    editor.write("storied", body="The first words.")
    changed = fields(title="About storied", body="The second words.", based_on="1", action="publish", category="store")
    done = post(mia, "/editor/articles/storied/en", **changed).headers["Location"]
    assert "undo=1" in done
    page = mia.get("/editor/articles/storied/history").text
    assert "<del>first</del>" in page
    assert "<ins>second</ins>" in page
    assert "Mia" in page
    restored = mia.send("/editor/articles/storied/history", "/editor/articles/storied/en/restore")
    assert restored.headers["Location"].endswith("done=restored&undo=2")
    assert newest(editor, "storied").body == "The first words."
    assert "The first words." in asked(mia, "About storied")  # live at once
    undone = mia.send(restored.headers["Location"], "/editor/articles/storied/en/restore")
    assert undone.status_code == 303
    assert newest(editor, "storied").body == "The second words."
    stale = post(mia, "/editor/articles/storied/en/restore", number="1", based_on="1")
    assert stale.status_code == 409
    assert "Nothing was changed" in stale.text
    for path in (
        "/editor/articles/storied/history?language=zh",
        "/editor/articles/no-such",
        "/editor/articles/x/history",
    ):
        assert mia.get(path).status_code == 404


# The last, as it fills the list for good


def test_ten_thousand_articles_are_no_burden(editor: OpenEditor, mia: Browser) -> None:
    rows = range(100, 10_100)
    common = {"status": "published", "audience": "everyone", "created_at": now(), "updated_at": now(), "change": 0}
    with editor.database.work() as unit:
        unit.session.bulk_insert_mappings(
            Article, [{"id": n, "slug": f"article-{n}", "category": f"c{n % 9}", **common} for n in rows]
        )
        edition = {"language": "en", "latest_number": 1, "published_number": None}
        titled = [{"article_id": n, "title": f"Article number {n}", **edition} for n in rows]
        unit.session.bulk_insert_mappings(ArticleEdition, titled)
        unit.commit()
    for query in (
        "",
        "?page=200",
        "?q=number+9999",
        "?category=c3&status=published",
        "?only=stale",
        "?only=changed",
    ):
        assert mia.get(f"/editor{query}").status_code == 200
    assert "Page 1 of 20" in mia.get("/editor").text
