"""What decides who is inside: the cookies, the sessions behind them, and the tokens of forms."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy.exc import OperationalError

from shop.settings import Settings
from shop.staff import Browser, Passwords, Person, find_session, note_seen
from shop.staff.tokens import new_token
from shop.unit_of_work import Database

_SESSION, _VISIT = "aisle_staff", "aisle_staff_visit"


@dataclass(frozen=True)
class Insider:
    """Who asked for a page, in which session, and what their forms must carry."""

    person: Person
    session_id: int
    csrf_token: str


class Door:
    """The door of one process, on one database."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.passwords = Passwords()
        self._key = settings.secret_key.encode()

    def find_insider(self, request: Request) -> Insider | None:
        """Who is signed in by the request's cookie; None when it is missing, forged, ended or expired."""
        token = request.cookies.get(self._cookie(request, _SESSION), "")
        if not token:
            return None
        with self.database.read() as unit:
            found = find_session(unit.session, token, self.settings)
        if found is None:
            return None
        if not found.is_seen:
            self._note_seen(found.session_id)
        return Insider(found.person, found.session_id, self._csrf_token(token))

    def let_in(self, request: Request, response: Response, token: str) -> None:
        """Give the browser the cookie of its session."""
        self._set_cookie(request, response, _SESSION, token, self.settings.staff_session_hours * 3600)

    def let_out(self, request: Request, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(self._cookie(request, _SESSION), secure=self._is_safe(request), httponly=True)

    def visit(self, request: Request) -> tuple[str, str]:
        """For forms of people who are not signed in: a secret for their cookie, and the token of their forms."""
        secret = request.cookies.get(self._cookie(request, _VISIT)) or new_token()
        return secret, self._csrf_token(secret)

    def keep_visit(self, request: Request, response: Response, secret: str) -> None:
        """Give the browser that secret."""
        self._set_cookie(request, response, _VISIT, secret, None)

    def _note_seen(self, session_id: int) -> None:
        with suppress(OperationalError), self.database.work() as unit:  # locked by long work: the next click will do
            note_seen(unit.session, session_id)
            unit.commit()

    def _csrf_token(self, secret: str) -> str:
        """Only who holds the cookie and the shop's key can make it."""
        return hmac.new(self._key, f"csrf:{secret}".encode(), hashlib.sha256).hexdigest()

    def _is_safe(self, request: Request) -> bool:
        return request.url.scheme == "https" or self.settings.public_url.startswith("https://")

    def _cookie(self, request: Request, name: str) -> str:
        # Browsers take a __Host- cookie from this very host over HTTPS only: no sister domain can plant one.
        return f"__Host-{name}" if self._is_safe(request) else name

    def _set_cookie(
        self, request: Request, response: Response, name: str, value: str, max_age_seconds: int | None
    ) -> None:
        response.set_cookie(
            self._cookie(request, name),
            value,
            max_age=max_age_seconds,
            secure=self._is_safe(request),
            httponly=True,
            samesite="lax",  # strict would sign people out who follow a link from their mail
        )


def door_of(request: Request) -> Door:
    """The process's door."""
    door: Door = request.app.state.door
    return door


def browser_of(request: Request) -> Browser:
    """Where the request comes from."""
    return Browser(request.headers.get("user-agent", ""), request.client.host if request.client else "")
