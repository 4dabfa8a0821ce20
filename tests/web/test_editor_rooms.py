"""Gaps, health, import and export, figures and batch tests of the editor, over the real app."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from knowledge.articles import latest_revision
from shop import conversations as talk
from shop import feedback
from shop.clock import now
from shop.tables import Article, GapDecision, QuestionLog
from tests.web.editing import OTHER_LEAD, VIEWER, OpenEditor, open_editor, post, token_of
from tests.web.insiders import Browser

CSV = b"slug,language,title,category,body\nparking,en,Parking,store,Park behind the store.\nbroken,xx,T,c,b\n"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[OpenEditor]:
    """One app for the tests of this file; each uses articles and questions of its own."""
    with open_editor(tmp_path_factory.mktemp("rooms"), empty_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def mia(editor: OpenEditor) -> Browser:
    return editor.loaded()


def shoppers_asked(editor: OpenEditor, *texts: str, language: str = "zh", **values: object) -> None:
    with editor.database.work() as unit:
        for text in texts:
            told = {"outcome": "unanswered", "score": 0.1, "created_at": now(), **values}
            unit.session.add(QuestionLog(language=language, text=text, **told))
        unit.commit()


def gap_id(page: str, question: str) -> str:
    card = page.split(f">{question}</h2>", 1)[1]
    found = re.search(r'name="gap" value="(\d+)"', card)
    assert found
    return found[1]


def done(browser: Browser, started: httpx.Response) -> str:
    """The page that long work leads to."""
    assert started.status_code == 303, started.text
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        page = browser.get(started.headers["Location"])
        if "/editor/jobs/" not in page.url.path:
            return unescape(page.text)
        if 'role="alert"' in page.text:
            return unescape(page.text)
        time.sleep(0.05)
    raise AssertionError("the work never ended")


def upload(browser: Browser, name: str, content: bytes, status: str = "as-file") -> httpx.Response:
    return browser.http.post(
        "/editor/import/file",
        data={"status": status},
        files={"file": (name, content)},
        headers={"X-CSRF-Token": token_of(browser)},
    )


def save_import(browser: Browser, page: str) -> str:
    path = re.search(r'action="(/editor/import/[\w-]+)"', page)
    assert path
    return done(browser, post(browser, path[1]))


def said(editor: OpenEditor, slug: str, language: str = "en") -> str:
    with editor.database.read() as unit:
        revision = latest_revision(unit.session, slug, language)
    return str(revision.body) if revision else ""


# Gaps


def test_gaps_are_grouped_counted_and_dismissed_with_a_reason(editor: OpenEditor, mia: Browser) -> None:
    assert "No gaps in 中文" in mia.get("/editor/gaps?language=zh").text
    shoppers_asked(editor, "engrave rings", "engrave rings", "rings engrave <b>")
    shoppers_asked(editor, "watch battery", created_at=now() - timedelta(days=40), vote=-1)
    page = mia.get("/editor/gaps?language=zh").text
    assert "4 questions in 2 groups" in page
    assert "asked 3 ×" in page
    assert "1 voted down" in page
    assert "<b>" not in page
    assert 'class="spark"' in page
    vera = editor.browser(VIEWER).get("/editor/gaps?language=zh").text
    assert "Dismiss, because" not in vera
    gap = gap_id(page, "watch battery")
    refused = post(mia, "/editor/gaps/dismiss", gap=gap, language="zh", reason=" ")
    assert refused.status_code == 422
    assert "A reason of 1 to 300 characters is needed" in refused.text
    gone = post(mia, "/editor/gaps/dismiss", gap=gap, language="zh", reason="not sold")
    after = mia.get(gone.headers["Location"]).text
    assert "Undo" in after
    assert "watch battery" not in after
    listed = mia.get("/editor/gaps/dismissed?language=zh").text
    assert "watch battery" in listed
    assert "not sold" in listed
    assert "Show again" not in editor.browser(VIEWER).get("/editor/gaps/dismissed?language=zh").text
    undo = re.search(r'name="dismissal" value="(\d+)"', after)
    assert undo
    assert post(editor.browser(VIEWER), "/editor/gaps/reopen", dismissal=undo[1]).status_code == 403
    assert post(mia, "/editor/gaps/reopen", dismissal=undo[1], language="zh").status_code == 303
    assert "watch battery" in mia.get("/editor/gaps?language=zh").text
    assert "Nothing in 中文 is dismissed." in mia.get("/editor/gaps/dismissed?language=zh").text
    assert post(mia, "/editor/gaps/reopen", dismissal=undo[1]).status_code == 404
    assert post(mia, "/editor/gaps/dismiss", gap=gap, language="zh", reason="not sold").status_code == 303
    again = post(mia, "/editor/gaps/dismiss", gap=gap, language="zh", reason="not sold")
    assert "Somebody has decided about these questions already." in again.text


def test_a_gap_becomes_a_published_article(editor: OpenEditor, mia: Browser) -> None:
    shoppers_asked(editor, "bicycles rent", "rent bicycles", language="en")
    gap = gap_id(mia.get("/editor/gaps").text, "rent bicycles")
    form = mia.get(f"/editor/new?language=en&gap={gap}").text
    assert 'value="rent bicycles"' in form
    assert "bicycles rent</textarea>" in form
    told = {"slug": "rent-bicycles", "title": "rent bicycles", "category": "store"}
    told["body"] = "We rent bicycles by the day."
    sent = post(mia, "/editor/new", **told, language="en", gap=gap, action="publish")
    assert sent.headers["Location"].endswith("done=published")
    assert "rent bicycles" not in mia.get("/editor/gaps").text
    answer = post(mia, "/editor/try/ask", question="rent bicycles", ask_language="en", part="1").text
    assert "We rent bicycles by the day." in answer


def test_a_gap_becomes_another_way_to_ask(editor: OpenEditor, mia: Browser) -> None:
    shoppers_asked(editor, "postage fees", language="en")
    gap = gap_id(mia.get("/editor/gaps").text, "postage fees")
    assert post(mia, "/editor/gaps/attach", gap=gap, slug="no-such").status_code == 404
    assert post(mia, "/editor/gaps/attach", gap=gap, slug="shipping-cost").status_code == 303
    assert "postage fees" in mia.get("/editor/articles/shipping-cost").text
    assert "postage fees" not in mia.get("/editor/gaps").text
    with editor.database.read() as unit:
        decided = unit.session.scalars(select(GapDecision).order_by(GapDecision.id.desc())).first()
        assert decided.kind == "attached"
    answer = post(mia, "/editor/try/ask", question="postage fees", ask_language="en", part="1").text
    assert "Standard shipping costs $4.99." in answer


# Import and export


def test_an_import_is_looked_at_before_it_is_saved(editor: OpenEditor, mia: Browser) -> None:
    preview = done(mia, upload(mia, "table.csv", CSV))
    assert "1 new" in preview
    assert "Park behind the store." in preview
    assert "line 3" in preview
    assert "the language must be one of en, zh, got 'xx'" in preview
    assert said(editor, "parking") == ""
    foreign = re.search(r'action="(/editor/import/[\w-]+)"', preview)
    assert foreign
    assert post(editor.browser(OTHER_LEAD), foreign[1]).status_code == 404
    assert "1 text saved, 1 could not be used." in save_import(mia, preview)
    assert said(editor, "parking") == "Park behind the store."
    assert "There is nothing to save." in done(mia, upload(mia, "table.csv", CSV))


def test_everything_is_exported_and_comes_back(editor: OpenEditor, mia: Browser) -> None:
    answer = editor.browser(VIEWER).get("/editor/export.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "en/shipping-cost.md" in archive.namelist()
    assert "0 new" in done(mia, upload(mia, "all.zip", answer.content))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.zip", b"no zip", "This is not a zip that can be read"),
        ("a.exe", b"", "'a.exe' is neither a zip, nor a Markdown file, nor a CSV table"),
        ("a.csv", b"a,b\n1,2\n", "The table has no column slug"),
        ("en/a.md", "---\ntitle: é\n---\nx".encode("latin-1"), "the file is not UTF-8"),
        ("", b"", "Choose a file"),
    ],
)
def test_bad_files_are_named(mia: Browser, name: str, content: bytes, words: str) -> None:
    sent = upload(mia, name, content)
    assert words in (unescape(sent.text) if sent.status_code == 422 else done(mia, sent))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:22/", "http://[::1]/", "http://169.254.169.254/", "file:///etc/passwd"]
)
def test_addresses_inside_the_network_are_refused(mia: Browser, url: str) -> None:
    page = done(mia, post(mia, "/editor/import/web", url=url, category="store"))
    assert 'role="alert"' in page
    assert "What the import would change" not in page
    assert post(mia, "/editor/import/web", url=url, category="").status_code == 422


def test_work_is_seen_by_whoever_began_it_only(editor: OpenEditor, mia: Browser) -> None:
    started = upload(mia, "table.csv", CSV).headers["Location"]
    leo = editor.browser(OTHER_LEAD)
    assert leo.get(started).status_code == 404
    assert leo.get(f"{started}/progress").status_code == 404
    assert set(mia.get(f"{started}/progress").json()) == {"is_over", "done", "total"}


# Batch tests


def test_a_batch_shows_what_a_draft_would_change(editor: OpenEditor, mia: Browser) -> None:
    questions = "how much is shipping | en | shipping-cost\nsharpen knives | en | knives\n营业 | -"
    assert "No lists yet." in mia.get("/editor/tests").text
    assert post(mia, "/editor/tests/save", name="Before Friday", questions=questions).status_code == 303
    told = {"title": "Sharpen knives", "body": "We sharpen knives on Fridays.", "category": "store", "slug": "knives"}
    post(mia, "/editor/new", **told, language="en", action="save")
    vera = editor.browser(VIEWER)
    page = done(vera, post(vera, "/editor/tests/run", name="Before Friday", slug="knives"))
    assert "3 questions, as if 1 draft was published." in page
    assert "2 → 3" in page
    assert page.index("sharpen knives") < page.index("how much is shipping")  # what changes comes first
    assert "no answer" in page
    broken = post(mia, "/editor/tests/save", name="Broken", questions="fine | en | a\nno slug here")
    assert broken.status_code == 422
    assert "Line 2 must be like" in broken.text
    assert "no slug here" in broken.text
    edited = mia.get("/editor/tests?edit=Before+Friday").text
    assert "营业 | zh | -" in edited
    assert post(mia, "/editor/tests/delete", name="Before Friday").status_code == 303
    assert post(mia, "/editor/tests/run", name="Before Friday").status_code == 404


# Figures and health


def test_figures_count_and_plot(editor: OpenEditor, mia: Browser) -> None:
    with editor.database.read() as unit:
        article_id = unit.session.scalar(select(Article.id).where(Article.slug == "opening-hours"))
        before = unit.session.scalar(select(func.count()).select_from(QuestionLog).where(QuestionLog.language == "en"))
    shoppers_asked(editor, "when", "when", language="en", outcome="answered", article_id=article_id, vote=1)
    page = mia.get("/editor/figures?language=en&days=7").text
    assert f"of {before + 2} questions" in page
    assert "100%" in page
    assert 'class="series-0"' in page
    assert re.search(r'opening-hours">Opening hours</a></th><td data-label="Answers">2</td>', page)
    assert "Questions by week" in mia.get("/editor/figures?days=365").text
    assert mia.get("/editor/figures?days=0").status_code == 422
    with editor.database.work() as unit:
        rated = talk.open_conversation(unit.session, "en").id
        answer = talk.append_message(unit.session, rated, talk.Draft("bot", "words"))
        feedback.vote(unit.session, rated, answer.seq, -1)
        feedback.rate(unit.session, rated, 4, "<i>fine</i>")
        unit.commit()
    rated_page = mia.get("/editor/figures?language=en&days=7").text
    assert "from 1 rating<" in rated_page
    assert "of 1 thumb<" in rated_page
    assert "&lt;i&gt;fine&lt;/i&gt;" in rated_page
    # SVG is drawn without inline styles, which the policy forbids.
    assert "style=" not in page


def test_twins_and_stale_articles_are_shown(editor: OpenEditor, mia: Browser) -> None:
    words = "Wool coats are washed by hand in cold water for {} minutes and dried flat."
    for slug, minutes in (("wool-one", 5), ("wool-two", 9)):
        told = {"slug": slug, "title": slug, "body": words.format(minutes), "category": "care", "language": "en"}
        assert post(mia, "/editor/new", **told, valid_until="2026-11-24T00:00", action="publish").status_code == 303
    page = done(mia, post(mia, "/editor/health/twins/en"))
    assert "contradiction" in page
    assert "for 5 minutes" in page
    assert "for 9 minutes" in page
    assert "wool-one" in mia.get("/editor/health").text
