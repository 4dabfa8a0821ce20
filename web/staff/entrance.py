"""Coming in and going out: sign-in, the first admin, choosing a password by a one-time link, sign-out.

A link that cannot be used raises Refused, which ``web.staff.refusals`` answers with a page that says so. To look
at the page of a link uses nothing up: programs that preview links do that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from shop import staff
from shop.errors import BadInput, Conflict, Refused, Unavailable
from shop.staff.passwords import SHORTEST
from web.staff.door import Door, browser_of
from web.staff.guards import Anybody, DoorOf, ForeignForm, check_visit
from web.staff.pages import HEADERS, Pages

_HOME = "/staff"
_STALE = "This page was open for too long. Please send it once more."

router = APIRouter(prefix="/staff", include_in_schema=False)
_pages = Pages(Path(__file__).parent / "templates", {"out": "You are signed out."})

Text = Annotated[str, Form()]


async def _is_ours(request: Request) -> bool:
    try:
        await check_visit(request)
    except ForeignForm:
        return False
    return True


#: Not a refusal: whoever left the page open over lunch gets it again, with what they typed.
IsOurs = Annotated[bool, Depends(_is_ours)]


@router.get("/sign-in")
def show_sign_in(request: Request, door: DoorOf, next: str = _HOME) -> Response:
    """The form; whoever is signed in goes on."""
    if door.find_insider(request):
        return RedirectResponse(_local(next), 303, HEADERS)
    return _sign_in_page(request, door, 200, email="", next=_local(next))


@router.post("/sign-in")
def sign_in(
    request: Request, door: DoorOf, is_ours: IsOurs, email: Text = "", password: Text = "", next: Text = _HOME
) -> Response:
    """Sign in, or show the form again with the reason."""
    shown = {"email": email, "next": _local(next)}
    if not is_ours:
        return _sign_in_page(request, door, 403, error=_STALE, **shown)
    try:
        return _enter(request, door, email, password, _local(next))
    except staff.SignInBlocked as blocked:
        page = _sign_in_page(request, door, 429, error=str(blocked), **shown)
        page.headers["Retry-After"] = str(blocked.wait_seconds)
        return page
    except Refused as refused:
        return _sign_in_page(request, door, 401, error=str(refused), **shown)


@router.post("/sign-out")
def sign_out(request: Request, door: DoorOf, insider: Anybody) -> Response:
    """End the session."""
    with door.database.work() as unit:
        staff.sign_out(unit.session, insider.person, insider.session_id)
        unit.commit()
    response = RedirectResponse("/staff/sign-in?done=out", 303, HEADERS)
    door.let_out(request, response)
    return response


@router.get("/first-admin")
def show_first_admin(request: Request, door: DoorOf, link: str = "") -> Response:
    """The form behind the link that `make run` prints."""
    _check_first_admin_link(door, link)
    return _first_admin_page(request, 200, link=link, email="", name="")


@router.post("/first-admin")
def create_first_admin(
    request: Request,
    door: DoorOf,
    is_ours: IsOurs,
    link: Text = "",
    email: Text = "",
    name: Text = "",
    password: Text = "",
) -> Response:
    """Make the first admin and sign them in."""
    _check_first_admin_link(door, link)
    shown = {"link": link, "email": email, "name": name}
    if not is_ours:
        return _first_admin_page(request, 403, error=_STALE, **shown)
    try:
        staff.create_first_admin(door.database, door.passwords, door.settings, link, (email, name, password))
    except (BadInput, Conflict, Unavailable) as error:
        return _first_admin_page(request, 422, error=str(error), **shown)
    return _enter(request, door, email, password, _HOME)


@router.get("/password")
def show_choose_password(request: Request, door: DoorOf, link: str = "") -> Response:
    """The form behind an invitation."""
    return _password_page(request, 200, owner=_link_owner(door, link), link=link)


@router.post("/password")
def choose_password(request: Request, door: DoorOf, is_ours: IsOurs, link: Text = "", password: Text = "") -> Response:
    """Set the password and sign its owner in."""
    owner = _link_owner(door, link)
    if not is_ours:
        return _password_page(request, 403, owner=owner, link=link, error=_STALE)
    try:
        staff.choose_password(door.database, door.passwords, door.settings, link, password)
    except (BadInput, Unavailable) as error:
        return _password_page(request, 422, owner=owner, link=link, error=str(error))
    return _enter(request, door, owner.email, password, _HOME)


def _enter(request: Request, door: Door, email: str, password: str, then: str) -> Response:
    token = staff.sign_in(door.database, door.passwords, door.settings, email, password, browser_of(request))
    response = RedirectResponse(then, 303, HEADERS)
    door.let_in(request, response, token)
    return response


def _sign_in_page(request: Request, door: Door, status: int, **values: Any) -> Response:
    with door.database.read() as unit:
        has_admin = staff.has_admin(unit.session)
    return _pages.render_outside(request, "staff/sign_in.html", status, has_admin=has_admin, **values)


def _first_admin_page(request: Request, status: int, **values: Any) -> Response:
    return _pages.render_outside(request, "staff/first_admin.html", status, shortest=SHORTEST, **values)


def _password_page(request: Request, status: int, **values: Any) -> Response:
    return _pages.render_outside(request, "staff/choose_password.html", status, shortest=SHORTEST, **values)


def _check_first_admin_link(door: Door, link: str) -> None:
    with door.database.read() as unit:
        staff.check_first_admin_link(unit.session, link)


def _link_owner(door: Door, link: str) -> staff.Person:
    with door.database.read() as unit:
        return staff.link_owner(unit.session, link)


def _local(path: str) -> str:
    """A path of this site, whatever was asked for."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_local else _HOME
