"""Accounts for trying things out, made only when somebody asks for them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.staff.accounts import Person, new_member, person_of
from shop.staff.roles import ROLES
from shop.staff.sessions import end_sessions
from shop.tables import StaffMember

_NAMES = {
    "viewer": "Vera Lind",
    "lead": "Leo Marsh",
    "trainer": "Tara Quinn",
    "agent": "Ann Webb",
    "admin": "Ada Stone",
}


def make_demo_accounts(session: Session, actor: str, password_hash: str) -> list[Person]:
    """One account of each role, all with this password; those that exist get it anew and are signed out."""
    people = []
    for role in ROLES:
        email = f"{role}@demo.example"
        member = session.scalars(select(StaffMember).where(StaffMember.email == email)).one_or_none()
        if member is None:
            member = new_member(session, actor, email, _NAMES[role], role)
        member.password_hash = password_hash
        end_sessions(session, member.id)
        people.append(person_of(member))
    return people
