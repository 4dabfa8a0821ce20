"""``python -m shop staff``: people who may see the inside pages."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from shop.errors import NotReady, Refused
from shop.settings import Settings, get_settings
from shop.staff import accounts
from shop.staff.demo import make_demo_accounts
from shop.staff.first_steps import first_admin_link, password_address
from shop.staff.passwords import Passwords
from shop.staff.roles import ROLES
from shop.tables import StaffMember
from shop.unit_of_work import Database

app = typer.Typer(help="People who may see the inside pages.", no_args_is_help=True)
console = Console()

ACTOR = "command"

_Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]
_Role = Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")]


@app.command()
def add(
    email: _Email,
    name: Annotated[str, typer.Option(help="As colleagues call them.")],
    role: _Role = "viewer",
) -> None:
    """Make an account and print the one-time link by which its owner chooses a password."""
    settings = get_settings()
    with _work(settings) as session:
        person, token = accounts.add_member(session, ACTOR, email, name, role, settings)
    console.print(f"{person.name} is {_a(role)} {role} now.", markup=False, highlight=False)
    _print_link(settings, token)


@app.command("list")
def list_people() -> None:
    """Show who there is."""
    with _work(get_settings()) as session:
        people = accounts.list_members(session)
    if not people:
        console.print("Nobody yet. `python -m shop staff first-admin` prints the link that makes the first admin.")
        return
    table = Table("e-mail", "name", "role", "state", "last sign-in (UTC)")
    for person in people:
        seen = f"{person.signed_in_at:%Y-%m-%d %H:%M}" if person.signed_in_at else "never"
        table.add_row(person.email, person.name, person.role, person.state, seen)
    console.print(table)


@app.command()
def role(email: _Email, role: Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.")]) -> None:
    """Give a person another role, from their next click on."""
    with _work(get_settings()) as session:
        person = accounts.find_member(session, email)
        accounts.change_role(session, ACTOR, person.id, role)
    console.print(f"{person.name} is {_a(role)} {role} now.", markup=False, highlight=False)


@app.command()
def reset(email: _Email) -> None:
    """Print a one-time link by which a person chooses a new password; the old one counts until then."""
    settings = get_settings()
    with _work(settings) as session:
        token = accounts.reset(session, ACTOR, accounts.find_member(session, email).id, settings)
    _print_link(settings, token)


@app.command()
def disable(email: _Email) -> None:
    """Close an account: its owner is signed out at once and cannot come back."""
    with _work(get_settings()) as session:
        person = accounts.find_member(session, email)
        accounts.disable(session, ACTOR, person.id)
    console.print(f"{person.email} is disabled and signed out.", markup=False, highlight=False)


@app.command()
def enable(email: _Email) -> None:
    """Open a closed account again."""
    with _work(get_settings()) as session:
        person = accounts.find_member(session, email)
        accounts.enable(session, ACTOR, person.id)
    console.print(f"{person.email} may sign in again.", markup=False, highlight=False)


@app.command("first-admin")
def first_admin() -> None:
    """Print the one-time link that makes the first admin; an earlier one is void."""
    settings = get_settings()
    with _work(settings) as session:
        link = first_admin_link(session, settings)
    if link is None:
        raise Refused("There is an admin already; they invite others. `python -m shop staff reset` helps them back in")
    console.print(link, markup=False, highlight=False, soft_wrap=True)


@app.command()
def demo() -> None:
    """Make one account of each role for trying things out, with a password made up now and printed once."""
    settings = get_settings()
    if not settings.demo:
        raise Refused("This is no demo shop (AISLE_DEMO is off); make accounts with `python -m shop staff add`")
    password = "-".join(secrets.token_hex(3) for _ in range(3))
    kept = Passwords().hash(password)
    with _work(settings) as session:
        people = make_demo_accounts(session, ACTOR, kept)
    for person in people:
        console.print(f"{person.email:30} {person.role}", markup=False, highlight=False)
    console.print(f"Password of them all: {password}", markup=False, highlight=False)
    console.print(f"Sign in: {settings.resolved_public_url}/staff/sign-in", highlight=False, soft_wrap=True)


@contextmanager
def _work(settings: Settings) -> Iterator[Session]:
    database = Database.from_settings(settings)
    try:
        if not inspect(database.engine).has_table(StaffMember.__tablename__):
            raise NotReady("the database has no tables for staff yet; run: python -m shop migrate")
        with database.work() as unit:
            yield unit.session
            unit.commit()
    finally:
        database.close()


def _print_link(settings: Settings, token: str) -> None:
    console.print(f"Hand over this link; it works once, for {settings.staff_link_hours} hours:")
    console.print(password_address(settings, token), markup=False, highlight=False, soft_wrap=True)


def _a(role: str) -> str:
    return "an" if role[0] in "aeiou" else "a"
