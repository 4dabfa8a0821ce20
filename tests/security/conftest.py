"""A copy of the prepared shop with two victims in it, and the watch over everything that is not an attacker's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text

from actions.bootstrap import open_services
from shop.errors import NotReady
from shop.migrations import upgrade
from shop.settings import Settings
from shop.tables import Customer, OneTimeCode
from shop.unit_of_work import Database
from tests.language.served_model import open_served
from tests.security.dialogue import Bot
from tests.security.people import Victim, make_victim
from tests.security.watch import Rows, changed, rows_of_others


@dataclass
class World:
    """A shop with its victims (by their language); ``last`` is the highest customer number that is no attacker's."""

    database: Database
    victims: dict[str, Victim]
    last: int
    seen: Rows

    def changes(self) -> Rows:
        """What happened since the last look to rows that are not an attacker's."""
        before, self.seen = self.seen, self.look()
        return changed(before, self.seen)

    def look(self) -> Rows:
        """All rows that are not an attacker's."""
        with self.database.read() as unit:
            return rows_of_others(unit.session, self.last)

    def forget_tries(self) -> None:
        """Take away what limits the rate of guesses, or all but the first attempts would be refused for that."""
        kept = [victim.facts["conversation"] for victim in self.victims.values()]
        with self.database.work() as unit:
            unit.session.execute(delete(OneTimeCode).where(OneTimeCode.conversation_id.not_in(kept)))
            unit.session.execute(text("delete from audit_entries where action = 'identify_failed'"))
            unit.commit()


def people_a_shop(database: Database, settings: Settings) -> World:
    """Let the victims move into a shop."""
    victims = {language: make_victim(database, settings, language) for language in ("en", "zh")}
    with database.read() as unit:
        last = unit.session.scalar(select(func.max(Customer.id)))
    world = World(database, victims, last, {})
    world.seen = world.look()
    return world


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The prepared shop's models, with a database and secrets of their own."""
    prepared, state = Settings().state_dir.resolve(), tmp_path_factory.mktemp("attacked")
    if not (prepared / "aisle.db").exists():
        pytest.skip("the demo shop was not prepared here; run `python -m web.serve --prepare-only`")
    for folder in (entry for entry in prepared.iterdir() if entry.is_dir() and entry.name not in ("log", "run")):
        (state / folder.name).symlink_to(folder)
    _copy(prepared / "aisle.db", state / "aisle.db")
    made = Settings(state_dir=state, database_url="")
    upgrade(made.resolved_database_url)
    return made


@pytest.fixture(scope="module")
def bot(settings: Settings) -> Iterator[Bot]:
    """The skills with everything real that the action server opens."""
    try:
        services = open_services(settings)
    except NotReady as error:
        pytest.skip(str(error))
    yield Bot(services, open_served())
    services.database.close()


@pytest.fixture(scope="module")
def world(bot: Bot) -> World:
    """The shop that is attacked."""
    return people_a_shop(bot.services.database, bot.services.settings)


def _copy(source: Path, target: Path) -> None:
    # A plain copy would miss what still stands in the write-ahead log.
    with sqlite3.connect(source) as original, sqlite3.connect(target) as copy:
        original.backup(copy)
