"""The first page inside, and who one is, for pages' scripts."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from web.staff.guards import Anybody
from web.staff.pages import HEADERS, Pages

router = APIRouter(prefix="/staff", include_in_schema=False)
_pages = Pages(Path(__file__).parent / "templates")


@router.get("")
def home(request: Request, insider: Anybody) -> Response:
    """The rooms this person may enter."""
    return _pages.render(request, "staff/home.html")


@router.get("/session")
def session(insider: Anybody) -> Response:
    """For scripts: who is signed in, and the token that changes must carry, also after a new sign-in."""
    person = insider.person
    return JSONResponse({"name": person.name, "role": person.role, "csrf_token": insider.csrf_token}, headers=HEADERS)
