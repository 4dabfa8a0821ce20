"""From Rasa's messages to ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shop.conversations import Choice, Draft
from web.gateway.cleaning import clean

# Names of an event's own fields; a card may not overwrite them.
_RESERVED = frozenset(
    {"seq", "author", "kind", "text", "created_at", "client_id", "choices", "buttons", "vote", "rateable", "farewell"}
)


def drafts(messages: Iterable[dict[str, Any]]) -> list[Draft]:
    """The messages to store, in order; one that holds nothing is left out."""
    read = (_draft(message) for message in messages)
    return [draft for draft in read if draft.text or draft.data or draft.choices]


def _draft(message: dict[str, Any]) -> Draft:
    custom = message.get("custom")
    card: dict[str, Any] = custom if isinstance(custom, dict) else {}
    buttons = [*(message.get("buttons") or []), *(card.get("buttons") or [])]
    return Draft(
        author="bot",
        kind=str(card.get("kind") or "text"),
        text=clean(str(message.get("text") or card.get("text") or "")),
        data={name: value for name, value in card.items() if name not in _RESERVED},
        choices=[
            Choice(str(button["title"]), str(button.get("payload") or button["title"]))
            for button in buttons
            if isinstance(button, dict) and button.get("title")
        ],
    )
