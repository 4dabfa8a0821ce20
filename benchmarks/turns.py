"""How long a turn takes through the public door of a running shop, and the memory of each process.

``python -m benchmarks.turns [--url URL] [--clients N] [--rounds N] --json OUT``

Each client is a conversation of its own that says the sentences below in turn. The time is the one the gateway
measured from taking the message up to having its answers stored (``replies.duration_milliseconds``), and beside
it what the client saw, polling included.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from benchmarks import report
from shop.settings import Settings, get_settings
from shop.tables import Message, Reply
from shop.unit_of_work import Database
from web.client import ChatClient
from web.gateway.tokens import Tokens

SENTENCES = {
    "en": {
        "greet": "hello there",
        "policy": "how long do I have to send something back?",
        "search": "waterproof jacket under 100 in M",
        "track": "where is my order?",
        "recommend": "can you recommend something for me?",
        "stock": "do you have the Pacer running shoes in 42?",
    },
    "zh": {
        "greet": "你好",
        "policy": "买了几天之内可以退货",
        "search": "有没有两百块以内的蓝牙耳机",
        "track": "我的订单到哪里了",
        "recommend": "给我推荐点东西吧",
        "stock": "冲锋衣有M码吗",
    },
}
PROCESSES = {"web": "-m web", "rasa": "-m rasa run", "actions": "-m actions", "worker": "-m actions.worker"}


def main(
    url: str = typer.Option("", help="The running shop; empty means the one of the settings."),
    clients: int = typer.Option(1, help="Conversations at once."),
    rounds: int = typer.Option(10, help="How often each client says each sentence."),
    json: Annotated[Path, typer.Option(help="Where the figures go.")] = Path("benchmarks/results/turns.json"),
) -> None:
    """Measure and report."""
    settings = get_settings()
    base = url or f"http://127.0.0.1:{settings.port}"
    with ThreadPoolExecutor(clients) as pool:
        runs = list(pool.map(lambda number: _converse(base, settings, number, rounds), range(clients)))
    seen = [row for rows in runs for row in rows]
    stored = _stored_milliseconds(settings, [row["conversation_id"] for row in seen])
    details = _by_sentence(seen, stored)
    figures: dict[str, Any] = {
        **report.circumstances(),
        "clients": clients,
        "turns": len(seen),
        **_quantiles("turn", [stored[row["conversation_id"], row["seq"]] for row in seen]),
        **_quantiles("client", [row["milliseconds"] for row in seen]),
        "memory_megabytes": memory_megabytes(),
        "details": details,
    }
    _print(figures)
    report.write(json, figures)


def memory_megabytes() -> dict[str, float]:
    """Resident memory of each of Aisle's processes on this machine (Linux), in megabytes."""
    found: dict[str, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text().replace("\0", " ").strip()
            pages = int((folder / "statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
        for name, ending in PROCESSES.items():
            if ending in command and (name == "rasa" or command.endswith(ending)):
                found[name] = round(pages * 4096 / 1e6, 1)
    return found


def _converse(base: str, settings: Settings, number: int, rounds: int) -> list[dict[str, Any]]:
    language = ("en", "zh")[number % 2]
    token = Tokens(settings).for_customer("demo-emma" if language == "en" else "demo-wei")
    rows = []
    for _ in range(rounds):
        client = ChatClient(base, token, language).open()
        for name, sentence in SENTENCES[language].items():
            started = time.perf_counter()
            seq = client.send(text=sentence)
            client.wait_for_answer(seq)
            seconds = time.perf_counter() - started
            row = {"conversation_id": client.conversation_id, "seq": seq, "sentence": f"{language} {name}"}
            rows.append({**row, "milliseconds": 1000 * seconds})
    return rows


def _stored_milliseconds(settings: Settings, conversation_ids: list[str]) -> dict[tuple[str, int], float]:
    columns = select(Message.conversation_id, Message.seq, Reply.duration_milliseconds)
    query = columns.join(Reply, Reply.message_id == Message.id).where(
        Message.conversation_id.in_(set(conversation_ids))
    )
    with Database.from_settings(settings).read() as unit:
        return {(conversation, seq): float(duration) for conversation, seq, duration in unit.session.execute(query)}


def _by_sentence(seen: list[dict[str, Any]], stored: dict[tuple[str, int], float]) -> list[dict[str, Any]]:
    names = sorted({row["sentence"] for row in seen})
    by_name = {n: [stored[r["conversation_id"], r["seq"]] for r in seen if r["sentence"] == n] for n in names}
    return [{"sentence": name, **_quantiles("turn", values)} for name, values in by_name.items()]


def _quantiles(name: str, milliseconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(milliseconds, n=20, method="inclusive")
    return {f"{name}_p50_milliseconds": round(cuts[9], 1), f"{name}_p95_milliseconds": round(cuts[18], 1)}


def _print(figures: dict[str, Any]) -> None:
    table = Table("sentence", "p50 ms", "p95 ms", title=f"{figures['turns']} turns, {figures['clients']} at once")
    rows = [*figures["details"], {"sentence": "all", **figures}]
    for row in rows:
        table.add_row(row["sentence"], str(row["turn_p50_milliseconds"]), str(row["turn_p95_milliseconds"]))
    console = Console()
    console.print(table)
    console.print({"memory_megabytes": figures["memory_megabytes"]})


if __name__ == "__main__":
    typer.run(main)
