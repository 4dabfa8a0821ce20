"""A browser without a screen for the inside pages: keeps cookies, sends forms with their hidden fields."""

from __future__ import annotations

import re
from html import unescape

import httpx
from argon2 import PasswordHasher

from shop import staff
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.web.served import Shopper

PASSWORD = "copper lantern drifts"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def cheap_passwords() -> staff.Passwords:
    """Passwords whose hashes take no time; what the real ones cost is looked at in tests/shop."""
    return staff.Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def make_member(database: Database, settings: Settings, email: str, role: str) -> staff.Person:
    """Somebody who can sign in with PASSWORD."""
    with database.work() as unit:
        name = email.partition("@")[0].title()
        _, token = staff.add_member(unit.session, "command", email, name, role, settings)
        unit.commit()
    return staff.choose_password(database, cheap_passwords(), settings, token, PASSWORD)


class Browser:
    """One browser of one person."""

    def __init__(self, address: str, **headers: str) -> None:
        shown = {"Accept": "text/html,*/*", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
        self.http = httpx.Client(base_url=address, timeout=30, headers={**shown, **headers})
        Shopper.clients.append(self.http)  # which are closed before the server stops

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path, follow_redirects=True)

    def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Send the form of a page that leads to ``action``, with its hidden fields unless they are given."""
        shown = self.get(page)
        form = shown.text.split(f'action="{action}"', 1)
        assert len(form) == 2, f"{shown.url} has no form for {action}:\n{shown.text}"
        hidden = {name: unescape(value) for name, value in _HIDDEN.findall(form[1].split("</form>", 1)[0])}
        return self.http.post(action, data={**hidden, **fields})

    def sign_in(self, email: str, password: str = PASSWORD, page: str = "/staff/sign-in") -> httpx.Response:
        return self.send(page, "/staff/sign-in", email=email, password=password)

    @property
    def cookie(self) -> str:
        return self.http.cookies["aisle_staff"]
