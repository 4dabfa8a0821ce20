"""How well sentiment is read: the product's own component, trained on one table and tested on another.

``python -m benchmarks.sentiment --train FILE (--test FILE | --held-out SHARE) --json OUT``

Tables with a text column and a label of 0/1 or negative/neutral/positive. With ``--held-out`` a share of the rows,
drawn by a fixed seed, is kept away from training and tested on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from sklearn.metrics import f1_score

from benchmarks import report
from benchmarks.contenders import answer_sentiment, in_own_process, train_ours
from benchmarks.data_sets import sample, sentiment_rows_of
from benchmarks.intents import OURS, print_figures
from benchmarks.measures import speed_figures
from language.base_models import AUTO
from shop.errors import AisleError, BadInput
from training.dataset import Row, split

SEED = 7
ANY_INTENT = "any"
"""The rows say nothing of intents; one for all of them leaves the intent head nothing to learn."""


def main(
    train: Annotated[Path, typer.Option(help="Labelled rows to train on.")],
    json: Annotated[Path, typer.Option(help="Where the figures go.")],
    test: Annotated[Path | None, typer.Option(help="Labelled rows to answer.")] = None,
    held_out: Annotated[float, typer.Option(help="Without --test: the share of rows to answer.")] = 0.0,
    train_rows: Annotated[int, typer.Option(help="Train on so many of the rows; 0 means all.")] = 0,
    test_rows: Annotated[int, typer.Option(help="Answer so many of the rows; 0 means all.")] = 0,
    base: Annotated[str, typer.Option(help="Base model; auto looks at the language of the rows.")] = AUTO,
) -> None:
    """Train, answer, measure, report."""
    try:
        kept, held = parts(train, test, held_out)
    except AisleError as error:
        Console(stderr=True).print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    learned, asked = sample(kept, train_rows, SEED), sample(held, test_rows, SEED)
    figures: dict[str, Any] = {
        **report.circumstances(SEED),
        "train": report.place(train),
        "test": report.place(test or train),
    }
    figures |= {"train_rows": len(learned), "train_rows_there": len(kept)}
    figures |= {"test_rows": len(asked), "test_rows_there": len(held)}
    figures[OURS] = measure(learned, asked, base)
    report.write(json, figures)
    print_figures(Path(test or train).name, {OURS: figures[OURS]})


def parts(train: Path, test: Path | None, held_out: float) -> tuple[list[Row], list[Row]]:
    """Rows to train on and rows to answer. Raises BadInput when neither a test file nor a share is given."""
    rows = sentiment_rows_of(train)
    if test:
        return rows, sentiment_rows_of(test)
    if not 0.0 < held_out < 1.0:
        raise BadInput(f"Give --test FILE, or --held-out with a share between 0 and 1 (got {held_out}).")
    return split(rows, held_out, SEED)


def measure(train: Sequence[Row], test: Sequence[Row], base: str) -> dict[str, Any]:
    """Train in one process, answer in another, and work out the figures."""
    learned = [replace(row, intent=ANY_INTENT) for row in train]
    with tempfile.TemporaryDirectory(prefix="aisle-benchmark-") as scratch:
        made = in_own_process(train_ours, learned, [], base, Path(scratch))
        said = in_own_process(answer_sentiment, made.folder, [row.text for row in test])
    truth, found = [str(row.sentiment) for row in test], [answer.likeliest for answer in said.answers]
    return {
        "accuracy": sum(t == f for t, f in zip(truth, found, strict=True)) / len(truth),
        "macro_f1": float(f1_score(truth, found, average="macro", labels=sorted(set(truth)), zero_division=0)),
        "training_seconds": round(made.seconds, 1),
        "training_cpu_seconds": round(made.cpu_seconds, 1),
        **speed_figures(said.answers),
        "model_megabytes": round(made.megabytes, 1),
        "resident_megabytes": round(said.resident_megabytes, 1),
        "settings": made.settings,
    }


if __name__ == "__main__":
    typer.run(main)
