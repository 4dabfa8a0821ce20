"""Signing in with e-mail and password, changing the password, signing out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.audit import write_audit
from shop.clock import now
from shop.errors import Refused
from shop.settings import Settings
from shop.staff.accounts import Person, get_row, normal_email
from shop.staff.passwords import Passwords, check_strength
from shop.staff.sessions import end_session, end_sessions, open_session
from shop.staff.tries import count_try, forget_tries
from shop.tables import StaffMember
from shop.unit_of_work import Database

_WRONG = "E-mail and password do not match. Check both and try again."


@dataclass(frozen=True)
class Browser:
    """Where a request comes from."""

    name: str
    address: str


def sign_in(
    database: Database, passwords: Passwords, settings: Settings, email: str, password: str, browser: Browser
) -> str:
    """Sign a person in: the token for their browser's cookie.

    Raises SignInBlocked after too many tries, and Refused otherwise: whether the account is missing, disabled,
    without a password, or the password is wrong cannot be told from the words or the time it takes.
    """
    email = normal_email(email)
    count_try(database, email, browser.address, settings)
    with database.read() as unit:
        query = select(StaffMember).where(StaffMember.email == email, StaffMember.disabled_at.is_(None))
        member = unit.session.scalars(query).one_or_none()
        kept = member.password_hash if member else None
    if not passwords.verify(kept, password) or member is None or kept is None:
        raise Refused(_WRONG)
    fresh = passwords.hash(password) if passwords.is_outdated(kept) else kept
    with database.work() as unit:
        member = get_row(unit.session, member.id)
        if member.password_hash != kept or member.disabled_at is not None:
            raise Refused(_WRONG)  # changed or disabled while we computed
        member.password_hash, member.signed_in_at = fresh, now()
        forget_tries(unit.session, email)
        token = _enter(unit.session, member, browser, settings)
        unit.commit()
        return token


def sign_out(session: Session, person: Person, session_id: int) -> None:
    """End the session: its cookie opens nothing any more."""
    end_session(session, person.id, session_id)
    write_audit(session, person.actor, "staff_signed_out", person.actor)


def change_password(
    database: Database,
    passwords: Passwords,
    settings: Settings,
    person: Person,
    old_and_new: tuple[str, str],
    browser: Browser,
) -> str:
    """Set a new password and sign the person out everywhere: the token of a new session for this browser.

    Raises BadInput for a new password that will not do, Refused when the old one is wrong, SignInBlocked when
    it was wrong too often.
    """
    old, new = old_and_new
    check_strength(new, (person.email, person.name, settings.shop_name))
    count_try(database, person.email, browser.address, settings)
    with database.read() as unit:
        kept = unit.session.get(StaffMember, person.id).password_hash
    if not passwords.verify(kept, old):
        raise Refused("The password you have now is not the one you typed.")
    fresh = passwords.hash(new)
    with database.work() as unit:
        member = get_row(unit.session, person.id)
        if member.password_hash != kept or member.disabled_at is not None:
            raise Refused("Your account was changed in the meantime. Sign in again.")
        member.password_hash = fresh
        forget_tries(unit.session, person.email)
        end_sessions(unit.session, person.id)
        write_audit(unit.session, person.actor, "staff_password_changed", person.actor)
        token = open_session(unit.session, person.id, browser.name, browser.address, settings)
        unit.commit()
        return token


def _enter(session: Session, member: StaffMember, browser: Browser, settings: Settings) -> str:
    actor = f"staff:{member.id}"
    write_audit(session, actor, "staff_signed_in", actor, after={"address": browser.address})
    return open_session(session, member.id, browser.name, browser.address, settings)
