"""Who looks at the demo shop and in which language: two cookies, one of them signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.conversations import LANGUAGES
from shop.tables import Customer
from web.gateway.languages import preferred
from web.gateway.tokens import BadToken, Tokens

_CUSTOMER_COOKIE = "aisle_demo_customer"
_LANGUAGE_COOKIE = "aisle_demo_language"
_STAY = timedelta(hours=12)
_DEMO_CUSTOMERS = "demo-%"


@dataclass(frozen=True)
class Person:
    """One of the customers a visitor may sign in as."""

    external_id: str
    name: str
    email: str
    language: str

    @property
    def initial(self) -> str:
        """For the round badge."""
        return self.name[:1]


@dataclass(frozen=True)
class Visitor:
    """Whoever asked for this page."""

    language: str
    person: Person | None
    customer_token: str


def demo_people(session: Session) -> list[Person]:
    """The customers a visitor may sign in as."""
    query = select(Customer).where(Customer.external_id.like(_DEMO_CUSTOMERS)).order_by(Customer.id)
    return [Person(row.external_id, row.name, row.email, row.language) for row in session.scalars(query)]


def visitor_of(request: Request, tokens: Tokens, people: list[Person]) -> Visitor:
    """Who is signed in, by the signed cookie, and which language they chose or their browser asks for."""
    person = None
    try:
        signed_in = tokens.check_customer(request.cookies.get(_CUSTOMER_COOKIE, ""))
        person = next((one for one in people if one.external_id == signed_in), None)
    except BadToken:
        pass  # nobody is signed in
    language = request.cookies.get(_LANGUAGE_COOKIE)
    if language not in LANGUAGES:
        language = person.language if person else preferred(request.headers.get("accept-language"))
    token = tokens.for_customer(person.external_id, _STAY) if person else ""
    return Visitor(language, person, token)


def sign_in(response: Response, tokens: Tokens, external_id: str) -> None:
    """Remember, signed, who is in."""
    cookie = tokens.for_customer(external_id, _STAY)
    response.set_cookie(_CUSTOMER_COOKIE, cookie, max_age=int(_STAY.total_seconds()), httponly=True, samesite="lax")


def sign_out(response: Response) -> None:
    """Forget who was in."""
    response.delete_cookie(_CUSTOMER_COOKIE)


def choose_language(response: Response, language: str) -> None:
    """Remember the language for a year."""
    response.set_cookie(_LANGUAGE_COOKIE, language, max_age=365 * 24 * 3600, samesite="lax")
