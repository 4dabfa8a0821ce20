"""``python -m training collect`` and ``data-set``: take over what shoppers said; build, compare, check and export data.

What these need is loaded when one of them runs: every command of the room imports this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shop.errors import NotReady
from shop.settings import get_settings
from shop.unit_of_work import Database

if TYPE_CHECKING:
    from training.data_sets import DataExample, Findings

app = typer.Typer(no_args_is_help=True, help="Versions of the data that models learn from.")
_OUT = Console()
_SHOWN = 20
_Number = Annotated[int, typer.Argument(help="Number of the data set, as `data-set list` shows it.")]


def collect() -> None:
    """Take over, redacted, what shoppers typed since the last time, and what has come of earlier messages."""
    from training.logs import collect as take_over

    settings = get_settings()
    collected = take_over(Database.from_settings(settings), settings)
    _OUT.print(f"new messages: {collected.new}, changed ones: {collected.updated}")


@app.command()
def build(note: Annotated[str, typer.Option(help="What is new in it.")] = "") -> None:
    """Join the tree's training files and the labels into a new version, if anything changed."""
    from training import data_sets

    settings = get_settings()
    version = data_sets.build(Database.from_settings(settings), settings, "command", note)
    _OUT.print(f"data set {version.id} in {data_sets.folder_of(settings, version)}: {version.counts['splits']}")


@app.command("list")
def list_all() -> None:
    """Show all versions, the newest first."""
    from training import data_sets

    table = Table("number", "made at", "by", "train", "validation", "test", "from messages", "note")
    with Database.from_settings(get_settings()).read() as unit:
        for version in data_sets.list_versions(unit.session):
            splits = version.counts["splits"]
            table.add_row(
                str(version.id),
                f"{version.created_at:%Y-%m-%d %H:%M} UTC",
                escape(version.author),
                *(str(splits[name]) for name in ("train", "validation", "test")),
                str(version.counts["from_messages"]),
                escape(version.note),
            )
    _OUT.print(table)


@app.command()
def difference(before: _Number, after: _Number) -> None:
    """Show what changed from one version to another."""
    from training import data_sets

    settings = get_settings()
    with Database.from_settings(settings).read() as unit:
        versions = [data_sets.get_version(unit.session, number) for number in (before, after)]
    found = data_sets.difference(settings, *versions)
    _examples("added", found.added)
    _examples("removed", found.removed)
    for title, changed in (("relabelled", found.relabelled), ("moved to another split", found.moved)):
        _OUT.print(f"[bold]{title}: {len(changed)}[/bold]")
        for old, new in changed[:_SHOWN]:
            _OUT.print(escape(f"  {old.intent}/{old.split} → {new.intent}/{new.split}  {new.text}"))
    for intent, (earlier, later) in found.intents.items():
        _OUT.print(f"  {intent}: {earlier} → {later}")


@app.command()
def check(number: _Number) -> None:
    """Look for duplicates with different labels, leaks, labels that look wrong, and lacking balance."""
    from training import data_sets
    from training.logs.reader import reader_of

    settings = get_settings()
    database = Database.from_settings(settings)
    with database.read() as unit:
        version = data_sets.get_version(unit.session, number)
    try:
        model = reader_of(database, settings).model
    except NotReady:
        model = None
    findings = data_sets.check(settings, version, model)
    _print_findings(findings)
    raise typer.Exit(0 if findings.fit_to_train else 1)


@app.command()
def export(
    number: _Number,
    folder: Annotated[Path, typer.Argument(help="Where to write.")],
    hugging_face: Annotated[bool, typer.Option("--hugging-face", help="For datasets.load_dataset.")] = False,
) -> None:
    """Write a version as one CSV table, or as a folder that Hugging Face's datasets loads."""
    from training import data_sets

    settings = get_settings()
    with Database.from_settings(settings).read() as unit:
        version = data_sets.get_version(unit.session, number)
    folder.mkdir(parents=True, exist_ok=True)
    if hugging_face:
        data_sets.export_hugging_face(settings, version, folder)
    else:
        (folder / f"data_set_{number}.csv").write_text(data_sets.export_csv(settings, version), "utf-8-sig")
    _OUT.print(f"written to {folder}")


def _examples(title: str, examples: tuple[DataExample, ...]) -> None:
    _OUT.print(f"[bold]{title}: {len(examples)}[/bold]")
    for example in examples[:_SHOWN]:
        _OUT.print(escape(f"  {example.split} {example.intent}  {example.text}  ({example.source})"))


def _print_findings(findings: Findings) -> None:
    _OUT.print(f"[bold]near-duplicates with different intents: {len(findings.duplicates)}[/bold]")
    for duplicate in findings.duplicates[:_SHOWN]:
        pair = [f"{each.text} ({each.intent}, {each.source})" for each in (duplicate.first, duplicate.second)]
        _OUT.print(escape("  " + " | ".join(pair)))
    _OUT.print(f"[bold]leaks: {len(findings.leaks)}[/bold]")
    for leak in findings.leaks[:_SHOWN]:
        _OUT.print(
            escape(f"  {leak.why}: {leak.first.text} ({leak.first.split}) | {leak.second.text} ({leak.second.split})")
        )
    checked = (
        str(len(findings.label_errors)) if findings.label_errors_checked else "not looked for: no model is trained"
    )
    _OUT.print(f"[bold]labels that look wrong: {checked}[/bold]")
    for error in findings.label_errors[:_SHOWN]:
        _OUT.print(
            escape(f"  {error.example.text}: {error.example.intent}, rather {error.likelier} ({error.example.source})")
        )
    _OUT.print(f"[bold]scarce intents: {', '.join(findings.balance.scarce) or 'none'}[/bold]")
    _OUT.print(f"[bold]dominant intents: {', '.join(findings.balance.dominant) or 'none'}[/bold]")
