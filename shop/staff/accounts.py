"""Accounts of staff: who there is, with which role; every change leaves a row in the audit log.

There is always an admin who can sign in, once there was one: the last cannot be disabled or given another role.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.audit import write_audit
from shop.clock import now
from shop.errors import BadInput, Conflict, NotFound, Refused
from shop.settings import Settings
from shop.staff.links import PASSWORD, make_link, void_links
from shop.staff.roles import check_role
from shop.staff.tries import forget_tries
from shop.tables import StaffMember, StaffSession

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LONGEST_EMAIL, _LONGEST_NAME = 200, 120


@dataclass(frozen=True)
class Person:
    """Somebody who works here. Not ``has_password``: invited, and has not chosen one yet."""

    id: int
    email: str
    name: str
    role: str
    has_password: bool
    is_disabled: bool
    signed_in_at: datetime | None

    @property
    def actor(self) -> str:
        """What the audit log calls them."""
        return f"staff:{self.id}"

    @property
    def state(self) -> str:
        """active, invited (has not chosen a password yet) or disabled."""
        if self.is_disabled:
            return "disabled"
        return "active" if self.has_password else "invited"

    def may(self, *roles: str) -> bool:
        """Whether one of these roles is theirs; an admin has them all, and no roles means everybody."""
        return not roles or self.role == "admin" or self.role in roles


def person_of(member: StaffMember) -> Person:
    """The account as others see it."""
    return Person(
        id=member.id,
        email=member.email,
        name=member.name,
        role=member.role,
        has_password=member.password_hash is not None,
        is_disabled=member.disabled_at is not None,
        signed_in_at=member.signed_in_at,
    )


def add_member(
    session: Session, actor: str, email: str, name: str, role: str, settings: Settings
) -> tuple[Person, str]:
    """A new account without a password, and the token of the link by which its owner chooses one.

    Raises BadInput when a field cannot be used, Conflict when the e-mail has an account already.
    """
    member = new_member(session, actor, email, name, role)
    return person_of(member), make_link(session, PASSWORD, member.id, settings)


def new_member(session: Session, actor: str, email: str, name: str, role: str) -> StaffMember:
    """The row of a new account. Raises as ``add_member`` does."""
    email, name = check_email(email), _check_name(name)
    check_role(role)
    if session.scalars(select(StaffMember.id).where(StaffMember.email == email)).one_or_none() is not None:
        raise Conflict(f"{email} has an account already.")
    member = StaffMember(email=email, name=name, role=role, created_at=now())
    session.add(member)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else added it at this moment
        raise Conflict(f"{email} has an account already.") from error
    after = {"email": email, "name": name, "role": role}
    write_audit(session, actor, "staff_added", f"staff:{member.id}", after=after)
    return member


def normal_email(email: str) -> str:
    """One spelling of an address; without the null characters that PostgreSQL does not take."""
    return email.replace("\0", "").strip().lower()


def check_email(email: str) -> str:
    """The address in lower case. Raises BadInput when it cannot be one."""
    email = normal_email(email)
    if not _EMAIL.fullmatch(email) or not email.isprintable() or len(email) > _LONGEST_EMAIL:
        raise BadInput(f"{email[:_LONGEST_EMAIL]!r} is not an e-mail address; one looks like mia@example.com.")
    return email


def list_members(session: Session) -> list[Person]:
    """Everybody, by name; who is disabled comes last."""
    query = select(StaffMember).order_by(StaffMember.disabled_at.isnot(None), StaffMember.name, StaffMember.id)
    return [person_of(member) for member in session.scalars(query)]


def find_member(session: Session, email: str) -> Person:
    """Whose address this is. Raises NotFound."""
    email = normal_email(email)
    member = session.scalars(select(StaffMember).where(StaffMember.email == email)).one_or_none()
    if member is None:
        raise NotFound(f"Nobody here has the e-mail {email!r}; `python -m shop staff list` shows who there is.")
    return person_of(member)


def get_member(session: Session, staff_id: int) -> Person:
    """The person of this number. Raises NotFound."""
    member = session.get(StaffMember, staff_id)
    if member is None:
        raise _no_account(staff_id)
    return person_of(member)


def has_admin(session: Session) -> bool:
    """Whether some admin can sign in."""
    return bool(_admins(session))


def change_role(session: Session, actor: str, staff_id: int, role: str) -> None:
    """Give the person another role, from their next click on. Raises BadInput, NotFound, Refused."""
    check_role(role)
    member = get_row(session, staff_id) if role == "admin" else _row_of_no_last_admin(session, staff_id)
    write_audit(
        session, actor, "staff_role_changed", f"staff:{staff_id}", before={"role": member.role}, after={"role": role}
    )
    member.role = role


def disable(session: Session, actor: str, staff_id: int) -> None:
    """Nobody signs in with the account any more, and whoever is signed in with it is out. Raises NotFound, Refused."""
    member = _row_of_no_last_admin(session, staff_id)
    if member.disabled_at is None:
        member.disabled_at = now()
        write_audit(session, actor, "staff_disabled", f"staff:{staff_id}")
    void_links(session, PASSWORD, staff_id)
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def enable(session: Session, actor: str, staff_id: int) -> None:
    """Take a disabled account into use again. Raises NotFound."""
    member = get_row(session, staff_id)
    if member.disabled_at is not None:
        member.disabled_at = None
        write_audit(session, actor, "staff_enabled", f"staff:{staff_id}")


def reset(session: Session, actor: str, staff_id: int, settings: Settings) -> str:
    """The token of a link by which the person chooses a new password; the old one counts until then.

    Tries to sign in are forgotten, so that whoever locked themselves out can use the link at once. Raises
    NotFound, and Refused for a disabled account.
    """
    member = get_row(session, staff_id)
    if member.disabled_at is not None:
        raise Refused(f"{member.email} is disabled; enable the account first.")
    forget_tries(session, member.email)
    write_audit(session, actor, "staff_link_made", f"staff:{staff_id}")
    return make_link(session, PASSWORD, staff_id, settings)


def get_row(session: Session, staff_id: int) -> StaffMember:
    """The row of an account, locked until the end of the transaction. Raises NotFound."""
    member = session.get(StaffMember, staff_id, with_for_update=True)
    if member is None:
        raise _no_account(staff_id)
    return member


def _no_account(staff_id: int) -> NotFound:
    return NotFound(f"There is no account number {staff_id}.")


def _check_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME:
        raise BadInput(f"A name has 1 to {_LONGEST_NAME} characters; this one has {len(name)}.")
    if not name.isprintable():
        raise BadInput(f"The name {name!r} has characters that cannot be shown; write it without them.")
    return name


def _admins(session: Session, lock: bool = False) -> list[int]:
    query = select(StaffMember.id).where(
        StaffMember.role == "admin", StaffMember.password_hash.isnot(None), StaffMember.disabled_at.is_(None)
    )
    return list(session.scalars(query.order_by(StaffMember.id).with_for_update() if lock else query))


def _row_of_no_last_admin(session: Session, staff_id: int) -> StaffMember:
    # All admins first and in one order: two who disable each other wait in line instead of locking each other up.
    admins = _admins(session, lock=True)
    member = get_row(session, staff_id)
    if admins == [staff_id]:
        raise Refused(f"{member.name} is the last admin; make somebody else an admin first.")
    return member
