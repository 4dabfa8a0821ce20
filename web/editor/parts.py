"""What the editor's pages share: who may come in, the notices, and how a page is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from web.staff.door import Insider, door_of
from web.staff.guards import SignInNeeded, require_role
from web.staff.pages import Pages
from web.staff.parts import LANGUAGE_NAMES

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
    "dismissed": "Dismissed. These questions will not be shown again, also when they are asked anew.",
    "reopened": "The questions are among the gaps again.",
    "list-saved": "The list is saved.",
    "list-deleted": "The list is deleted.",
}

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


def show_loading(request: Request) -> Response:
    """What is shown, and shown anew by itself, while what answers is being loaded after a start."""
    return show(request, "loading.html")
