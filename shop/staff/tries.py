"""How often sign-in was tried, by account and by address, counted in the database for all processes."""

from __future__ import annotations

import hashlib
import math
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.errors import TooManyTries
from shop.settings import Settings
from shop.tables import SignInTry
from shop.unit_of_work import Database

_WINDOW = timedelta(minutes=15)


class SignInBlocked(TooManyTries):
    """Too many wrong passwords; ``wait_seconds`` says when to come back."""

    def __init__(self, wait_seconds: int) -> None:
        minutes = math.ceil(wait_seconds / 60)
        super().__init__(f"Too many tries. Try again in {minutes} minute{'s' if minutes > 1 else ''}.")
        self.wait_seconds = wait_seconds


def account_hash(email: str) -> str:
    """What is kept of the address somebody tried, given as ``normal_email`` writes it."""
    return hashlib.sha256(email.encode()).hexdigest()


def count_try(database: Database, email: str, address: str, settings: Settings) -> None:
    """Note a try before its password is looked at. Raises SignInBlocked past the limits of account or address.

    The row is kept first and the earlier ones are counted then, so that of many tries at once no more than
    the limit get through. A refused try is not kept: to go on trying does not make the wait longer.
    """
    account, address = account_hash(email), address[:45]
    with database.work() as unit:
        unit.session.execute(delete(SignInTry).where(SignInTry.at <= now() - _WINDOW))
        mine = SignInTry(account_hash=account, address=address, at=now())
        unit.session.add(mine)
        unit.commit()
    with database.work() as unit:
        wait_seconds = max(
            _wait(unit.session, mine.id, SignInTry.account_hash == account, settings.sign_in_tries_per_account),
            _wait(unit.session, mine.id, SignInTry.address == address, settings.sign_in_tries_per_address),
        )
        if wait_seconds:
            unit.session.execute(delete(SignInTry).where(SignInTry.id == mine.id))
            unit.commit()
            raise SignInBlocked(wait_seconds)


def forget_tries(session: Session, email: str) -> None:
    """The account starts anew: the password was right, or a new one is to be chosen."""
    session.execute(delete(SignInTry).where(SignInTry.account_hash == account_hash(email)))


def _wait(session: Session, own_id: int, same: Any, limit: int) -> int:
    """Seconds until fewer than ``limit`` tries lie within the window; 0 when that is so already."""
    query = select(SignInTry.at).where(same, SignInTry.id < own_id, SignInTry.at > now() - _WINDOW)
    earlier = session.scalars(query.order_by(SignInTry.id.desc()).limit(limit)).all()
    if len(earlier) < limit:
        return 0
    return max(1, math.ceil((earlier[-1] + _WINDOW - now()).total_seconds()))
