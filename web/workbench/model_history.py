"""Who promoted what, and went back to what: the audit log's rows on models, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shop.tables import AuditEntry

_WORDS = {
    "model.registered": "registered model {model}",
    "model.promoted": "promoted model {model}",
    "model.returned": "returned to model {model}",
    "model.returned_automatically": "took model {model} back",
    "model.gate_overridden": "overrode the gate for model {model}",
    "model.shadow_on": "let model {model} read silently",
    "model.shadow_off": "ended the silent reading of model {model}",
}


@dataclass(frozen=True)
class Event:
    """One thing that happened to a model."""

    at: datetime
    actor: str
    what: str
    why: str
    """What was written with it: the reason, the model before, or nothing."""
    model_id: str


def history(entries: Iterable[AuditEntry]) -> list[Event]:
    """The rows in the order given."""
    return [_event(entry) for entry in entries]


def _event(entry: AuditEntry) -> Event:
    model_id = str(entry.subject).partition(":")[2]
    words = _WORDS.get(entry.action, str(entry.action).removeprefix("model.").replace("_", " ") + " model {model}")
    after, before = ((entry.detail or {}).get(side) or {} for side in ("after", "before"))
    why = str(after.get("reason") or after.get("why") or after.get("note") or "")
    if not why and before.get("champion"):
        why = f"in place of model {before['champion']}"
    return Event(entry.at, entry.actor, words.format(model=model_id), why, model_id)
