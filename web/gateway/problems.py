"""Errors as the public API answers them: one shape, a clear sentence, never a stack trace."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from web.gateway.models import Problem

logger = logging.getLogger(__name__)

_WORDS = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class ApiProblem(Exception):
    """A refusal with everything the client needs to act on it."""

    def __init__(self, status: int, error: str, message: str, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.problem = Problem(error=error, message=message)
        self.headers = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
        if status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"


def too_many(what: str, wait_seconds: int) -> ApiProblem:
    """The refusal of what comes too often."""
    message = f"Too many {what}; try again in {wait_seconds} seconds."
    return ApiProblem(429, "rate_limited", message, wait_seconds)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a route's refusals."""
    meanings = {
        401: "The token is missing, wrong, expired, or for another conversation.",
        413: "The request is too large.",
        422: "The request is not understood; `message` says which part.",
        429: "Too many requests; `Retry-After` says when to come back.",
        503: "A part is not available now; `Retry-After` says when to come back.",
    }
    return {status: {"model": Problem, "description": meanings[status]} for status in statuses}


def answer_problems(app: FastAPI) -> None:
    """Install the handlers."""

    @app.exception_handler(ApiProblem)
    async def refused(request: Request, error: ApiProblem) -> JSONResponse:
        return JSONResponse(error.problem.model_dump(), error.status, error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        message = f"{place}: {first['msg']}" if place else first["msg"]
        return _problem(422, "invalid_request", message)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        return _problem(error.status_code, _WORDS.get(error.status_code, "refused"), str(error.detail))

    @app.exception_handler(OperationalError)
    async def database_away(request: Request, error: OperationalError) -> JSONResponse:
        logger.error("The database did not answer: %s", error.orig)
        answer = _problem(503, "unavailable", "The database does not answer now; try again shortly.")
        answer.headers["Retry-After"] = "2"
        return answer

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        return _problem(500, "internal_error", "Something went wrong on our side.")


def _problem(status: int, error: str, message: str) -> JSONResponse:
    return JSONResponse(Problem(error=error, message=message).model_dump(), status)
