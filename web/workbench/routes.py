"""Joins the parts of the workbench to the application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from web.staff.pages import Room, add_room
from web.static_files import RevalidatedFiles
from web.workbench import data_set, data_set_version, inbox, labelling, models, opinions, runs, watching

_STATIC = Path(__file__).parent / "static"
_PARTS = (
    inbox,
    labelling,
    opinions,
    data_set,
    data_set_version,
    runs,
    models,
    watching,
)


def add_workbench(app: FastAPI) -> None:
    """Serve the trainers' pages, and show them in the navigation."""
    for part in _PARTS:
        app.include_router(part.router)
    app.mount("/static/workbench", RevalidatedFiles(directory=_STATIC), name="workbench")
    purpose = "Look at what the bot misunderstood, teach it, and put the better model to work."
    add_room(app, Room("Workbench", "/workbench", ("trainer",), purpose))
