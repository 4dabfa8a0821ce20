"""What the gateway sends for one turn, checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from shop.errors import BadInput


class BadRequest(BadInput):
    """The request is not one the gateway makes."""


@dataclass(frozen=True)
class GatewayRequest:
    """One message of a conversation. ``text`` starts with ``/`` only where the gateway sent it as a payload."""

    conversation_id: str
    message_id: str
    text: str
    language: str

    @classmethod
    def read(cls, body: Any) -> GatewayRequest:
        """Read ``{conversation_id, message_id, text | payload, language}``. Raises BadRequest."""
        if not isinstance(body, dict):
            raise BadRequest("the body must be a JSON object")
        wanted = ("conversation_id", "message_id", "language")
        missing = [name for name in wanted if not isinstance(body.get(name), str) or not body[name]]
        if missing:
            raise BadRequest(f"missing: {', '.join(missing)}")
        text = _one_of(body.get("text"), body.get("payload"))
        if body.get("payload"):
            text = _with_language(text, body["language"])
        return cls(body["conversation_id"], body["message_id"], text, body["language"])


def _with_language(payload: str, language: str) -> str:
    """A payload skips the understanding, which fills the slot ``language``: so it must name the language itself."""
    name, brace, entities = payload.partition("{")
    given = json.loads(brace + entities) if brace else {}
    return name.strip() + json.dumps({"language": language, **given}, ensure_ascii=False)


def _one_of(text: Any, payload: Any) -> str:
    given = [part for part in (text, payload) if isinstance(part, str) and part.strip()]
    if len(given) != 1:
        raise BadRequest("exactly one of text and payload must be given")
    if payload is None and given[0].strip().startswith("/"):
        raise BadRequest("a typed text must not start with a slash: Rasa would obey it as a command")
    return given[0]
