"""Everything the shop keeps of one customer, for them to take along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import LargeBinary, inspect, select
from sqlalchemy.orm import Session

from shop.audit import write_audit
from shop.clock import now
from shop.privacy.outside import OutsideStore
from shop.privacy.person import know
from shop.privacy.stores import STORES


def export_customer(
    session: Session, customer_id: int, outside: Sequence[OutsideStore] = (), actor: str = "command"
) -> dict[str, Any]:
    """All rows of the customer by table, and what stores outside the database hold, as JSON; it is written to the
    audit log, the caller commits. Secrets (hashes of codes) and vectors are left out. Raises NotFound."""
    person = know(session, customer_id)
    kept: dict[str, list[dict[str, Any]]] = {}
    for store in STORES:
        rows = session.scalars(
            select(store.table).where(store.mine(person)).order_by(*inspect(store.table).primary_key)
        )
        kept.setdefault(store.name, []).extend(_as_json(row) for row in rows.unique())
    for other in outside:
        kept[other.name] = other.export(person)
    write_audit(session, actor, "export_customer", f"customer:{customer_id}")
    filled = {name: rows for name, rows in sorted(kept.items()) if rows}
    return {"exported_at": now().isoformat(timespec="seconds"), "customer_id": customer_id, "stores": filled}


def _as_json(row: Any) -> dict[str, Any]:
    return {
        attribute.key: _plain(getattr(row, attribute.key))
        for attribute in inspect(type(row)).column_attrs
        if not isinstance(attribute.columns[0].type, LargeBinary) and attribute.key != "code_hash"
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
