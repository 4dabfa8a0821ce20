"""The whole table of intents and sentiment: ``make bench-intents``, or ``python -m benchmarks.suite --data FOLDER``.

Every set runs in a process of its own and leaves one JSON file, which carries the fingerprint of the code and the
options it was made with; a set whose file is there with the same fingerprint is not run again, so a run that was
cut off goes on where it stopped. Our own figures come first, from small sets to large; Rasa's stock pipeline follows
in the same order. All of it is gathered in ``results/intents.json`` and in the table of ``benchmarks/README.md``.
"""

from __future__ import annotations

import json as written
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

import benchmarks
from benchmarks import page, report
from benchmarks.data_sets import existing
from shop.errors import BadInput
from training import checksums
from training.sources import code_fingerprint

_FEWSHOT = "fewshot_intent/Datasets"
_OUT = Console()


@dataclass(frozen=True)
class Entry:
    """One line of the table: the module that measures it and its options; ``{data}`` is the folder of the data."""

    name: str
    module: str
    options: tuple[str, ...]
    against: bool = True
    note: str = ""


def _fewshot(name: str, shots: int) -> Entry:
    folder = f"{{data}}/{_FEWSHOT}/{name}"
    options = ("--train", f"{folder}/train_{shots}", "--validation", f"{folder}/valid", "--test", f"{folder}/test")
    return Entry(f"{name.lower()}_{shots}shot", "benchmarks.intents", options, note="validation sets thresholds only")


ENTRIES = (
    Entry(
        "curekart",
        "benchmarks.intents",
        (
            *("--train", "{data}/hint3/train/curekart_train.csv", "--test", "{data}/hint3/test/curekart_test.csv"),
            *("--oos-label", "NO_NODES_DETECTED"),
        ),
    ),
    _fewshot("HWU64", 10),
    _fewshot("BANKING77", 10),
    _fewshot("CLINC150", 10),
    Entry(
        "hwu64_fold1",
        "benchmarks.intents",
        ("--train", "{data}/hwu64_rasa/KFold_1/train.md", "--test", "{data}/hwu64_rasa/KFold_1/test.md"),
    ),
    Entry(
        "clinc150",
        "benchmarks.intents",
        (
            *("--train", "{data}/clinc150/data_full.json#train+oos_train", "--oos-label", "oos"),
            *("--validation", "{data}/clinc150/data_full.json#val+oos_val"),
            *("--test", "{data}/clinc150/data_full.json#test+oos_test"),
        ),
    ),
    Entry(
        "banking77",
        "benchmarks.intents",
        ("--train", "{data}/banking77/train.csv", "--test", "{data}/banking77/test.csv"),
    ),
    Entry(
        "chinese_reviews",
        "benchmarks.sentiment",
        (
            *("--train", "{data}/online_shopping_10_cats/online_shopping_10_cats.csv", "--held-out", "0.1"),
            *("--train-rows", "6000", "--test-rows", "3000"),
        ),
        against=False,
        note="6,000 of the 56,496 training rows and 3,000 of the 6,277 held-out rows",
    ),
    Entry(
        "sst2",
        "benchmarks.sentiment",
        ("--train", "{data}/sst2/train.tsv", "--test", "{data}/sst2/dev.tsv", "--train-rows", "30000"),
        against=False,
        note="30,000 of the 67,349 training rows",
    ),
)


def main(
    data: Annotated[Path, typer.Option(help="Folder of the public data sets.")] = Path("../shared/data"),
    results: Annotated[Path, typer.Option(help="Where the JSON files go.")] = Path("benchmarks/results"),
    only: Annotated[str, typer.Option(help="Names of sets, comma-separated; all when left out.")] = "",
    ours: Annotated[bool, typer.Option(help="Train our own component.")] = True,
    against: Annotated[bool, typer.Option(help="Train Rasa's stock pipeline too.")] = True,
    until: Annotated[str, typer.Option(help="Begin nothing new after this time of day, as 19:30.")] = "",
) -> None:
    """Run what has not been run with the present code, then gather everything."""
    try:
        chosen = chosen_entries(only)
        existing(data)
    except BadInput as error:
        _OUT.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    jobs = [(e, False) for e in chosen if ours] + [(e, True) for e in chosen if against and e.against]
    for entry, diet in jobs:
        if until and time.strftime("%H:%M") >= until:
            _OUT.print(f"{until} is past: nothing new is begun.")
            break
        run(entry, diet, data, results / "intents")
    gathered = gather(results / "intents")
    report.write(results / "intents.json", {**report.circumstances(), "sets": gathered})
    expected = {"aisle": [e.name for e in ENTRIES], "diet": [e.name for e in ENTRIES if e.against]}
    page.write(Path(benchmarks.__file__).with_name("README.md"), gathered, expected)
    print_table(gathered)


def chosen_entries(only: str) -> list[Entry]:
    """The named entries, all when nothing is named. Raises BadInput on an unknown name."""
    names = [name.strip() for name in only.split(",") if name.strip()]
    known = {entry.name: entry for entry in ENTRIES}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadInput(f"No set is called {unknown[0]!r}; there are {', '.join(known)}.")
    return [known[name] for name in names] if names else list(ENTRIES)


def run(entry: Entry, diet: bool, data: Path, folder: Path) -> bool:
    """Measure one set in a process of its own, unless its file is up to date; whether it was measured now."""
    target = folder / f"{entry.name}{'_diet' if diet else ''}.json"
    mark = fingerprint(entry, diet)
    if is_current(target, mark):
        _OUT.print(f"{target.stem}: up to date")
        return False
    options = [option.format(data=data) for option in entry.options]
    options += ["--against", "diet", "--only-against"] if diet else []
    _OUT.print(f"{target.stem}: running", highlight=False)
    draft = target.with_suffix(".draft")
    command = [sys.executable, "-W", "ignore", "-m", entry.module, *options, "--json", str(draft)]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own command
        _OUT.print(f"[red]{target.stem}: could not be measured[/red]")
        draft.unlink(missing_ok=True)
        return False
    figures = written.loads(draft.read_text("utf-8"))
    report.write(target, {"set": entry.name, "note": entry.note, "fingerprint": mark, **figures})
    draft.unlink()
    return True


def fingerprint(entry: Entry, diet: bool) -> str:
    """Changes with whatever decides the figures: options, the code that measures, and (for ours) that trains."""
    here = Path(benchmarks.__file__).parent
    code = checksums.of_folder(here, ["contenders.py", "data_sets.py", "measures.py"])
    return checksums.of_json([entry.options, code, "diet" if diet else code_fingerprint()])


def is_current(target: Path, mark: str) -> bool:
    """Whether a result was made with this very fingerprint."""
    return target.is_file() and written.loads(target.read_text("utf-8")).get("fingerprint") == mark


def gather(folder: Path) -> list[dict[str, Any]]:
    """All results there are, in the order of the table; DIET's figures beside ours."""
    gathered = []
    for entry in ENTRIES:
        found: dict[str, Any] = {}
        for ending in ("", "_diet"):
            file = folder / f"{entry.name}{ending}.json"
            if file.is_file():
                made = written.loads(file.read_text("utf-8"))
                found = {**made, **found} if found else made
        if found:
            gathered.append(found)
    return gathered


def print_table(sets: list[dict[str, Any]]) -> None:
    """One line a set and contender."""
    names = ("accuracy", "in_scope_accuracy", "out_of_scope_recall", "mcc_best", "entity_f1", "training_seconds")
    table = Table("set", "who", *(name.replace("_", " ") for name in names))
    for row in sets:
        for who in ("aisle", "diet"):
            if who in row:
                table.add_row(row["set"], who, *(_shown(row[who].get(name)) for name in names))
    _OUT.print(table)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    typer.run(main)
