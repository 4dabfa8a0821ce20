"""The functions of staff accounts on one database, for the tests of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select, update

from shop import staff
from shop.clock import now
from shop.settings import Settings
from shop.unit_of_work import Database

GOOD, BETTER = "copper lantern drifts", "seven otters paint walls"
DESK = staff.Browser("Mozilla/5.0 (X11; Linux) Firefox/140.0", "192.0.2.1")


class CountingHasher(PasswordHasher):
    """Cheap, and remembers what it was asked to verify."""

    def __init__(self, **parameters: int) -> None:
        super().__init__(**{"time_cost": 1, "memory_cost": 64, "parallelism": 1, **parameters})
        self.verified: list[str] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        self.verified.append(str(hash))
        return super().verify(hash, password)


class StaffShop:
    """The functions under test, on one database."""

    def __init__(self, database: Database, hasher: PasswordHasher, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self.passwords = staff.Passwords(hasher)

    def invite(self, email: str, role: str = "lead") -> tuple[staff.Person, str]:
        with self.database.work() as unit:
            made = staff.add_member(unit.session, "command", email, "Mia Alder", role, self.settings)
            unit.commit()
        return made

    def choose(self, token: str, password: str = GOOD) -> staff.Person:
        return staff.choose_password(self.database, self.passwords, self.settings, token, password)

    def member(self, email: str = "mia@shop.example", role: str = "lead") -> staff.Person:
        return self.choose(self.invite(email, role)[1])

    def enter(self, email: str = "mia@shop.example", password: str = GOOD, browser: staff.Browser = DESK) -> str:
        return staff.sign_in(self.database, self.passwords, self.settings, email, password, browser)

    def who(self, token: str) -> str | None:
        with self.database.read() as unit:
            found = staff.find_session(unit.session, token, self.settings)
        return found.person.email if found else None

    def do(self, change: Any, *arguments: Any) -> Any:
        with self.database.work() as unit:
            result = change(unit.session, *arguments)
            unit.commit()
            return result

    def rows(self, table: Any) -> list[Any]:
        with self.database.read() as unit:
            return list(unit.session.scalars(select(table).order_by(table.id)))

    def set(self, table: Any, **values: Any) -> None:
        self.do(lambda session: session.execute(update(table).values(**values)))


def ago(**time: int) -> datetime:
    return now() - timedelta(**time)
