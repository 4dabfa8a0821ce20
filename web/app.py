"""Composition root of the web process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from shop.settings import Settings
from shop.unit_of_work import Database
from web import model_server
from web.demo.routes import add_demo
from web.editor.routes import add_editor, open_editor
from web.gateway import operations, routes
from web.gateway.core import Gateway
from web.gateway.problems import answer_problems
from web.security import guard
from web.staff.door import Door
from web.staff.routes import add_staff
from web.widget.routes import add_widget
from web.workbench.routes import add_workbench

_DESCRIPTION = """\
Chat with the shop's assistant. Open a conversation, listen to its events, send messages; every message gets
an answer as an event, also when a part of the system is down.
"""


def create_app(settings: Settings) -> FastAPI:
    """The web application; it opens its database and connections when it starts, and closes them at its end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database.from_settings(settings)
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        async with httpx.AsyncClient(limits=limits, trust_env=False) as http:
            gateway = Gateway(settings, database, http)
            app.state.gateway, app.state.http = gateway, http
            app.state.door = Door(settings, database)
            open_editor(app, settings, database)
            await gateway.start()
            yield
            await gateway.stop()
        database.close()

    app = FastAPI(
        title="Aisle chat API",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's pages load scripts from elsewhere
        redoc_url=None,
    )
    guard(app, settings)
    answer_problems(app)
    app.include_router(routes.router)
    app.include_router(operations.router)
    app.include_router(model_server.router)
    add_widget(app)
    add_staff(app)
    add_editor(app)
    add_workbench(app)
    if settings.demo:
        add_demo(app)
    return app
