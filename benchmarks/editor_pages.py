"""How long the editor's pages take with a large knowledge base, and the first visits after a start.

``python -m benchmarks.editor_pages [--articles N] [--questions N] [--rounds N] [--json OUT]``

The shelf is the demo shop's, copied (benchmarks/editor_shelf.py), in a scratch folder with the prepared encoders; the
server is ``python -m web``, asked over HTTP by a lead who is signed in. A page's time is what the client sees, from the
request to the last byte; nothing else of a browser's. Needs the prepared demo shop.
"""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from html import unescape
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.editor_shelf import fill
from benchmarks.tau2_retail.world import copy_database
from knowledge.building import rebuild
from shop import staff
from shop.conversations import LANGUAGES
from shop.errors import Unavailable
from shop.migrations import upgrade
from shop.settings import Settings
from shop.staff.demo import make_demo_accounts
from shop.unit_of_work import Database

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "copper lantern drifts"  # noqa: S105 - of accounts that last as long as the run
_SEED = 7
_START_SECONDS = 120
_ARTICLE = "/editor/articles/shipping-cost-9"
PAGES = {
    "list": "/editor",
    "list, last page": "/editor?page=200",
    "list, search": "/editor?q=gift+card",
    "list, filters": "/editor?category=returns&status=published&language=en",
    "list, not yet published": "/editor?only=changed",
    "list, stale": "/editor?only=stale",
    "article": _ARTICLE,
    "article, Chinese": f"{_ARTICLE}?language=zh",
    "history": f"{_ARTICLE}/history?language=en",
    "new article": "/editor/new",
    "gaps": "/editor/gaps",
    "gaps, Chinese": "/editor/gaps?language=zh",
    "gaps dismissed": "/editor/gaps/dismissed",
    "health": "/editor/health",
    "batch tests": "/editor/tests",
    "figures, 30 days": "/editor/figures",
    "figures, a year": "/editor/figures?days=365",
    "import": "/editor/import",
}

console = Console(stderr=True)


def main(
    articles: Annotated[int, typer.Option(help="Articles, each in both languages.")] = 10_000,
    questions: Annotated[int, typer.Option(help="Questions that shoppers asked in twelve weeks.")] = 20_000,
    rounds: Annotated[int, typer.Option(help="How often each page is asked for.")] = 10,
    json: Annotated[Path, typer.Option(help="Where the figures go.")] = Path("benchmarks/results/editor_pages.json"),
) -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as folder:
        settings = _prepare(Path(folder), articles, questions)
        with _serving(settings) as client:
            _sign_in(client)
            first = {name: _timed(partial(client.get, path)) for name, path in _first_visits().items()}
            _wait_until_loaded(client)
            details = [_measure(name, partial(client.get, path), rounds) for name, path in PAGES.items()]
            details += _changes(client, rounds)
    figures = {
        **report.circumstances(_SEED),
        "load_average": [round(one, 1) for one in os.getloadavg()],
        "articles": articles,
        "questions": questions,
        "first_visit_milliseconds": {name: round(spent) for name, spent in first.items()},
        "slowest_p95_milliseconds": max(one["p95_milliseconds"] for one in details),
        "details": details,
    }
    report.write(json, figures)
    _print(figures)


def _prepare(state: Path, articles: int, questions: int) -> Settings:
    prepared = Settings().state_dir.resolve()
    copy_database(prepared / "aisle.db", state / "aisle.db")
    for name in ("encoders", "base_models"):
        os.symlink(prepared / name, state / name)
    settings = Settings(state_dir=state, database_url="", port=_free_port())
    upgrade(settings.resolved_database_url)
    database = Database.from_settings(settings)
    console.print(f"Writing {articles:,} articles ...")
    fill(settings, database, articles, questions, _SEED)
    for language in LANGUAGES:
        console.print(f"Building the index in {language} ...")
        rebuild(settings, database, language)
    with database.work() as unit:
        make_demo_accounts(unit.session, "command", staff.Passwords().hash(PASSWORD))
        unit.commit()
    database.close()
    return settings


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serving(settings: Settings) -> Iterator[httpx.Client]:
    told = {"AISLE_STATE_DIR": str(settings.state_dir), "AISLE_DATABASE_URL": "", "AISLE_PORT": str(settings.port)}
    process = subprocess.Popen([sys.executable, "-m", "web"], cwd=ROOT, env={**os.environ, **told})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=60) as client:
            _wait_until_open(client, process)
            yield client
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_open(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.HTTPError):
            client.get("/staff/sign-in")
            return
        time.sleep(0.05)
    raise Unavailable("the server did not start; what it said stands above")


def _wait_until_loaded(client: httpx.Client) -> None:
    while not client.get("/editor/jobs/loading/progress").json()["is_over"]:
        time.sleep(0.2)


def _sign_in(client: httpx.Client) -> None:
    page = client.get("/staff/sign-in").text
    hidden = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}
    fields = {**hidden, "email": "lead@demo.example", "password": PASSWORD}
    client.post("/staff/sign-in", data=fields, headers={"Origin": str(client.base_url).rstrip("/")})
    client.headers["X-CSRF-Token"] = client.get("/staff/session").raise_for_status().json()["csrf_token"]


def _first_visits() -> dict[str, str]:
    """While the encoders are still being loaded."""
    return {name: PAGES[name] for name in ("list", "gaps", "article")}


def _changes(client: httpx.Client, rounds: int) -> list[dict[str, Any]]:
    """What a lead waits for that is no page to look at."""
    text = {
        "title": "Shipping cost (9)",
        "body": "Standard shipping costs $4.99.",
        "category": "shipping",
        "audience": "everyone",
        "language": "en",
        "slug": "shipping-cost-9",
    }
    number = iter(range(10_000))

    def save(action: str) -> httpx.Response:
        based_on = re.search(r'name="based_on" value="(\d+)"', client.get(_ARTICLE).text)
        fields = {**text, "body": f"Version {next(number)}.", "action": action}
        return client.post(f"{_ARTICLE}/en", data={**fields, "based_on": based_on[1] if based_on else "0"})

    asked = {"question": "how much is shipping", "ask_language": "en", "part": "1"}
    return [
        _measure("preview while typing", lambda: client.post("/editor/try/preview", data=text), rounds),
        _measure("ask the bot", lambda: client.post("/editor/try/ask", data=asked), rounds),
        _measure("ask the bot with the draft", lambda: client.post("/editor/try/ask", data={**text, **asked}), rounds),
        _measure("open and save a draft", lambda: save("save"), rounds),
        _measure("open and publish", lambda: save("publish"), rounds),
        _measure("export everything", lambda: client.get("/editor/export.zip"), min(rounds, 2)),
    ]


def _measure(name: str, ask: Callable[[], httpx.Response], rounds: int) -> dict[str, Any]:
    spent = sorted(_timed(ask) for _ in range(rounds))
    return {
        "page": name,
        "p50_milliseconds": round(statistics.median(spent)),
        "p95_milliseconds": round(spent[min(len(spent) - 1, int(0.95 * len(spent)))]),
    }


def _timed(ask: Callable[[], httpx.Response]) -> float:
    """Milliseconds of an answer. Raises Unavailable for one that is none."""
    began = time.perf_counter()
    answer = ask()
    spent = 1000 * (time.perf_counter() - began)
    if answer.status_code >= httpx.codes.BAD_REQUEST:
        raise Unavailable(f"{answer.url} answered {answer.status_code}")
    return spent


def _print(figures: dict[str, Any]) -> None:
    table = Table(title=f"{figures['articles']:,} articles, {figures['questions']:,} questions")
    for column in ("page", "p50 ms", "p95 ms"):
        table.add_column(column, justify="left" if column == "page" else "right")
    for name, spent in figures["first_visit_milliseconds"].items():
        table.add_row(f"{name}, first visit after a start", str(spent), "")
    for one in figures["details"]:
        table.add_row(one["page"], str(one["p50_milliseconds"]), str(one["p95_milliseconds"]))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
