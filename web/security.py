"""What guards every answer: headers, a bound on requests, and which sites may call."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shop.settings import Settings

MAX_REQUEST_BYTES = 64 * 1024

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' https: data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}


def guard(app: FastAPI, settings: Settings) -> None:
    """Install the guards; the last added runs first."""
    app.add_middleware(RequestBound)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[origin.strip() for origin in settings.allowed_origins.split(",") if origin.strip()],
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
        expose_headers=["Retry-After"],
    )
    app.add_middleware(SecurityHeaders)


class SecurityHeaders:
    """Adds the headers to every answer that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_guarded)


def allow_larger(app: FastAPI, path: str, limit_bytes: int) -> None:
    """Let requests to paths that begin with ``path`` be larger than others: for routes that know who sends them."""
    app.state.larger_requests = {**getattr(app.state, "larger_requests", {}), path: limit_bytes}


def _limit_bytes(scope: Scope) -> int:
    larger: dict[str, int] = getattr(scope["app"].state, "larger_requests", {}) if "app" in scope else {}
    return max((size for path, size in larger.items() if scope["path"].startswith(path)), default=MAX_REQUEST_BYTES)


class RequestBound:
    """Refuses a body above ``MAX_REQUEST_BYTES``, or what ``allow_larger`` says of its path, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit_bytes = _limit_bytes(scope)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit_bytes:
            await JSONResponse({"error": "too_large", "message": _message(limit_bytes)}, 413)(scope, receive, send)
            return
        received = 0

        async def receive_bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit_bytes:
                raise HTTPException(413, _message(limit_bytes))
            return message

        await self._app(scope, receive_bounded, send)


def _message(limit_bytes: int) -> str:
    return f"The request is larger than {limit_bytes} bytes."
