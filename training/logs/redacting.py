"""Redaction of a logged message: placeholders in the text, and the entities' offsets moved along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from language import redaction
from language.entities import Entity


def redact_message(text: str, entities: Iterable[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """The text as it may be kept, and its entities in it.

    An entity that was itself taken out keeps its place with the placeholder as its value; one that only touches what
    was taken out is left out. Entities without a place (carried by a choice) are left out, too.
    """
    found = redaction.find(text)
    redacted = text
    for secret in reversed(found):
        redacted = f"{redacted[: secret.start]}[{secret.entity}]{redacted[secret.end :]}"
    placed = [entity for entity in entities if entity.get("start") is not None and entity.get("end") is not None]
    moved = [_moved(entity, found) for entity in placed]
    kept = [(entity, span) for entity, span in zip(placed, moved, strict=True) if span is not None]
    return redacted, [
        {"entity": entity["entity"], "value": redacted[start:end], "start": start, "end": end}
        for entity, (start, end) in kept
    ]


def _moved(entity: dict[str, Any], found: Sequence[Entity]) -> tuple[int, int] | None:
    start, end, shift = int(entity["start"]), int(entity["end"]), 0
    for secret in found:
        width = len(secret.entity) + 2
        if secret.end <= start:
            shift += width - (secret.end - secret.start)
        elif secret.start < end:
            same = secret.start <= start and end <= secret.end
            return (secret.start + shift, secret.start + shift + width) if same else None
    return start + shift, end + shift
