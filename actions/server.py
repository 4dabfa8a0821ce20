"""The HTTP door that Rasa knocks at, in place of rasa_sdk's own.

rasa_sdk's server listens on every address and echoes the whole request, personal data and all, when an action
raises. This one speaks the same protocol and does neither.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic_core import from_json
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from shop.channel_secret import shows_secret

logger = logging.getLogger(__name__)


def create_app(actions: Iterable[Action], secret: str = "") -> FastAPI:
    """An app that runs the given actions for Rasa (POST /webhook) and says it is up (GET /health).

    With a ``secret``, only for who shows it in the header ``x-aisle-secret``: the port is on loopback, but other
    people of the machine reach it there, and a call names the conversation it speaks for.
    """
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action)
    app = FastAPI(title="Aisle actions", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/webhook")
    async def webhook(request: Request) -> JSONResponse:
        if secret and not shows_secret(request.headers, secret):
            return JSONResponse({"error": "only Rasa may call this port"}, 403)
        return await _run(executor, await _call(request))

    return app


async def _call(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("Content-Encoding") == "deflate":
        body = zlib.decompress(body)
    call: dict[str, Any] = from_json(body)
    return call


async def _run(executor: ActionExecutor, call: dict[str, Any]) -> JSONResponse:
    name = call.get("next_action", "")
    try:
        return JSONResponse(await executor.run(call))
    except ActionExecutionRejection as rejection:
        return JSONResponse({"error": rejection.message, "action_name": name}, 400)
    except ActionNotFoundException as missing:
        logger.error("Rasa asked for the unknown action %s.", name)
        return JSONResponse({"error": missing.message, "action_name": name}, 404)
    except Exception:
        logger.exception("Action %s failed.", name)
        return JSONResponse({"error": "the action failed; see the action server's log", "action_name": name}, 500)
