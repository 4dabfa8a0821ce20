"""People: an admin invites, gives roles, helps back in, disables."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from shop import staff
from shop.errors import AisleError
from web.staff.door import Door, Insider
from web.staff.guards import DoorOf, require_role
from web.staff.pages import HEADERS, Pages

_HERE = "/staff/people"
_NOTICES = {
    "role": "The role is changed; it counts from their next click on.",
    "disabled": "The account is disabled, and its owner is signed out.",
    "enabled": "The account can be used again.",
}

router = APIRouter(prefix=_HERE, include_in_schema=False)
_pages = Pages(pathlib.Path(__file__).parent / "templates", _NOTICES)

Admin = Annotated[Insider, Depends(require_role("admin"))]
StaffId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Text = Annotated[str, Form()]


@router.get("")
def show(request: Request, door: DoorOf, admin: Admin) -> Response:
    """Everybody."""
    return _page(request, door, 200)


@router.post("")
def invite(
    request: Request, door: DoorOf, admin: Admin, email: Text = "", name: Text = "", role: Text = "viewer"
) -> Response:
    """Make an account; the page shows its link, this once."""
    try:
        with door.database.work() as unit:
            person, token = staff.add_member(unit.session, admin.person.actor, email, name, role, door.settings)
            unit.commit()
    except AisleError as error:
        return _page(request, door, 422, error=str(error), invited={"email": email, "name": name, "role": role})
    return _page(request, door, 201, made=_link(door, person.name, token))


@router.post("/{staff_id}/link")
def make_link(request: Request, door: DoorOf, admin: Admin, staff_id: StaffId) -> Response:
    """A link by which the person chooses a new password; the page shows it, this once."""
    try:
        with door.database.work() as unit:
            token = staff.reset(unit.session, admin.person.actor, staff_id, door.settings)
            name = staff.get_member(unit.session, staff_id).name
            unit.commit()
    except AisleError as error:
        return _page(request, door, 409, error=str(error))
    return _page(request, door, 201, made=_link(door, name, token))


@router.post("/{staff_id}/role")
def change_role(request: Request, door: DoorOf, admin: Admin, staff_id: StaffId, role: Text = "") -> Response:
    """Give another role."""
    return _do(request, door, "role", lambda session: staff.change_role(session, admin.person.actor, staff_id, role))


@router.post("/{staff_id}/disable")
def disable(request: Request, door: DoorOf, admin: Admin, staff_id: StaffId) -> Response:
    """Close the account."""
    return _do(request, door, "disabled", lambda session: staff.disable(session, admin.person.actor, staff_id))


@router.post("/{staff_id}/enable")
def enable(request: Request, door: DoorOf, admin: Admin, staff_id: StaffId) -> Response:
    """Open the account again."""
    return _do(request, door, "enabled", lambda session: staff.enable(session, admin.person.actor, staff_id))


def _do(request: Request, door: Door, done: str, change: Callable[[Session], None]) -> Response:
    try:
        with door.database.work() as unit:
            change(unit.session)
            unit.commit()
    except AisleError as error:
        return _page(request, door, 409, error=str(error))
    return RedirectResponse(f"{_HERE}?done={done}", 303, HEADERS)


def _page(request: Request, door: Door, status: int, **values: Any) -> Response:
    with door.database.read() as unit:
        people = staff.list_members(unit.session)
    shown = {"people": people, "made": None, "invited": None, **values}
    return _pages.render(request, "staff/people.html", status, **shown)


def _link(door: Door, name: str, token: str) -> dict[str, Any]:
    return {
        "name": name,
        "address": staff.password_address(door.settings, token),
        "hours": door.settings.staff_link_hours,
    }
