"""The audit log, for admins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from shop.audit import latest
from web.staff.door import Insider
from web.staff.guards import DoorOf, require_role
from web.staff.pages import Pages
from web.staff.parts import names_of

_ROWS = 50
_LARGEST_ID = 2**31 - 1

router = APIRouter(prefix="/staff/log", include_in_schema=False)
_pages = Pages(Path(__file__).parent / "templates")

Admin = Annotated[Insider, Depends(require_role("admin"))]


@router.get("")
def show(
    request: Request, door: DoorOf, admin: Admin, before: Annotated[int | None, Query(ge=1, le=_LARGEST_ID)] = None
) -> Response:
    """Who did what, the newest first."""
    with door.database.read() as unit:
        rows = latest(unit.session, _ROWS + 1, before)
        names = names_of(unit.session)
    entries = [
        {
            "at": row.at,
            "who": names.get(row.actor, row.actor),
            "what": row.action.replace("_", " "),
            "subject": names.get(row.subject, row.subject),
            "changes": _changes(row.detail),
        }
        for row in rows[:_ROWS]
    ]
    older = rows[_ROWS - 1].id if len(rows) > _ROWS else None
    return _pages.render(request, "staff/log.html", entries=entries, older=older, is_first=before is None)


def _changes(detail: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """(field, before, after) of each; rows written before there was ``shop.audit`` have fields only."""
    before, after = detail.get("before"), detail.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return [(name, None, value) for name, value in detail.items()]
    return [(name, before.get(name), after.get(name)) for name in {**before, **after}]
