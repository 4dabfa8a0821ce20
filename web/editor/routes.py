"""Joins the parts of the editor to the application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from web.editor import article, batch_tests, figures, gaps, health, imports, jobs, listed, past, trying
from web.editor.parts import MOST_FORM_BYTES, MOST_UPLOAD_BYTES
from web.security import allow_larger
from web.staff.pages import Room, add_room
from web.static_files import RevalidatedFiles

_STATIC = Path(__file__).parent / "static"
_LARGE_FORMS = ("/editor/new", "/editor/articles/", "/editor/try/", "/editor/tests/save")


def add_editor(app: FastAPI) -> None:
    """Serve the pages on articles, and show them in the navigation."""
    for part in (listed, past, article, trying, gaps, health, imports, batch_tests, figures, jobs):
        app.include_router(part.router)
    app.mount("/static/editor", RevalidatedFiles(directory=_STATIC), name="editor")
    for path in _LARGE_FORMS:
        allow_larger(app, path, MOST_FORM_BYTES)
    allow_larger(app, "/editor/import/file", MOST_UPLOAD_BYTES)
    purpose = "Write what the bot answers with, see what it could not answer, and how it serves."
    add_room(app, Room("Articles", "/editor", ("viewer", "lead"), purpose))
