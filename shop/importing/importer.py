"""Importing a file: read it, check it, save it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.errors import BadInput, Conflict
from shop.importing.fields import parse_currency
from shop.importing.own_files import read_own
from shop.importing.records import Batch, Entry, OrderRecord, Record, RecordRefused
from shop.importing.report import ImportReport, Refusal
from shop.importing.saving import saver_for
from shop.importing.shopify import read_shopify
from shop.importing.tau2 import read_tau2
from shop.importing.wording import shown

#: The kinds of files: Aisle's own layouts, Shopify's product CSV, and tau2-bench's retail shop.
KINDS = ("products", "customers", "orders", "reviews", "events", "shopify", "tau2")


def import_file(session: Session, path: str | Path, kind: str, currency: str = "USD") -> ImportReport:
    """Add what is new in a file and change what differs; what cannot be kept is reported, the rest is kept.

    ``currency`` is that of the prices where the layout names none (shopify, tau2). The caller commits. Raises
    BadInput if nothing can be read, and Conflict if somebody else wrote the same records meanwhile; whatever
    is raised, the session holds nothing of the file.
    """
    report = ImportReport(str(path), kind)
    with session.begin_nested():
        for batch in _read(Path(path), kind, currency, report):
            try:
                _save(session, _without_repeats(batch, report), report)
            except IntegrityError as error:
                raise Conflict("the same records were written by somebody else meanwhile; import again") from error
    return report


def _read(path: Path, kind: str, currency: str, report: ImportReport) -> Sequence[Batch]:
    if kind not in KINDS:
        raise BadInput(f"there is no kind {kind!r}; there are {', '.join(KINDS)}")
    try:
        code = parse_currency(currency)
    except ValueError as error:
        raise BadInput(f"the currency is {shown(currency)}: {error}") from error
    if kind == "shopify":
        return read_shopify(path, code, report)
    return read_tau2(path, code, report) if kind == "tau2" else read_own(path, kind, report)


def _without_repeats(batch: Batch, report: ImportReport) -> Batch:
    """The first record of each id. Taking a second would make the outcome hang on the order of lines."""
    first: dict[str, Entry] = {}
    for entry in batch.entries:
        key = _key(entry.record)
        if key in first:
            earlier = first[key].place.at(())
            report.refuse(batch.sort, [Refusal(entry.place.at(()), f"the id {key!r} stands already at {earlier}")])
        else:
            first[key] = entry
    return Batch(batch.sort, tuple(first.values()))


def _key(record: Record) -> str:
    return record.number if isinstance(record, OrderRecord) else record.external_id


def _save(session: Session, batch: Batch, report: ImportReport) -> None:
    """Save a batch. What was refused is tried again while others change: an e-mail address may be given up by
    one customer further down the file than the one who takes it."""
    saver = saver_for(batch.sort, session, [entry.record for entry in batch.entries])
    pending, refused = list(batch.entries), list[tuple[Entry, RecordRefused]]()
    progress = True
    while pending and progress:
        progress, refused = False, []
        for entry in pending:
            try:
                outcome = saver.save(entry.record)
            except RecordRefused as refusal:
                refused.append((entry, refusal))
                continue
            report.count(batch.sort, outcome)
            progress = progress or outcome != "unchanged"
        pending = [entry for entry, _ in refused]
    for entry, error in refused:
        report.refuse(batch.sort, [Refusal(entry.place.at(error.loc), str(error))])
    session.flush()
