"""A workbench to test: the real app, a tiny model trained in a second, and conversations to label."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from shop.settings import Settings
from shop.unit_of_work import Database
from tests.web.insiders import Browser, cheap_passwords, make_member
from tests.web.served import served

TARA, OTTO, LEAD = (f"{name}@shop.example" for name in ("tara", "otto", "mia"))
_ROLES = {TARA: "trainer", OTTO: "trainer", LEAD: "lead"}


@dataclass(frozen=True)
class Workbench:
    """The running app and its database."""

    address: str
    database: Database
    settings: Settings

    def browser(self, email: str = TARA) -> Browser:
        """Somebody who is signed in."""
        browser = Browser(self.address)
        assert browser.sign_in(email).status_code == 303
        return browser


@contextmanager
def open_workbench(folder: Path, empty_database: Path, model: Path | None = None) -> Iterator[Workbench]:
    """The app while the block runs; ``model`` is a folder with ``served``, which reads what shoppers say."""
    shutil.copy(empty_database, folder / "aisle.db")
    if model is not None:
        shutil.copytree(model, folder / "understanding" / "tiny")
    settings = Settings(state_dir=folder, database_url="", rasa_port=1, actions_port=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.staff.door.Passwords", cheap_passwords)
        database = Database.from_settings(settings)
        for email, role in _ROLES.items():
            make_member(database, settings, email, role)
        with served(settings) as address:
            yield Workbench(address, database, settings)
        database.close()
