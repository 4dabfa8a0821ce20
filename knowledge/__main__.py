"""The knowledge base's commands: ``python -m knowledge --help``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status
from rich.table import Table

from knowledge.answering import Answer, Answerer
from knowledge.building import Progress, index_folder, rebuild
from knowledge.importing import import_folder
from knowledge.measuring import measure
from shop.conversations import LANGUAGES
from shop.errors import AisleError
from shop.settings import get_settings
from shop.unit_of_work import Database

app = typer.Typer(help="Articles and the search over them.", no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()

Language = Annotated[str, typer.Option(help="en or zh.")]


@app.command(name="import")
def import_articles(
    folder: Annotated[Path, typer.Argument(help="Markdown files with front matter, in folders en and zh.")],
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing if there are articles already.")] = False,
) -> None:
    """Import a folder of articles; files that cannot be used are named, the others kept."""
    with _database() as database:
        report = import_folder(database, folder, only_if_empty=if_empty)
    if report.skipped:
        console.print("There are articles already; nothing was imported.")
        return
    console.print(f"{report.written} texts written, {report.unchanged} unchanged, {len(report.problems)} not usable.")
    for problem in report.problems:
        console.print(f"  {problem.file}: {problem.reason}", style="red", markup=False)
    raise typer.Exit(1 if report.problems and not report.written + report.unchanged else 0)


@app.command(name="rebuild")
def rebuild_indexes() -> None:
    """Bring the search index of every language up to date."""
    settings = get_settings()
    with _database() as database:
        for language in LANGUAGES:
            started = time.perf_counter()
            with console.status(f"Indexing {language}") as status:
                built = rebuild(settings, database, language, _reporter(status, language))
            manifest = index_folder(settings, language).manifest()
            articles = manifest.articles if manifest else 0
            state = f"built in {time.perf_counter() - started:.1f} s" if built else "up to date"
            console.print(f"{language}: {articles} articles, {state}.")


@app.command()
def ask(question: Annotated[str, typer.Argument(help="What a shopper would ask.")], language: Language = "en") -> None:
    """Answer one question the way the bot would."""
    with _database() as database:
        answerer = Answerer.load(get_settings(), database)
        started = time.perf_counter()
        answer = answerer.answer(question, language)
        milliseconds = (time.perf_counter() - started) * 1000
    _show(answer)
    console.print(f"score {answer.score:.3f}, runner-up {answer.runner_up:.3f}, {milliseconds:.1f} ms", style="dim")


@app.command(name="measure")
def measure_search(language: Language = "en") -> None:
    """Try each part of the search on the articles' own questions, each hidden while it is asked.

    Shares of those questions: hit@1; right and wrong answers; asked back. Withheld: the share of the questions of
    hidden articles that got no answer. Limit and margin are those the calibration chose.
    """
    stored = index_folder(get_settings(), language).load()
    if stored.search is None:
        console.print("There are no articles to measure on.")
        return
    table = Table("", "hit@1", "right", "wrong", "asked", "withheld", "limit", "margin")
    for name, trial in measure(stored.search).items():
        shares = (trial.hit_at_1, trial.answered_right, trial.answered_wrong, trial.asked_back)
        figures = (*shares, trial.left_out_unanswered, trial.threshold, trial.margin)
        table.add_row(name, *(f"{figure:.3f}" for figure in figures))
    console.print(table)


def _reporter(status: Status, language: str) -> Progress:
    def report(done: int, total: int) -> None:
        status.update(f"Indexing {language}: {done} of {total} texts")

    return report


@contextmanager
def _database() -> Iterator[Database]:
    database = Database.from_settings(get_settings())
    try:
        yield database
    finally:
        database.close()


def _show(answer: Answer) -> None:
    console.print(answer.outcome, style="bold")
    for source in (answer.article, *answer.candidates):
        if source is not None:
            console.print(f"  {source.title} ({source.slug}, {source.language})", markup=False)
    if answer.text:
        console.print(answer.text, markup=False)


if __name__ == "__main__":
    try:
        app()
    except AisleError as error:
        console.print(str(error), style="red", markup=False)
        raise SystemExit(1) from error
