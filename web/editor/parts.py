"""What the editor's pages share: who may come in, the notices, and how a page is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from shop import staff
from shop.errors import AisleError, BadInput, Conflict, NotFound, Refused, TooManyTries
from web.staff.door import Insider, door_of
from web.staff.guards import SignInNeeded, require_role
from web.staff.pages import HEADERS, Pages

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
TABS = (
    ("Articles", "/editor"),
    ("Gaps", "/editor/gaps"),
    ("Health", "/editor/health"),
    ("Batch tests", "/editor/tests"),
    ("Figures", "/editor/figures"),
    ("Import & export", "/editor/import"),
)
MOST_FORM_BYTES = 4 * 1024 * 1024
"""A megabyte of Chinese text as a form sends it; an article may be shorter, and says so."""
MOST_UPLOAD_BYTES = 32 * 1024 * 1024

_NOTICES = {
    "created": "The draft is saved. Nobody but you and your colleagues sees it until it is published.",
    "saved": "The draft is saved. The bot goes on answering as before.",
    "published": "Published. The bot answers with it from now on.",
    "archived": "Archived. The bot does not answer with it any more; nothing of it is lost.",
    "withdrawn": "Back to a draft. The bot does not answer with it any more.",
    "republished": "The bot answers with it again.",
    "restored": "The old text is there again, as a new revision.",
    "question-added": "The question is added to the article.",
    "dismissed": "Dismissed. These questions will not be shown again.",
    "list-saved": "The list is saved.",
    "list-deleted": "The list is deleted.",
}
_STATUS = {NotFound: 404, BadInput: 422, Conflict: 409, TooManyTries: 429, Refused: 403}

Reader = Annotated[Insider, Depends(require_role("viewer", "lead"))]
Lead = Annotated[Insider, Depends(require_role("lead"))]

_pages = Pages(Path(__file__).parent / "templates", _NOTICES)


async def _large_form(request: Request) -> FormData:
    """A form larger than others may be; read only for people who are signed in."""
    if await run_in_threadpool(door_of(request).find_insider, request) is None:
        raise SignInNeeded
    return await request.form(max_files=1, max_part_size=MOST_UPLOAD_BYTES)


LargeForm = Annotated[FormData, Depends(_large_form)]
"""Stands before ``Lead`` in a route's parameters: whoever reads a form first decides how much of it is read."""


def show(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page or a part of one."""
    insider: Insider = request.state.insider
    shared = {"may_write": insider.person.may("lead"), "languages": LANGUAGE_NAMES, "tabs": TABS}
    return _pages.render(request, f"editor/{template}", status, **shared, **values)


def go_to(path: str) -> Response:
    """On to a page after something was done."""
    return RedirectResponse(path, 303, HEADERS)


def status_of(error: AisleError) -> int:
    """The HTTP status of an error that a page shows."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 503)


def sentence(error: AisleError | str) -> str:
    """An error as a sentence of its own."""
    text = str(error).strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def names_of(session: Session) -> dict[str, str]:
    """People's names by how logs and revisions call them."""
    return {person.actor: person.name for person in staff.list_members(session)}


def language_or(wanted: str, default: str = "en") -> str:
    """A language we have."""
    return wanted if wanted in LANGUAGE_NAMES else default
