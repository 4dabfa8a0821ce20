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


def make_tiny_model(folder: Path) -> Path:
    """A folder with ``served``, and the examples it was trained on beside it: learned by heart in a second."""
    from language.served import EXAMPLES
    from language.understanding import Understanding
    from tests.training.tiny_base import make_tiny_base
    from tests.training.tiny_shop import SETTINGS, rows
    from training.explain import embed
    from training.understanding import train

    train(rows(), make_tiny_base(folder / "base"), SETTINGS, folder / "model")
    model = Understanding.load(folder / "model" / "served")
    embed(model, rows(), "tiny").save(folder / "model" / EXAMPLES)
    return folder / "model"
