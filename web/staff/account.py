"""My account: the password, and where I am signed in."""

from __future__ import annotations

import pathlib
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from shop import staff
from shop.audit import write_audit
from shop.errors import AisleError, BadInput, NotFound
from shop.staff.passwords import SHORTEST
from web.staff.browsers import browser_in_words
from web.staff.door import Door, Insider, browser_of
from web.staff.guards import Anybody, DoorOf
from web.staff.pages import HEADERS, Pages

_HERE = "/staff/account"
_NOTICES = {
    "password": "Your password is changed. You are signed out everywhere else.",
    "ended": "You are signed out there.",
    "others": "You are signed out everywhere else.",
}

router = APIRouter(prefix=_HERE, include_in_schema=False)
_pages = Pages(pathlib.Path(__file__).parent / "templates", _NOTICES)

SessionId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Text = Annotated[str, Form()]


@router.get("")
def show(request: Request, door: DoorOf, insider: Anybody) -> Response:
    """Who I am, my password, my sessions."""
    return _page(request, door, insider, 200)


@router.post("/password")
def change_password(
    request: Request, door: DoorOf, insider: Anybody, old_password: Text = "", new_password: Text = ""
) -> Response:
    """Set a new password; every other session ends, and this one gets a new cookie."""
    passwords = (old_password, new_password)
    try:
        token = staff.change_password(
            door.database, door.passwords, door.settings, insider.person, passwords, browser_of(request)
        )
    except AisleError as error:
        status = 422 if isinstance(error, BadInput) else 403
        return _page(request, door, insider, status, error=str(error))
    response = _back("password")
    door.let_in(request, response, token)
    return response


@router.post("/sessions/{session_id}/end")
def end_session(request: Request, door: DoorOf, insider: Anybody, session_id: SessionId) -> Response:
    """Sign out in another browser."""
    try:
        with door.database.work() as unit:
            staff.end_session(unit.session, insider.person.id, session_id)
            write_audit(unit.session, insider.person.actor, "staff_session_ended", insider.person.actor)
            unit.commit()
    except NotFound as error:
        return _page(request, door, insider, 404, error=str(error))
    return _back("ended")


@router.post("/sessions/end-others")
def end_other_sessions(door: DoorOf, insider: Anybody) -> Response:
    """Sign out everywhere but here."""
    with door.database.work() as unit:
        ended = staff.end_sessions(unit.session, insider.person.id, but=insider.session_id)
        actor = insider.person.actor
        write_audit(unit.session, actor, "staff_sessions_ended", actor, after={"sessions": ended})
        unit.commit()
    return _back("others")


def _page(request: Request, door: Door, insider: Insider, status: int, **values: Any) -> Response:
    with door.database.read() as unit:
        sessions = staff.list_sessions(unit.session, insider.person.id, door.settings)
    return _pages.render(
        request,
        "staff/account.html",
        status,
        sessions=[(row, browser_in_words(row.browser)) for row in sessions],
        own_session=insider.session_id,
        shortest=SHORTEST,
        **values,
    )


def _back(done: str) -> RedirectResponse:
    return RedirectResponse(f"{_HERE}?done={done}", 303, HEADERS)
