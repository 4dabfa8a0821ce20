"""How well intents are understood: the product's own component, and Rasa's stock pipeline beside it.

``python -m benchmarks.intents --train TRAIN --test TEST [--validation V] [--oos-label L] [--against diet] --json OUT``

The files are tables with the columns sentence,label or text,category, or any other shape of ``data_sets``. Both
contenders train on the same rows; thresholds and temperature come from the validation rows, or where there are none
from a tenth of the training rows. The test rows are read once, by the code that serves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.contenders import (
    Answered,
    Trained,
    answer_diet,
    answer_ours,
    in_own_process,
    train_diet,
    train_ours,
)
from benchmarks.data_sets import rows_of
from benchmarks.measures import entity_f1, intent_figures, speed_figures
from language.base_models import AUTO
from shop.errors import AisleError, BadInput
from training.dataset import Row

OURS, DIET = "aisle", "diet"
_SEED = 7


def main(  # noqa: PLR0913, PLR0917 - one option a line
    train: Annotated[str, typer.Option(help="Labelled rows to train on.")],
    test: Annotated[str, typer.Option(help="Labelled rows to answer, seen by nothing before.")],
    json: Annotated[Path, typer.Option(help="Where the figures go.")],
    validation: Annotated[str, typer.Option(help="Rows that thresholds are chosen on.")] = "",
    oos_label: Annotated[str, typer.Option(help="The label that means out of scope.")] = "",
    against: Annotated[str, typer.Option(help="diet: train Rasa's stock pipeline too.")] = "",
    only_against: Annotated[bool, typer.Option(help="Leave our own figures as they stand in the JSON.")] = False,
    base: Annotated[str, typer.Option(help="Base model; auto looks at the language of the rows.")] = AUTO,
) -> None:
    """Train, answer, measure, report."""
    try:
        rows = {name: rows_of(path, oos_label or None) for name, path in (("train", train), ("test", test))}
        held = rows_of(validation, oos_label or None) if validation else []
        if against not in ("", DIET):
            raise BadInput(f"--against {against!r} is unknown; only {DIET!r} can be trained beside ours.")
    except AisleError as error:
        Console(stderr=True).print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    figures = _earlier(json) if only_against else {}
    figures |= {
        **report.circumstances(_SEED),
        **{n: report.place(p) for n, p in (("train", train), ("test", test), ("validation", validation))},
    }
    figures |= {"train_rows": len(rows["train"]), "validation_rows": len(held), "test_rows": len(rows["test"])}
    contenders = ([] if only_against else [OURS]) + ([DIET] if against else [])
    for contender in contenders:
        figures[contender] = measure(contender, rows["train"], held, rows["test"], base)
        report.write(json, figures)
    print_figures(Path(test).name, {name: figures[name] for name in (OURS, DIET) if name in figures})


def measure(
    contender: str, train: Sequence[Row], validation: Sequence[Row], test: Sequence[Row], base: str
) -> dict[str, Any]:
    """Train one contender in a process of its own, let it answer in another, and work out its figures."""
    with tempfile.TemporaryDirectory(prefix="aisle-benchmark-") as scratch:
        made: Trained
        said: Answered
        texts = [row.text for row in test]
        if contender == OURS:
            made = in_own_process(train_ours, train, validation, base, Path(scratch))
            said = in_own_process(answer_ours, made.folder, texts)
        else:
            made = in_own_process(train_diet, train, Path(scratch))
            said = in_own_process(answer_diet, made.folder, texts)
    return {
        **intent_figures([str(row.intent) for row in test], said.answers),
        "entity_f1": entity_f1([row.spans for row in test], said.answers),
        "training_seconds": round(made.seconds, 1),
        "training_cpu_seconds": round(made.cpu_seconds, 1),
        **speed_figures(said.answers),
        "model_megabytes": round(made.megabytes, 1),
        "resident_megabytes": round(said.resident_megabytes, 1),
        "settings": made.settings,
    }


def print_figures(title: str, by_contender: dict[str, dict[str, Any]]) -> None:
    """A table with one column a contender."""
    table = Table("figure", *by_contender, title=title)
    for name in next(iter(by_contender.values())):
        values = [figures.get(name) for figures in by_contender.values()]
        table.add_row(name.replace("_", " "), *(_written(value) for value in values))
    Console().print(table)


def _written(value: Any) -> str:
    return "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _earlier(path: Path) -> dict[str, Any]:
    import json

    figures: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return figures


if __name__ == "__main__":
    typer.run(main)
