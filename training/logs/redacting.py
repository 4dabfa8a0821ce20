"""Redaction of a logged message: placeholders in the text, and the entities' offsets moved along."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from language.entities import Entity
from language.redaction import redact_with_places


def redact_message(
    text: str, entities: Iterable[dict[str, Any]], known: Iterable[str] = ()
) -> tuple[str, list[dict[str, Any]]]:
    """The text as it may be kept, and its entities in it; ``known`` are names of the customer.

    What was taken out has its placeholder as value. Entities without a place (carried by a choice) are left out.
    """
    redacted = redact_with_places(text, known)
    placed = [
        Entity(str(each["entity"]), str(each["value"]), int(each["start"]), int(each["end"]))
        for each in entities
        if each.get("start") is not None and each.get("end") is not None
    ]
    return redacted.text, [
        {"entity": each.entity, "value": each.value, "start": each.start, "end": each.end}
        for each in redacted.entities(placed)
    ]
