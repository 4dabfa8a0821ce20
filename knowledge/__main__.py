"""The knowledge base's commands: ``python -m knowledge --help``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status
from rich.table import Table

from knowledge.answering import Answer, Answerer
from knowledge.building import index_folder, rebuild
from knowledge.exporting import export
from knowledge.import_files import READERS, import_file
from knowledge.importing import AUTHOR, Problem, carry_out, import_folder, plan
from knowledge.importing_web import read_web
from knowledge.measuring import measure
from knowledge.vectors import Progress
from shop.conversations import LANGUAGES
from shop.errors import AisleError
from shop.settings import get_settings
from shop.unit_of_work import Database

app = typer.Typer(help="Articles and the search over them.", no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()

Language = Annotated[str, typer.Option(help="en or zh.")]


@app.command(name="import")
def import_articles(
    source: Annotated[
        Path, typer.Argument(help="Markdown files with front matter in folders en and zh, a zip of them, or a CSV.")
    ],
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing if there are articles already.")] = False,
) -> None:
    """Import articles; files and rows that cannot be used are named, the others kept."""
    with _database() as database:
        if source.suffix in READERS and source.is_file():
            report = import_file(database, source, only_if_empty=if_empty)
        else:
            report = import_folder(database, source, only_if_empty=if_empty)
    if report.skipped:
        console.print("There are articles already; nothing was imported.")
        return
    console.print(f"{report.written} texts written, {report.unchanged} unchanged, {len(report.problems)} not usable.")
    _show_problems(report.problems)
    raise typer.Exit(1 if report.problems and not report.written + report.unchanged else 0)


@app.command(name="import-web")
def import_web(
    url: Annotated[str, typer.Argument(help="A public page, or a sitemap of them.")],
    category: Annotated[str, typer.Option(help="The category of what is imported.")],
    save: Annotated[bool, typer.Option("--save", help="Keep what is shown, as drafts.")] = False,
) -> None:
    """Show what a page or a sitemap would become; with --save keep it as drafts."""
    incoming, problems = read_web(url, category)
    with _database() as database, database.work() as unit:
        for planned in plan(unit.session, incoming):
            draft = planned.incoming.draft
            console.print(f"{planned.effect}: {draft.language}/{draft.slug} {draft.title!r}", markup=False)
        if save:
            carry_out(unit.session, incoming, AUTHOR)
            unit.commit()
    _show_problems(problems)


@app.command(name="export")
def export_articles(file: Annotated[Path, typer.Argument(help="The zip to write.")]) -> None:
    """Write all articles as a zip of Markdown files that can be imported again."""
    with _database() as database:
        file.write_bytes(b"".join(export(database)))
    console.print(f"{file} holds all articles.")


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
    """Try each part of the search alone, and all as served, on the articles' own questions, each hidden while asked.

    Shares of those questions: hit@1; right and wrong answers; asked back; beside them NDCG@10. Withheld: the share of
    the questions of hidden articles that got no answer. Limit and margin are those the calibration chose.
    """
    stored = index_folder(get_settings(), language).load()
    if stored.search is None:
        console.print("There are no articles to measure on.")
        return
    headings = ("", "hit@1", "NDCG@10", "right", "wrong", "asked", "withheld", "limit", "margin")
    table = Table(*headings, padding=0)  # so that a terminal of 80 columns holds it
    for name, measured in measure(stored.search).items():
        trial = measured.trial
        shares = (trial.hit_at_1, measured.ndcg_at_10, trial.answered_right, trial.answered_wrong, trial.asked_back)
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


def _show_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        console.print(f"  {problem.file}: {problem.reason}", style="red", markup=False)


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
