"""What people at the pages see of a server that is started anew."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from shop.errors import NotReady
from shop.settings import Settings
from tests.knowledge.conftest import WordEncoder
from tests.web.editing import LEAD, OTHER_LEAD, OpenEditor, open_editor, post
from tests.web.insiders import Browser
from tests.web.served import served, wait_until
from tests.web.test_editor_rooms import done, said, save_import, upload


def test_a_preview_survives_a_restart_and_a_text_edited_since_is_left_alone(
    tmp_path: Path, empty_database: Path
) -> None:
    with open_editor(tmp_path, empty_database) as editor:
        _look_restart_save(editor, editor.browser())


def _look_restart_save(editor: OpenEditor, mia: Browser) -> None:
    told = {"slug": "cloakroom", "title": "Cloakroom", "category": "store", "language": "en"}
    post(mia, "/editor/new", **told, body="Downstairs.", action="publish")
    table = (
        b"slug,language,title,category,body\ncloakroom,en,Cloakroom,store,Upstairs.\nlockers,en,Lockers,store,Free.\n"
    )
    preview = done(mia, upload(mia, "rooms.csv", table))
    path = re.search(r'action="(/editor/import/[\w-]+)"', preview)
    assert path
    editor.write("cloakroom", title="Cloakroom", body="In the yard.")
    with served(editor.settings) as address:  # another process on the same state, as after a restart
        again = Browser(address)
        again.sign_in(LEAD)
        assert "rooms.csv" in again.get("/editor/import").text
        assert "Upstairs." in again.get(path[1]).text
        assert post(editor.browser(OTHER_LEAD), path[1]).status_code == 404
        saved = save_import(again, again.get(path[1]).text)
    assert "1 text saved, 1 could not be used." in saved
    assert "'cloakroom' in 'en' was edited since" in saved
    assert (said(editor, "cloakroom"), said(editor, "lockers")) == ("In the yard.", "Free.")


def test_while_the_encoders_are_loaded_every_page_is_there_and_says_so(tmp_path: Path, empty_database: Path) -> None:
    loaded = threading.Event()

    def load(settings: Settings, language: str) -> WordEncoder:
        loaded.wait(60)
        return WordEncoder(f"words-{language}")

    with open_editor(tmp_path, empty_database, load) as editor:
        mia = editor.browser()
        assert "Opening hours" in mia.get("/editor").text  # which begins to load, as the server's start does
        wait_until(lambda: "is loading what searches the articles" in mia.get("/editor/gaps").text)
        assert mia.get("/editor/jobs/loading/progress").json()["is_over"] is False
        for path in ("articles/opening-hours", "new?gap=1", "health", "tests", "figures", "import", "gaps/dismissed"):
            assert mia.get(f"/editor/{path}").status_code == 200
        loaded.set()
        wait_until(lambda: mia.get("/editor/jobs/loading/progress").json()["is_over"])
        assert "grouped by meaning" in mia.get("/editor/gaps").text


def test_what_kept_it_from_being_loaded_is_said_and_the_next_visit_tries_again(
    tmp_path: Path, empty_database: Path
) -> None:
    is_there = threading.Event()

    def load(settings: Settings, language: str) -> WordEncoder:
        if not is_there.is_set():
            raise NotReady("No encoder; run `python -m training encoders`.")
        return WordEncoder(f"words-{language}")

    with open_editor(tmp_path, empty_database, load) as editor:
        mia = editor.loaded()
        failed = mia.get("/editor/gaps")
        assert failed.status_code == 503
        assert "run `python -m training encoders`" in failed.text
        assert mia.get("/editor").status_code == 200
        is_there.set()
        wait_until(lambda: "grouped by meaning" in mia.get("/editor/gaps").text)
