"""``python -m training``: make the encoders, train the bot, score a model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from shop.errors import AisleError
from shop.settings import get_settings

if TYPE_CHECKING:
    from training.evaluate import Evaluation

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Training, export and evaluation of models.")
_OUT = Console()
_SHOWN_CONFUSIONS = 15


@app.command()
def encoders(
    int8: Annotated[bool | None, typer.Option(help="Quantise to int8, or not; as measured best when left out.")] = None,
) -> None:
    """Make the sentence encoders of the knowledge base, one a language, under var/encoders/."""
    from training.encoders import make_encoders

    for language, folder in make_encoders(get_settings(), int8).items():
        _OUT.print(f"{language}: {folder}")


@app.command()
def bot() -> None:
    """Train the whole bot: `rasa train`, into models/aisle.tar.gz. Fine-tunes only when something changed."""
    from training import archive

    sources = archive.sources_digest()
    name = archive.ARCHIVE.name.removesuffix(".tar.gz")
    command = [sys.executable, "-W", "ignore", "-m", "rasa", "train", "--fixed-model-name", name]
    environment = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"} | os.environ
    code = subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own command
    if code == 0:
        archive.mark(sources)
    raise typer.Exit(code)


@app.command()
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="Rasa NLU files or folders, or tables of text,sentiment.")],
    model: Annotated[Path | None, typer.Option(help="Served folder; the newest trained one when left out.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
) -> None:
    """Score an exported model on files it was not trained on."""
    from language.understanding import Understanding
    from training import evaluate as scoring
    from training.understanding import newest_served

    served = model or newest_served(get_settings().state_dir)
    understanding = Understanding.load(served)
    figures = {}
    for file in files:
        evaluation = scoring.evaluate(understanding, scoring.rows_of_file(file))
        figures[str(file)] = asdict(evaluation)
        _print(str(file), evaluation)
    if json_out:
        json_out.write_text(json.dumps(figures, indent=2, ensure_ascii=False))


def _print(title: str, evaluation: Evaluation) -> None:
    from training.evaluate import confusions

    table = Table(title=title, show_header=False)
    for name, value in asdict(evaluation).items():
        if name != "mistakes":
            table.add_row(name.replace("_", " "), f"{value:.4f}" if isinstance(value, float) else str(value))
    _OUT.print(table)
    for truth, likeliest, times in confusions(evaluation)[:_SHOWN_CONFUSIONS]:
        _OUT.print(f"{times:4d}  {truth} taken for {likeliest}")


def main() -> None:
    """Entry point: errors that we raise on purpose end the command with one line."""
    try:
        app()
    except AisleError as error:
        _OUT.print(f"[red]{error}[/red]")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
