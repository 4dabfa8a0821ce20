"""Putting the staff pages into the application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from web.staff import account, entrance, home, log, people
from web.staff.refusals import answer_refusals
from web.static_files import RevalidatedFiles

_STATIC = Path(__file__).parent / "static"


def add_staff(app: FastAPI) -> None:
    """Serve sign-in, accounts and people; other rooms join with ``web.staff.pages.add_room``."""
    answer_refusals(app)
    for part in (entrance, home, account, people, log):
        app.include_router(part.router)
    app.mount("/static/staff", RevalidatedFiles(directory=_STATIC), name="staff")
