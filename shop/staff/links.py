"""One-time links: shown once, kept as hashes, void after their first use, their time, or a newer one."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import Refused
from shop.settings import Settings
from shop.staff.tokens import new_token, token_hash
from shop.tables import StaffLink

FIRST_ADMIN, PASSWORD = "first_admin", "password"

_DEAD = "This link was used already, has run out, or was replaced by a newer one. Ask for a new one."


def make_link(session: Session, purpose: str, staff_id: int | None, settings: Settings) -> str:
    """The token of a new link; earlier ones for the same are void."""
    void_links(session, purpose, staff_id)
    token, moment = new_token(), now()
    session.add(
        StaffLink(
            purpose=purpose,
            staff_id=staff_id,
            token_hash=token_hash(token),
            created_at=moment,
            expires_at=moment + timedelta(hours=settings.staff_link_hours),
        )
    )
    return token


def read_link(session: Session, purpose: str, token: str) -> StaffLink:
    """The link, left as it is. Raises Refused when it cannot be used."""
    query = select(StaffLink).where(StaffLink.token_hash == token_hash(token), *_usable(purpose))
    link: StaffLink | None = session.scalars(query).one_or_none()
    if link is None:
        raise Refused(_DEAD)
    return link


def use_link(session: Session, purpose: str, token: str) -> StaffLink:
    """The link, void from now on. Of two who use it at once one gets it; the other, and whoever has none, Refused."""
    link = read_link(session, purpose, token)
    statement = update(StaffLink).where(StaffLink.id == link.id, *_usable(purpose)).values(used_at=now())
    if not session.execute(statement.execution_options(synchronize_session=False)).rowcount:
        raise Refused(_DEAD)
    return link


def void_links(session: Session, purpose: str, staff_id: int | None) -> None:
    """Nobody can use the earlier links for this any more."""
    same = StaffLink.staff_id.is_(None) if staff_id is None else StaffLink.staff_id == staff_id
    statement = update(StaffLink).where(StaffLink.purpose == purpose, same, StaffLink.used_at.is_(None))
    session.execute(statement.values(expires_at=now()).execution_options(synchronize_session=False))


def _usable(purpose: str) -> tuple[object, ...]:
    return StaffLink.purpose == purpose, StaffLink.used_at.is_(None), StaffLink.expires_at > now()
