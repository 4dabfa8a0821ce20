"""The shop's commands: ``python -m shop --help``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from shop.clock import now
from shop.errors import AisleError, Refused
from shop.handovers import app as handovers
from shop.importing.commands import import_data
from shop.privacy.commands import app as privacy
from shop.settings import as_markdown, get_settings
from shop.staff.commands import app as staff

if TYPE_CHECKING:
    from shop.unit_of_work import Database

app = typer.Typer(help="The shop's database.", no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()

app.command("import")(import_data)
app.add_typer(handovers, name="handovers")
app.add_typer(privacy, name="privacy")
app.add_typer(staff, name="staff")


@app.command()
def migrate() -> None:
    """Bring the database of the settings to the newest tables."""
    from shop.migrations import upgrade

    upgrade(get_settings().resolved_database_url)
    console.print("The database has the newest tables.")


@app.command()
def revision(message: Annotated[str, typer.Argument(help="What changes, for example 'Add wish lists'.")]) -> None:
    """Write the next migration from what the models have and the database of the settings lacks."""
    from shop.migrations import write_revision

    write_revision(get_settings().resolved_database_url, message)


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="The same seed on the same day makes the same shop.")] = 7,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Leave a shop that has content as it is.")] = False,
) -> None:
    """Fill the empty database of the settings with the demo shop."""
    from shop.unit_of_work import Database

    database = Database.from_settings(get_settings())
    try:
        _fill(database, seed)
    except Refused as refusal:
        if not if_empty:
            raise
        console.print(f"Nothing was changed: {refusal}.", soft_wrap=True)
    finally:
        database.close()


def _fill(database: Database, seed: int) -> None:
    from shop.demo.load import check_empty, load_shop, make_shop

    with database.read() as unit:
        check_empty(unit.session)  # before the work of making the rows; load_shop checks again
    started = time.perf_counter()
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console) as progress:
        task = progress.add_task("Making the demo shop", total=None)
        shop = make_shop(seed, now().date())
        progress.update(task, description="Writing the demo shop", total=shop.size)
        load_shop(database, shop, lambda rows: progress.advance(task, rows))
    console.print(f"The demo shop is ready: {shop.size:,} rows in {time.perf_counter() - started:.1f} s.")


@app.command()
def settings() -> None:
    """Print the table of settings as Markdown (docs/settings.md)."""
    print(as_markdown(), end="")


def main() -> None:
    """Run a command; an error of ours is one line and exit code 1, not a traceback."""
    try:
        app(standalone_mode=True)
    except AisleError as error:
        Console(stderr=True).print(f"Error: {error}", style="red", markup=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
