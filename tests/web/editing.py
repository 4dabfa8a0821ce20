"""An editor to test: the real app on a small shelf of articles, with an encoder that needs no model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from knowledge.articles import ArticleDraft
from knowledge.editing import write_article
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.knowledge.conftest import SHELF, WordEncoder
from tests.web.insiders import PASSWORD, Browser, cheap_passwords, make_member
from tests.web.served import served, wait_until

LEAD, OTHER_LEAD, VIEWER, AGENT = (f"{name}@shop.example" for name in ("mia", "leo", "vera", "abe"))
_ROLES = {LEAD: "lead", OTHER_LEAD: "lead", VIEWER: "viewer", AGENT: "agent"}


@dataclass(frozen=True)
class OpenEditor:
    """The running app and its database."""

    address: str
    database: Database
    settings: Settings

    def browser(self, email: str = LEAD) -> Browser:
        """Somebody who is signed in."""
        browser = Browser(self.address)
        assert browser.sign_in(email).status_code == 303
        return browser

    def loaded(self) -> Browser:
        """A lead who waited until what answers was loaded."""
        browser = self.browser()
        browser.get("/editor")  # which begins it
        wait_until(lambda: browser.get("/editor/jobs/loading/progress").json()["is_over"])
        return browser

    def write(self, slug: str, status: str = "published", **fields: str) -> None:
        """An article of a test's own."""
        told: dict[str, Any] = {
            "category": "store",
            "language": "en",
            "title": f"About {slug}",
            "body": f"All of {slug}.",
        }
        with self.database.work() as unit:
            write_article(unit.session, ArticleDraft(slug, **{**told, **fields}), "test", status)
            unit.commit()


def _words(settings: Settings, language: str) -> WordEncoder:
    return WordEncoder(f"words-{language}")


@contextmanager
def open_editor(
    folder: Path, empty_database: Path, load: Callable[[Settings, str], WordEncoder] = _words
) -> Iterator[OpenEditor]:
    """The app while the block runs; ``load`` gives the encoder of a language."""
    shutil.copy(empty_database, folder / "aisle.db")
    settings = Settings(state_dir=folder, database_url="", rasa_port=1, actions_port=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.staff.door.Passwords", cheap_passwords)
        patch.setattr("knowledge.answering.load_encoder", load)
        database = Database.from_settings(settings)
        with database.work() as unit:
            for draft in SHELF:
                write_article(unit.session, draft, "test")
            unit.commit()
        for email, role in _ROLES.items():
            make_member(database, settings, email, role)
        with served(settings) as address:
            yield OpenEditor(address, database, settings)
        database.close()


def token_of(browser: Browser) -> str:
    """What a change by this person must carry."""
    token: str = browser.http.get("/staff/session").json()["csrf_token"]
    return token


def post(browser: Browser, path: str, **fields: str) -> httpx.Response:
    """A change, sent with the person's token as a script would."""
    return browser.http.post(path, data=fields, headers={"X-CSRF-Token": token_of(browser)})


__all__ = ["AGENT", "LEAD", "OTHER_LEAD", "PASSWORD", "VIEWER", "OpenEditor", "open_editor", "post", "token_of"]
