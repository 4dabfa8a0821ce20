"""What whoever cannot do something is told: a page where a browser asks for one, else JSON."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from shop.errors import AisleError
from web.gateway.models import Problem
from web.staff.guards import ForeignForm, OtherRoleNeeded, SignInNeeded
from web.staff.pages import HEADERS, Pages
from web.staff.parts import status_of

logger = logging.getLogger(__name__)

_pages = Pages(Path(__file__).parent / "templates")

_ENDED = "You are not signed in any more. Nothing was changed. Sign in, go back, and send it again."
_FOREIGN = "This page was open for too long, or somebody signed in anew. Nothing was changed. Reload it and try again."


def answer_refusals(app: FastAPI) -> None:
    """Install the handlers."""

    @app.exception_handler(SignInNeeded)
    async def sign_in_needed(request: Request, error: SignInNeeded) -> Response:
        if not _wants_page(request):
            return _json(401, "sign_in_needed", _ENDED)
        if request.method != "GET":
            return _pages.render_outside(request, "staff/ended.html", 401, message=_ENDED)
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/staff/sign-in?{urlencode({'next': wanted})}", 303, HEADERS)

    @app.exception_handler(OtherRoleNeeded)
    async def other_role_needed(request: Request, error: OtherRoleNeeded) -> Response:
        roles = " or ".join(error.roles)
        return _refuse(request, 403, "other_role_needed", f"This needs the role {roles}. An admin can give it to you.")

    @app.exception_handler(ForeignForm)
    async def foreign_form(request: Request, error: ForeignForm) -> Response:
        return _refuse(request, 403, "foreign_form", _FOREIGN)

    @app.exception_handler(AisleError)
    async def refused(request: Request, error: AisleError) -> Response:
        status = status_of(error)
        if status == 503:
            logger.error("%s: %s", type(error).__name__, error)
        return _refuse(request, status, _word(error), str(error))


def _refuse(request: Request, status: int, word: str, message: str) -> Response:
    if not _wants_page(request):
        return _json(status, word, message)
    if hasattr(request.state, "insider"):
        return _pages.render(request, "staff/refused.html", status, message=message)
    return _pages.render_outside(request, "staff/ended.html", status, message=message)


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _json(status: int, word: str, message: str) -> JSONResponse:
    return JSONResponse(Problem(error=word, message=message).model_dump(), status, HEADERS)


def _word(error: AisleError) -> str:
    """BadInput -> bad_input."""
    name = type(error).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
