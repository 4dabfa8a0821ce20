"""What the rooms inside share: languages by name, errors as a page says them, people's names."""

from __future__ import annotations

from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from shop import staff
from shop.errors import AisleError, BadInput, Conflict, NotFound, Refused, TooManyTries
from web.staff.pages import HEADERS

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
_STATUS = {NotFound: 404, BadInput: 422, Conflict: 409, TooManyTries: 429, Refused: 403}


def go_to(path: str) -> Response:
    """On to a page after something was done."""
    return RedirectResponse(path, 303, HEADERS)


def status_of(error: AisleError) -> int:
    """The HTTP status of an error that a page shows."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 503)


def sentence(error: AisleError | str) -> str:
    """An error as a sentence of its own."""
    text = str(error).strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def names_of(session: Session) -> dict[str, str]:
    """People's names by how logs, revisions and labels call them."""
    return {person.actor: person.name for person in staff.list_members(session)}


def language_or(wanted: str, default: str = "en") -> str:
    """A language we have."""
    return wanted if wanted in LANGUAGE_NAMES else default
