"""The audit log: who did what to what, and how it was before and after. Written here, read by `latest`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.clock import now
from shop.tables import AuditEntry

_LONGEST_VALUE = 200


def write_audit(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a row to the audit log; it is kept when the caller commits what it tells of.

    ``actor`` is ``staff:ID``, ``conversation:ID``, ``command`` or ``system``; ``subject`` is ``KIND:ID``. Of
    ``before`` and ``after`` only the fields that differ are kept, long texts cut: a summary, no copy.
    Never pass a password, a token or a hash of one.
    """
    old, new = dict(before or {}), dict(after or {})
    differing = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    detail = {
        side: {name: _short(values[name]) for name in differing if name in values}
        for side, values in (("before", old), ("after", new))
    }
    session.add(AuditEntry(at=now(), actor=actor, action=action, subject=subject, detail=detail))


def latest(session: Session, count: int, before_id: int | None = None, kind: str = "") -> list[AuditEntry]:
    """The newest rows, or the newest of those older than ``before_id``, newest first; with ``kind`` only those whose
    action begins with it."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(count)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    if kind:
        query = query.where(AuditEntry.action.startswith(kind, autoescape=True))
    return list(session.scalars(query))


def _short(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return f"{value[:_LONGEST_VALUE]}… ({len(value):,} characters)"
    return value
