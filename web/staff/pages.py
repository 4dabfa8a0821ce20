"""Inside pages from templates, in the frame that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shop.staff import ROLES
from web.staff.door import Insider, door_of

_FOLDER = Path(__file__).parent / "templates"

#: Nobody may keep an inside page, and no other site learns its address.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


@dataclass(frozen=True)
class Room:
    """A part of the inside, as the navigation shows it to those whose ``roles`` it is for."""

    title: str
    path: str
    roles: tuple[str, ...]
    purpose: str


def add_room(app: FastAPI, room: Room) -> None:
    """Show the room in the navigation and on the first page."""
    app.state.rooms = [*rooms_of(app), room]


def rooms_of(app: FastAPI) -> list[Room]:
    """The rooms so far."""
    rooms: list[Room] = getattr(app.state, "rooms", [])
    return rooms


class Pages:
    """The templates of a folder; they extend ``staff/frame.html``.

    ``notices`` are what a page may say after a redirect: ``?done=saved`` shows ``notices["saved"]``.
    """

    def __init__(self, folder: Path, notices: Mapping[str, str] | None = None) -> None:
        self._notices = dict(notices or {})
        self._templates = Environment(
            loader=FileSystemLoader([folder, _FOLDER]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["moment"] = _moment

    def render(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page for whoever ``require_role`` let in."""
        insider: Insider = request.state.insider
        rooms = [room for room in rooms_of(request.app) if insider.person.may(*room.roles)]
        text = self._text(
            request, template, person=insider.person, csrf_token=insider.csrf_token, rooms=rooms, **values
        )
        return HTMLResponse(text, status, HEADERS)

    def render_outside(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page for somebody who is not signed in; templates extend ``staff/outside.html``."""
        door = door_of(request)
        secret, csrf_token = door.visit(request)
        response = HTMLResponse(self._text(request, template, csrf_token=csrf_token, **values), status, HEADERS)
        door.keep_visit(request, response, secret)
        return response

    def _text(self, request: Request, template: str, **values: Any) -> str:
        shared = {
            "here": request.url.path,
            "shop_name": door_of(request).settings.shop_name,
            "notice": self._notices.get(request.query_params.get("done", ""), ""),
            "error": "",
            "role_purposes": ROLES,
        }
        return self._templates.get_template(template).render({**shared, **values})


def _moment(at: datetime) -> Markup:
    """A time in UTC; the page's script shows it in the reader's zone."""
    return Markup('<time datetime="{}">{} UTC</time>').format(at.isoformat(), at.strftime("%Y-%m-%d %H:%M"))
