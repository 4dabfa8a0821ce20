"""``python -m shop privacy``: one customer's data to take along or to erase, and deleting what is too old."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shop.errors import Refused
from shop.privacy.erasing import ErasureReceipt, erase_everywhere
from shop.privacy.exporting import export_customer
from shop.privacy.outside import outside_stores
from shop.privacy.person import find_customer
from shop.privacy.retention import purge as purge_old
from shop.settings import Settings, get_settings
from shop.unit_of_work import Database

app = typer.Typer(help="What the shop keeps of persons.", no_args_is_help=True)
console = Console()

_Customer = Annotated[str, typer.Argument(help="E-mail, external id or id of the customer.")]


@app.command()
def export(
    customer: _Customer,
    out: Annotated[Path | None, typer.Option(help="File to write; without it the JSON is printed.")] = None,
) -> None:
    """Write everything the shop keeps of one customer as JSON."""
    settings = get_settings()
    with _database(settings) as database, database.work() as unit:
        found = find_customer(unit.session, customer)
        data = export_customer(unit.session, found, outside_stores(settings))
        unit.commit()
    text = json.dumps(data, indent=2, ensure_ascii=False)
    if out is None:
        print(text)
        return
    out.touch(mode=0o600)
    out.write_text(text + "\n", "utf-8")
    rows = sum(map(len, data["stores"].values()))
    console.print(f"{rows:,} rows from {len(data['stores'])} stores written to {out}.", markup=False)


@app.command()
def erase(
    customer: _Customer,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    open_orders: Annotated[
        bool, typer.Option("--open-orders", help="Blank orders that are not done yet, too.")
    ] = False,
    receipt: Annotated[Path | None, typer.Option(help="File to write the receipt to, as JSON.")] = None,
) -> None:
    """Erase one customer everywhere and print the receipt. It cannot be undone."""
    settings = get_settings()
    with _database(settings) as database:
        with database.read() as unit:
            found = find_customer(unit.session, customer)
        if not yes and not typer.confirm(f"Erase customer {found} for good?"):
            raise Refused("Nothing was erased")
        done = erase_everywhere(
            database,
            found,
            outside=outside_stores(settings),
            open_orders=open_orders,
            turn_seconds=settings.turn_timeout_seconds,
        )
    if receipt:
        receipt.write_text(json.dumps(done.as_json(), indent=2) + "\n", "utf-8")
    _print(done)
    if done.left:
        raise typer.Exit(1)


@app.command()
def purge() -> None:
    """Delete conversations and training messages that are older than the settings allow. Run it once a day."""
    settings = get_settings()
    with _database(settings) as database:
        deleted = purge_old(database, settings, outside=outside_stores(settings))
    for table, rows in sorted(deleted.items()):
        console.print(f"{table}: {rows:,} deleted", highlight=False)
    if not deleted:
        console.print("Nothing is older than it may be.")


def _print(receipt: ErasureReceipt) -> None:
    table = Table("store", "what", "rows", "when (UTC)", "why not deleted")
    for line in receipt.lines:
        table.add_row(line.store, line.what, str(line.rows), f"{line.at:%Y-%m-%d %H:%M:%S}", line.why)
    console.print(table)
    for trace in receipt.left:
        console.print(f"LEFT: {trace.table}.{trace.column} {trace.key}", style="red", markup=False)
    for trace in receipt.elsewhere:
        console.print(f"Look yourself: {trace.table}.{trace.column} {trace.key} is not this customer's", markup=False)
    if receipt.shared:
        console.print(f"{receipt.shared} of name, telephone or streets other customers have too; not searched for.")
    if not receipt.left:
        console.print("Every text of every table was searched: none left.")


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    database = Database.from_settings(settings)
    try:
        yield database
    finally:
        database.close()
