"""Who did something, as a page says it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from web.staff.parts import names_of

_OTHERS = {"command": "somebody at the terminal", "system": "Aisle itself"}


def who_of(session: Session) -> Callable[[str], str]:
    """A function from an actor of the audit log to a name."""
    names = {**_OTHERS, **names_of(session)}
    return lambda actor: names.get(actor, actor)
