"""The inbox: messages worth a look, the most valuable first, and their labels."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.workbench.parts import Trainer, show

router = APIRouter(prefix="/workbench", include_in_schema=False)


@router.get("")
def inbox(request: Request, trainer: Trainer) -> Response:
    """What is worth a look."""
    return show(request, "inbox.html")
