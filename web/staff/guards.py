"""Dependencies of routes: who may come in, and that a form was sent from our own page."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from shop.staff import check_role
from web.staff.door import Door, Insider, door_of

CSRF_FIELD, CSRF_HEADER = "csrf_token", "X-CSRF-Token"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

DoorOf = Annotated[Door, Depends(door_of)]


class SignInNeeded(Exception):
    """Nobody is signed in, or not any more."""


class OtherRoleNeeded(Exception):
    """Somebody is signed in whose role is not one of ``roles``."""

    def __init__(self, roles: tuple[str, ...]) -> None:
        super().__init__()
        self.roles = roles


class ForeignForm(Exception):
    """The request lacks the token of our form, or has one of another session."""


def require_role(*roles: str) -> Callable[[Request], Awaitable[Insider]]:
    """A dependency that gives the signed-in person if one of the roles is theirs; without roles, anybody inside.

    An admin has every role. A request that may change something (any but GET, HEAD, OPTIONS) must carry the
    session's token in the field ``csrf_token`` or the header ``X-CSRF-Token``. Whoever may not come in gets the
    answers of ``web.staff.refusals``.
    """
    for role in roles:
        check_role(role)

    async def admit(request: Request) -> Insider:
        insider = await run_in_threadpool(door_of(request).find_insider, request)
        if insider is None:
            raise SignInNeeded
        request.state.insider = insider
        if not insider.person.may(*roles):
            raise OtherRoleNeeded(roles)
        if request.method not in _SAFE_METHODS and not await is_our_form(request, insider.csrf_token):
            raise ForeignForm
        return insider

    return admit


Anybody = Annotated[Insider, Depends(require_role())]


async def check_visit(request: Request) -> None:
    """The same for forms of people who are not signed in. Raises ForeignForm."""
    _, token = door_of(request).visit(request)
    if not await is_our_form(request, token):
        raise ForeignForm


async def is_our_form(request: Request, token: str) -> bool:
    """Whether the request carries this token and no other site sent it."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    given: object = request.headers.get(CSRF_HEADER)
    if given is None:
        given = (await request.form()).get(CSRF_FIELD)  # empty for a body that is no form
    return isinstance(given, str) and hmac.compare_digest(given.encode(), token.encode())
