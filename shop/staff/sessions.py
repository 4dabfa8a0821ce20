"""Where staff are signed in: one row a browser, found by the hash of the token in its cookie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import NotFound
from shop.settings import Settings
from shop.staff.accounts import Person, person_of
from shop.staff.tokens import new_token, token_hash
from shop.tables import StaffMember, StaffSession

_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """A person in one browser. ``is_seen`` is false when the time of the last click is due to be noted."""

    person: Person
    session_id: int
    is_seen: bool


def open_session(session: Session, staff_id: int, browser: str, address: str, settings: Settings) -> str:
    """Sign a person in on a browser: the token for its cookie, which is kept nowhere."""
    token, moment = new_token(), now()
    session.execute(delete(StaffSession).where(StaffSession.expires_at <= moment))
    session.add(
        StaffSession(
            staff_id=staff_id,
            token_hash=token_hash(token),
            browser=browser[:200],
            address=address[:45],
            created_at=moment,
            seen_at=moment,
            expires_at=moment + timedelta(hours=settings.staff_session_hours),
        )
    )
    return token


def find_session(session: Session, token: str, settings: Settings) -> SignedIn | None:
    """Who holds this token; None when it is forged, ended, expired or idle, or the account is disabled."""
    query = (
        select(StaffSession, StaffMember)
        .join(StaffMember, StaffMember.id == StaffSession.staff_id)
        .where(StaffSession.token_hash == token_hash(token), StaffMember.disabled_at.is_(None), *_alive(settings))
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, member = found
    return SignedIn(person_of(member), row.id, is_seen=row.seen_at > now() - _SEEN_EVERY)


def note_seen(session: Session, session_id: int) -> None:
    """The person clicked: the idle time starts anew."""
    row = session.get(StaffSession, session_id)
    if row is not None:
        row.seen_at = now()


def list_sessions(session: Session, staff_id: int, settings: Settings) -> list[StaffSession]:
    """Where the person is signed in, the most recently used first."""
    query = select(StaffSession).where(StaffSession.staff_id == staff_id, *_alive(settings))
    return list(session.scalars(query.order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())))


def end_session(session: Session, staff_id: int, session_id: int) -> None:
    """Sign the person out in one browser. Raises NotFound when it is not a session of theirs."""
    query = delete(StaffSession).where(StaffSession.id == session_id, StaffSession.staff_id == staff_id)
    if not session.execute(query).rowcount:
        raise NotFound("You are not signed in there any more.")


def end_sessions(session: Session, staff_id: int, but: int | None = None) -> int:
    """Sign the person out everywhere, ``but`` for one session; how many it were."""
    query = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    if but is not None:
        query = query.where(StaffSession.id != but)
    ended: int = session.execute(query).rowcount
    return ended


def _alive(settings: Settings) -> tuple[Any, Any]:
    moment = now()
    idle = timedelta(minutes=settings.staff_session_idle_minutes)
    return StaffSession.expires_at > moment, StaffSession.seen_at > moment - idle
