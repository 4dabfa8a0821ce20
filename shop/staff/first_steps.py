"""How somebody gets in for the first time: the first admin by a link, everybody else by an admin's invitation."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shop.audit import write_audit
from shop.errors import Refused
from shop.settings import Settings
from shop.staff.accounts import Person, check_email, get_member, get_row, has_admin, new_member, person_of
from shop.staff.links import FIRST_ADMIN, PASSWORD, make_link, read_link, use_link, void_links
from shop.staff.passwords import Passwords, check_strength
from shop.staff.sessions import end_sessions
from shop.unit_of_work import Database


def first_admin_link(session: Session, settings: Settings) -> str | None:
    """The address at which the first admin is made; None when some admin can sign in.

    Each call makes a new link and voids the one before.
    """
    if has_admin(session):
        return None
    return f"{settings.resolved_public_url}/staff/first-admin?link={make_link(session, FIRST_ADMIN, None, settings)}"


def password_address(settings: Settings, token: str) -> str:
    """Where the owner of a link chooses a password."""
    return f"{settings.resolved_public_url}/staff/password?link={token}"


def check_first_admin_link(session: Session, token: str) -> None:
    """Raises Refused when the link cannot be used or there is an admin by now."""
    read_link(session, FIRST_ADMIN, token)
    if has_admin(session):
        raise Refused("There is an admin already, and this link makes only the first. Ask them for an invitation.")


def create_first_admin(
    database: Database, passwords: Passwords, settings: Settings, token: str, fields: tuple[str, str, str]
) -> Person:
    """Make the first admin of ``fields`` (e-mail, name, password). Raises BadInput, Conflict, Refused."""
    email, name, password = fields
    with database.read() as unit:
        check_first_admin_link(unit.session, token)
    check_strength(password, (check_email(email), name, settings.shop_name))
    kept = passwords.hash(password)
    with database.work() as unit:
        check_first_admin_link(unit.session, token)
        use_link(unit.session, FIRST_ADMIN, token)
        member = new_member(unit.session, "first-admin-link", email, name, "admin")
        member.password_hash = kept
        unit.commit()
        return person_of(member)


def link_owner(session: Session, token: str) -> Person:
    """Who chooses a password by this link. Raises Refused when it cannot be used."""
    return get_member(session, read_link(session, PASSWORD, token).staff_id)


def choose_password(database: Database, passwords: Passwords, settings: Settings, token: str, password: str) -> Person:
    """Set the password of the link's owner and sign them out everywhere. Raises BadInput, Refused."""
    with database.read() as unit:
        owner = link_owner(unit.session, token)
    check_strength(password, (owner.email, owner.name, settings.shop_name))
    kept = passwords.hash(password)
    with database.work() as unit:
        link = use_link(unit.session, PASSWORD, token)
        member = get_row(unit.session, link.staff_id)
        member.password_hash = kept
        end_sessions(unit.session, member.id)
        if member.role == "admin":
            void_links(unit.session, FIRST_ADMIN, None)
        write_audit(unit.session, f"staff:{member.id}", "staff_password_chosen", f"staff:{member.id}")
        unit.commit()
        return person_of(member)
