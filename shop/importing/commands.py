"""``python -m shop import KIND FILE``."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from shop.errors import AisleError, NotReady, Unavailable
from shop.importing.importer import KINDS, import_file
from shop.importing.report import ImportReport
from shop.settings import get_settings
from shop.unit_of_work import Database

Kind = Enum("Kind", {kind: kind for kind in KINDS}, type=str)  # type: ignore[misc]  # made of the one list of kinds


def import_data(
    kind: Annotated[Kind, typer.Argument(help="What the file holds; docs/importing.md describes each layout.")],
    file: Annotated[Path, typer.Argument(help="CSV, or JSON if it is named .json.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report what would happen, and keep nothing.")] = False,
    currency: Annotated[str, typer.Option(help="Of prices without one, in shopify and tau2 files.")] = "USD",
) -> None:
    """Import a shop's own data. Exit code: 0 all taken, 1 some refused, 2 nothing could be read."""
    try:
        report = _run(kind.value, file, dry_run, currency)
    except AisleError as error:
        Console(stderr=True).print(
            f"[red]Nothing was imported:[/] {escape(str(error))}", highlight=False, soft_wrap=True
        )
        raise typer.Exit(2) from error
    _print(report, dry_run)
    raise typer.Exit(1 if report.refused else 0)


def _run(kind: str, file: Path, dry_run: bool, currency: str) -> ImportReport:
    database = Database.from_settings(get_settings())
    try:
        if not inspect(database.engine).has_table("products"):
            raise NotReady("the database has no tables yet; run: python -m shop migrate")
        with database.work() as unit:
            report = import_file(unit.session, file, kind, currency)
            if not dry_run:
                unit.commit()
            return report
    except DBAPIError as error:
        raise Unavailable(f"the database refused: {error.orig}") from error
    finally:
        database.close()


def _print(report: ImportReport, dry_run: bool) -> None:
    console = Console()
    table = Table(title=f"{'Dry run, nothing kept: ' if dry_run else ''}{escape(report.file)}", title_justify="left")
    for heading in ("", "added", "changed", "unchanged", "refused"):
        table.add_column(heading, justify="right" if heading else "left")
    for sort, counts in report.counts.items():
        figures = (counts.added, counts.changed, counts.unchanged, counts.refused)
        table.add_row(sort, *(f"{figure:,}" for figure in figures))
    console.print(table)
    for note in report.notes:
        console.print(f"Note: {note}", markup=False, highlight=False, soft_wrap=True)
    if report.refusals:
        console.print("Refused:", style="red")
    for refusal in report.refusals:
        console.print(f"  {refusal}", markup=False, highlight=False, soft_wrap=True)
