"""``python -m training``: make the encoders, train the bot, score a model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shop.errors import AisleError, BadInput
from shop.settings import get_settings
from training import data_commands
from training.models import commands as models
from training.runs import commands as runs

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from language.explaining import Explanation
    from training.evaluate import Evaluation
    from training.retriever_trial import Outcome

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Training, export and evaluation of models.")
app.command()(data_commands.collect)
app.add_typer(data_commands.app, name="data-set")
app.command()(runs.retrain)
app.command()(runs.resume)
app.command()(runs.stop)
app.command()(runs.worker)
app.command()(models.gate)
app.command()(models.promote)
app.command()(models.shadow)
app.command("runs")(runs.list_runs)
app.command("models")(models.list_models)
app.command("return")(models.return_to)
app.command(hidden=True)(runs.step)
app.command(hidden=True)(runs.talks)
_OUT = Console()
_SHOWN_CONFUSIONS = 15
_BAR = 20  # characters of the strongest word


@app.command()
def encoders(
    int8: Annotated[bool | None, typer.Option(help="Quantise to int8, or not; as measured best when left out.")] = None,
) -> None:
    """Make the sentence encoders of the knowledge base, one a language, under var/encoders/."""
    from training.encoders import make_encoders

    for language, folder in make_encoders(get_settings(), int8).items():
        _OUT.print(f"{language}: {folder}")


@app.command()
def retriever(
    language: Annotated[str, typer.Option(help="en or zh.")] = "en",
    drop: Annotated[bool, typer.Option("--drop", help="Go back to the base model.")] = False,
) -> None:
    """Tune a language's sentence encoder on the shop's articles; it is kept only if held-out questions gain
    and batch tests lose nothing."""
    from rich.progress import Progress

    from knowledge.building import rebuild
    from shop.conversations import LANGUAGES
    from shop.unit_of_work import Database
    from training.encoders import drop_tuned
    from training.retriever_trial import tune

    if language not in LANGUAGES:
        raise BadInput(f"the language must be one of {', '.join(LANGUAGES)}, got {language!r}")
    settings = get_settings()
    database = Database.from_settings(settings)
    try:
        if drop:
            changed = drop_tuned(settings, language)
        else:
            with Progress(console=_OUT) as progress:
                task = progress.add_task(f"tuning {language}", total=None)
                heard = partial(_advance, progress, task)
                outcome = tune(settings, database, language, report=heard)
            _print_outcome(outcome)
            changed = outcome.is_better
        if changed:
            rebuild(settings, database, language)
            _OUT.print(f"{language}: the encoder was exchanged and the index built anew.")
    finally:
        database.close()


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
    model: Annotated[Path | None, typer.Option(help="Served folder; the champion's when left out.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
    slips: Annotated[int | None, typer.Option(help="Seed; put one slip of the finger into each message.")] = None,
) -> None:
    """Score an exported model on files it was not trained on."""
    from language.understanding import Understanding
    from training import evaluate as scoring
    from training.models.serving import served_now

    served = model or served_now(get_settings())
    understanding = Understanding.load(served)
    figures = {}
    for file in files:
        evaluation = scoring.evaluate(understanding, scoring.rows_of_file(file, slips))
        figures[str(file)] = asdict(evaluation)
        _print(str(file), evaluation)
    if json_out:
        json_out.write_text(json.dumps(figures, indent=2, ensure_ascii=False))


@app.command()
def explain(
    text: Annotated[str, typer.Argument(help="The message to explain.")],
    intent: Annotated[str, typer.Option(help="Explain this intent; the likeliest one when left out.")] = "",
    neighbours: Annotated[int, typer.Option(help="How many training examples to show.")] = 5,
    model: Annotated[Path | None, typer.Option(help="Served folder; the champion's when left out.")] = None,
    data: Annotated[Path, typer.Option(help="Rasa training data.")] = Path("bot/data/nlu"),
) -> None:
    """Show which words spoke for the intent of a message, and which training examples lie nearest."""
    from language import explaining
    from language.understanding import Understanding
    from training.explain import examples_of
    from training.models.serving import served_now

    served = model or served_now(get_settings())
    understanding = Understanding.load(served)
    if intent and intent not in understanding.intents:
        raise BadInput(f"No intent is called {intent!r}. There are: {', '.join(understanding.intents)}.")
    examples = examples_of(understanding, served, data)
    _print_explanation(explaining.explain(understanding, text, examples, intent, neighbours))


def _advance(progress: RichProgress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _print_outcome(outcome: Outcome) -> None:
    for kind, compared in (("held-out questions", outcome.held_out), ("of batch tests", outcome.batch_tests)):
        if compared is None:
            _OUT.print(
                "There are too few batch tests to see how it does in shoppers' own words: save some in the editor."
            )
            continue
        table = Table("", "hit@1", "NDCG@10", title=f"{compared.questions} {kind}")
        for name, trial in (("before", compared.before), ("tuned", compared.after)):
            table.add_row(name, f"{trial.hit_at_1:.3f}", f"{trial.ndcg_at_10:.3f}")
        _OUT.print(table)
    _OUT.print("The tuned encoder is kept." if outcome.is_better else "It is no better, and not kept.")


def _print_explanation(explanation: Explanation) -> None:
    _OUT.print(f"acted on: {explanation.acted_on.label} ({explanation.acted_on.confidence:.2f})")
    likeliest = ", ".join(f"{guess.label} {guess.confidence:.2f}" for guess in explanation.ranking[:3])
    _OUT.print(f"likeliest: {likeliest}")
    strongest = max((abs(word.weight) for word in explanation.words), default=0.0) or 1.0
    words = Table("word", "weight", "", title=f"What spoke for {explanation.explained.label}")
    for word in explanation.words:
        colour = "green" if word.weight > 0 else "red"
        bar = f"[{colour}]{'█' * round(_BAR * abs(word.weight) / strongest)}[/{colour}]"
        words.add_row(escape(word.text), f"{word.weight:+.2f}", bar)
    nearest = Table("similarity", "intent", "example", title="The nearest training examples")
    for neighbour in explanation.neighbours:
        nearest.add_row(f"{neighbour.similarity:.3f}", neighbour.intent, escape(neighbour.text))
    _OUT.print(words)
    _OUT.print(nearest)


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
