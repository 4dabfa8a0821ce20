"""What the workbench's pages share: who may come in, the tabs, the notices, and how a page is shown."""

from __future__ import annotations

import pathlib
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from fastapi.responses import Response

from web.staff.door import Insider
from web.staff.guards import require_role
from web.staff.pages import Pages
from web.staff.parts import LANGUAGE_NAMES

TABS = (
    ("Inbox", "/workbench"),
    ("Data set", "/workbench/data-set"),
    ("Training", "/workbench/training"),
    ("Models", "/workbench/models"),
    ("Watching", "/workbench/watching"),
)
"""Also the prefixes of the pages' routers."""

_NOTICES = {
    "labelled": "Labelled. Here is the next.",
    "undone": "Taken back.",
    "built": "The data set is built and checked.",
    "same": "Nothing has changed since: this is the same data set.",
    "checked": "Checked.",
    "settled": "Settled. It goes into the next data set.",
    "nothing-to-undo": "There is nothing left to take back.",
    "promoted": "Promoted. Every process of the bot takes it over within seconds; no conversation is dropped.",
    "returned": "Returned. Every process of the bot takes it over within seconds; no conversation is dropped.",
    "shadow-on": "From now on it reads live messages silently.",
    "shadow-off": "It reads live messages no more.",
}

Trainer = Annotated[Insider, Depends(require_role("trainer"))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""An id in a page's address."""

_pages = Pages(pathlib.Path(__file__).parent / "templates", _NOTICES)


def show(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page or a part of one; its template is in ``templates/workbench`` and extends ``workbench/base.html``."""
    shared = {"languages": LANGUAGE_NAMES, "tabs": TABS}
    return _pages.render(request, f"workbench/{template}", status, **shared, **values)
