"""Joins the parts of the editor to the application."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from shop.settings import Settings
from shop.unit_of_work import Database
from web.editor import article, batch_tests, figures, gaps, health, import_work, imports, jobs, listed, past, trying
from web.editor.engine import Engine
from web.editor.parts import MOST_FORM_BYTES, MOST_UPLOAD_BYTES
from web.security import allow_larger
from web.staff.kept_work import Kind
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


def open_editor(app: FastAPI, settings: Settings, database: Database) -> None:
    """The knowledge base for the pages; takes up the long work that an earlier process left."""
    engine = Engine(settings, database, _kinds)
    app.state.editor_engine = engine
    engine.work.resume()


def _kinds(engine: Engine) -> dict[str, Kind]:
    return {**import_work.kinds(engine), **batch_tests.kinds(engine), **health.kinds(engine)}
