"""Where the widget is loaded from: ``/widget.js`` for the tag, ``/widget/`` for its parts."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse

from web.static_files import RevalidatedFiles

_FILES = Path(__file__).parent / "static"


def add_widget(app: FastAPI) -> None:
    """Serve the widget."""

    @app.get("/widget.js", include_in_schema=False)
    async def script() -> FileResponse:
        return FileResponse(_FILES / "widget.js", headers={"Cache-Control": "no-cache"})

    app.mount("/widget", RevalidatedFiles(directory=_FILES), name="widget")
