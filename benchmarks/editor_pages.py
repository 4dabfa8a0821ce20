"""How long the editor's pages take with a large knowledge base, and the first visits after a start.

``python -m benchmarks.editor_pages [--articles N] [--questions N] [--rounds N] [--json OUT]``

The shelf is the demo shop's, copied (benchmarks/editor_shelf.py), in a scratch folder with the prepared encoders; the
server is ``python -m web``, asked over HTTP by a lead who is signed in. A page's time is what the client sees, from the
request to the last byte, by the clock; nothing else of a browser's. Beside it stands the server's processor time, which
says more where the machine does other things meanwhile. Of the export, a download and no page, the time to its first
bytes stands apart. Needs the prepared demo shop, and Linux for the processor time.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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
from shop.clock import now
from shop.conversations import LANGUAGES
from shop.errors import Unavailable
from shop.migrations import upgrade
from shop.settings import Settings
from shop.staff.demo import make_demo_accounts
from shop.tables import QuestionLog
from shop.unit_of_work import Database

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "copper lantern drifts"  # noqa: S105 - of accounts that last as long as the run
_SEED = 7
_START_SECONDS = 120
_MOST_MILLISECONDS = 1_000
_DOWNLOAD = "export everything, to the last byte"
_FIRST = ("list", "gaps", "article")  # asked for while the encoders are still being loaded
_ARTICLE = "/editor/articles/shipping-cost-2"
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


@dataclass(frozen=True)
class Server:
    """The running server as a lead who is signed in sees it."""

    client: httpx.Client
    process_id: int

    def spent(self, ask: Callable[[], httpx.Response]) -> tuple[float, float]:
        """Milliseconds of an answer by the clock and of the server's processor. Raises Unavailable where it is none."""
        began, used = time.perf_counter(), self._processor_seconds()
        answer = ask()
        spent = 1000 * (time.perf_counter() - began), 1000 * (self._processor_seconds() - used)
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise Unavailable(f"{answer.url} answered {answer.status_code}")
        return spent

    def measured(self, name: str, ask: Callable[[], httpx.Response], rounds: int) -> dict[str, Any]:
        """How long some answers take, at the median and at the slow end."""
        console.print(f"Asking for {name} ...")
        clock, processor = zip(*(self.spent(ask) for _ in range(rounds)), strict=True)
        return {
            "page": name,
            "p50_milliseconds": round(statistics.median(clock)),
            "p95_milliseconds": round(_slow(clock)),
            "p50_cpu_milliseconds": round(statistics.median(processor)),
            "p95_cpu_milliseconds": round(_slow(processor)),
        }

    def _processor_seconds(self) -> float:
        clock = (~self.process_id << 3) | 2  # Linux's number of a process's processor clock: see clock_getcpuclockid(3)
        return time.clock_gettime(clock)


def main(
    articles: Annotated[int, typer.Option(help="Articles, each in both languages.")] = 10_000,
    questions: Annotated[int, typer.Option(help="Questions that shoppers asked in twelve weeks.")] = 20_000,
    rounds: Annotated[int, typer.Option(help="How often each page is asked for.")] = 10,
    json: Annotated[Path, typer.Option(help="Where the figures go.")] = Path("benchmarks/results/editor_pages.json"),
) -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as folder:
        settings = _prepare(Path(folder), articles, questions)
        with _serving(settings) as server:
            _sign_in(server.client)
            first = [server.measured(f"{name}, first visit", _get(server, PAGES[name]), 1) for name in _FIRST]
            loaded = _wait_until_loaded(server.client)
            details = [server.measured(name, _get(server, path), rounds) for name, path in PAGES.items()]
            details += _after_a_question(server, settings, rounds) + _changes(server, rounds) + _export(server, rounds)
    details = first + details
    pages = [one for one in details if one["page"] != _DOWNLOAD]
    figures = {
        **report.circumstances(_SEED),
        "load_average": [round(one, 1) for one in os.getloadavg()],
        "articles": articles,
        "questions": questions,
        "loaded_after_seconds": round(loaded, 1),
        "slowest_p95_milliseconds": max(one["p95_milliseconds"] for one in pages),
        "slowest_p95_cpu_milliseconds": max(one["p95_cpu_milliseconds"] for one in pages),
        "pages_over_a_second": [one["page"] for one in pages if one["p95_milliseconds"] > _MOST_MILLISECONDS],
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
def _serving(settings: Settings) -> Iterator[Server]:
    told = {"AISLE_STATE_DIR": str(settings.state_dir), "AISLE_DATABASE_URL": "", "AISLE_PORT": str(settings.port)}
    process = subprocess.Popen([sys.executable, "-m", "web"], cwd=ROOT, env={**os.environ, **told})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=60) as client:
            _wait_until_open(client, process)
            yield Server(client, process.pid)
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


def _wait_until_loaded(client: httpx.Client) -> float:
    """The seconds that it took from now on."""
    began = time.monotonic()
    while not client.get("/editor/jobs/loading/progress").json()["is_over"]:
        time.sleep(0.2)
    return time.monotonic() - began


def _get(server: Server, path: str) -> Callable[[], httpx.Response]:
    return partial(server.client.get, path)


def _sign_in(client: httpx.Client) -> None:
    page = client.get("/staff/sign-in").text
    hidden = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}
    fields = {**hidden, "email": "lead@demo.example", "password": PASSWORD}
    client.post("/staff/sign-in", data=fields, headers={"Origin": str(client.base_url).rstrip("/")})
    client.headers["X-CSRF-Token"] = client.get("/staff/session").raise_for_status().json()["csrf_token"]


def _after_a_question(server: Server, settings: Settings, rounds: int) -> list[dict[str, Any]]:
    """The gaps when something new was not answered, so that all are grouped anew."""
    database = Database.from_settings(settings)

    def asked(language: str) -> httpx.Response:
        with database.work() as unit:
            told = {"outcome": "unanswered", "score": 0.1, "created_at": now()}
            unit.session.add(QuestionLog(language=language, text=f"Do you have {next(number)} of it?", **told))
            unit.commit()
        return server.client.get(f"/editor/gaps?language={language}")

    number = iter(range(10_000))
    made = [server.measured(f"gaps in {one}, after a new question", partial(asked, one), rounds) for one in LANGUAGES]
    database.close()
    return made


def _changes(server: Server, rounds: int) -> list[dict[str, Any]]:
    """What a lead waits for that is no page to look at."""
    client = server.client
    text = {
        "title": "Shipping cost (2)",
        "body": "Standard shipping costs $4.99.",
        "category": "shipping",
        "audience": "everyone",
        "language": "en",
        "slug": "shipping-cost-2",
    }
    number = iter(range(10_000))

    def save(action: str) -> httpx.Response:
        based_on = re.search(r'name="based_on" value="(\d+)"', client.get(_ARTICLE).text)
        fields = {**text, "body": f"Version {next(number)}.", "action": action}
        return client.post(f"{_ARTICLE}/en", data={**fields, "based_on": based_on[1] if based_on else "0"})

    asked = {"question": "how much is shipping", "ask_language": "en", "part": "1"}
    draft = {**text, **asked}
    return [
        server.measured("preview while typing", lambda: client.post("/editor/try/preview", data=text), rounds),
        server.measured("ask the bot", lambda: client.post("/editor/try/ask", data=asked), rounds),
        server.measured("ask the bot with the draft", lambda: client.post("/editor/try/ask", data=draft), rounds),
        server.measured("open and save a draft", lambda: save("save"), rounds),
        server.measured("open and publish", lambda: save("publish"), rounds),
    ]


def _export(server: Server, rounds: int) -> list[dict[str, Any]]:
    """A download: what counts for whoever waits is when it begins."""

    def begin() -> httpx.Response:
        with server.client.stream("GET", "/editor/export.zip") as answer:
            next(answer.iter_bytes())
            return answer

    few = min(rounds, 3)
    begun = server.measured("export everything, first bytes", begin, few)
    return [begun, server.measured(_DOWNLOAD, _get(server, "/editor/export.zip"), few)]


def _slow(spent: Sequence[float]) -> float:
    """The 95th percentile."""
    return sorted(spent)[min(len(spent) - 1, int(0.95 * len(spent)))]


def _print(figures: dict[str, Any]) -> None:
    table = Table(
        title=f"{figures['articles']:,} articles, {figures['questions']:,} questions; load {figures['load_average']}"
    )
    for column in ("page", "p50 ms", "p95 ms", "p50 CPU ms", "p95 CPU ms", "over a second"):
        table.add_column(column, justify="left" if column == "page" else "right")
    for one in figures["details"]:
        mark = "yes" if one["page"] in figures["pages_over_a_second"] else ""
        spent = [one[f"{name}_milliseconds"] for name in ("p50", "p95", "p50_cpu", "p95_cpu")]
        table.add_row(one["page"], *map(str, spent), "a download" if one["page"] == _DOWNLOAD else mark)
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
