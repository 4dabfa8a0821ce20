"""Erasing one customer everywhere, with a receipt for every store and a search afterwards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from shop.audit import write_audit
from shop.clock import now
from shop.errors import Refused
from shop.privacy.outside import OutsideStore
from shop.privacy.person import Person, know
from shop.privacy.stores import STORES, Store
from shop.privacy.traces import Trace, blank_traces, find_traces
from shop.tables import Order
from shop.unit_of_work import Database

_WRITTEN_LATE = frozenset(
    "shadow_readings training_labels training_messages question_logs dialogue_states handovers".split()
)
_DONE = ("delivered", "cancelled", "returned")


@dataclass(frozen=True)
class ReceiptLine:
    """What was done in one store: ``what`` is deleted, blanked or kept (``why`` says why not deleted)."""

    store: str
    what: str
    rows: int
    at: datetime
    why: str = ""


@dataclass(frozen=True)
class ErasureReceipt:
    """What became of a customer's data. ``left`` is empty when all is gone; ``elsewhere`` are places in the shop's own
    texts and in other customers' records, which are not changed; ``shared`` counts what other customers have too
    (a name, a family's address), which cannot be searched for."""

    customer_id: int
    lines: tuple[ReceiptLine, ...]
    left: tuple[Trace, ...]
    elsewhere: tuple[Trace, ...]
    shared: int

    def as_json(self) -> dict[str, Any]:
        """The receipt with times as ISO text."""
        lines = [{**asdict(line), "at": line.at.isoformat(timespec="seconds")} for line in self.lines]
        return {**asdict(self), "lines": lines}


def erase_customer(
    session: Session, customer_id: int, actor: str = "command", open_orders: bool = False
) -> tuple[Person, list[ReceiptLine]]:
    """Delete or blank all rows that are the customer's, and write it to the audit log; the caller commits.

    ``erase_everywhere`` does this and what else there is to do. Raises NotFound; Refused where orders are not done
    yet, because their parcels need the address, unless ``open_orders`` says to blank them too.
    """
    person = know(session, customer_id)
    waiting = _open_orders(session, customer_id)
    if waiting and not open_orders:
        raise Refused(
            f"{', '.join(waiting)} not done yet, and the parcel needs its address; erase later, or with --open-orders"
        )
    lines = [line for store in STORES if (line := _apply(session, store, person))]
    counts = {f"{line.store} {line.what}": line.rows for line in lines}
    write_audit(session, actor, "erase_customer", f"customer:{customer_id}", after=counts)
    session.flush()
    return person, lines


def erase_everywhere(
    database: Database,
    customer_id: int,
    *,
    outside: Sequence[OutsideStore] = (),
    actor: str = "command",
    open_orders: bool = False,
    turn_seconds: float = 0.0,
) -> ErasureReceipt:
    """Erase a customer from all stores, then search every table and blank what still speaks of them.

    Long reading happens between short transactions, so that the shop goes on meanwhile. ``turn_seconds`` is how long
    a turn of a running conversation may take: what such a turn writes late is erased after it. Raises as
    ``erase_customer``.
    """
    with database.work() as unit:
        person, lines = erase_customer(unit.session, customer_id, actor, open_orders)
        unit.commit()
    for store in outside:
        lines.append(ReceiptLine(store.name, "deleted", store.erase(person), now()))
    if person.conversation_ids:
        time.sleep(turn_seconds)
        _forget_late_turns(database, person)
    traces = _search(database, person)
    touchable = [trace for trace in traces if trace.touchable]
    if touchable:
        with database.work() as unit:
            count = blank_traces(unit.session, person, touchable)
            unit.commit()
        lines.append(ReceiptLine("mentions elsewhere", "blanked", count, now(), "the rest of the row is not theirs"))
        traces = _search(database, person)
    _empty_the_log(database)
    return ErasureReceipt(
        customer_id=customer_id,
        lines=tuple(lines),
        left=tuple(trace for trace in traces if trace.touchable),
        elsewhere=tuple(trace for trace in traces if not trace.touchable),
        shared=len(person.shared),
    )


def _search(database: Database, person: Person) -> list[Trace]:
    with database.read() as unit:
        return find_traces(unit.session, person)


def _open_orders(session: Session, customer_id: int) -> list[str]:
    query = select(Order.number).where(Order.customer_id == customer_id, Order.status.not_in(_DONE))
    return list(session.scalars(query.order_by(Order.number)))


def _apply(session: Session, store: Store, person: Person) -> ReceiptLine | None:
    """What a store's fate is, done to the person's rows; None where there are none."""
    mine = store.mine(person)
    if store.fate == "deleted":
        rows = session.execute(delete(store.table).where(mine).execution_options(synchronize_session=False)).rowcount
    elif store.blank is None:
        rows = session.scalar(select(func.count()).select_from(store.table).where(mine))
    else:
        found = session.scalars(select(store.table).where(mine)).unique().all()
        for row in found:
            store.blank(row, person)
        session.flush()
        rows = len(found)
    return ReceiptLine(store.name, store.fate, rows, now(), store.why) if rows else None


def _forget_late_turns(database: Database, person: Person) -> None:
    """A turn, or a collecting of messages for training, that ran meanwhile has saved what it had read before."""
    with database.work() as unit:
        for store in STORES:
            if store.name in _WRITTEN_LATE:
                _apply(unit.session, store, person)
        unit.commit()


def _empty_the_log(database: Database) -> None:
    """SQLite's write-ahead log holds pages as they were; deleted rows themselves are overwritten (``shop.database``).
    Where somebody reads just now, it is emptied later, in the course of things."""
    if database.engine.dialect.name != "sqlite":
        return
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    finally:
        connection.close()
