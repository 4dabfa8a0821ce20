"""``python -m benchmarks.tau2_retail --db DB.json --tasks TASKS.json --policy POLICY.yml --json OUT``."""

from __future__ import annotations

import json as jsonlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

from benchmarks import report
from benchmarks.tau2_retail.playing import Outcome, Player
from benchmarks.tau2_retail.summing_up import figures, print_table, write_transcripts
from benchmarks.tau2_retail.world import console, start_world
from shop.errors import BadInput

POLICY = Path(__file__).with_name("policy.yml")


def main(  # noqa: PLR0913, PLR0917 - each is an option of the command
    db: Annotated[Path, typer.Option(help="tau2's db.json.", exists=True)],
    tasks: Annotated[Path, typer.Option(help="tau2's tasks.json.", exists=True)],
    json: Annotated[Path, typer.Option(help="Where the figures go.")],
    policy: Annotated[Path, typer.Option(help="The shop's policy.", exists=True)] = POLICY,
    seeds: Annotated[int, typer.Option(help="How many customers play each task; pass^4 needs four.", min=1)] = 1,
    only: Annotated[str, typer.Option(help="Only these tasks, by id, comma-separated.")] = "",
    limit: Annotated[int, typer.Option(help="Only the first so many tasks; 0 means all.")] = 0,
    transcript: Annotated[Path | None, typer.Option(help="Folder for transcripts in Markdown.")] = None,
    state: Annotated[Path | None, typer.Option(help="Folder of the shop, kept for the next run.")] = None,
) -> None:
    """Play the tasks against the running bot and report."""
    chosen = _chosen(_read(tasks), only, limit)
    shop = _read(db)
    outcomes: list[Outcome] = []
    with _folder(state) as folder:
        console.print("Starting the shop ...")
        world = start_world(db, policy, folder)
        player = Player(world, shop)
        try:
            rounds = [(task, seed) for seed in range(seeds) for task in chosen]
            for task, seed in track(rounds, "Playing", console=console):
                outcomes.append(player.play(task, seed))
        finally:
            player.close()
            world.stop()
    summary = figures(outcomes, seeds)
    print_table(outcomes, summary)
    report.write(json, {**report.circumstances(), **summary})
    if transcript:
        write_transcripts(outcomes, transcript)


def _read(path: Path) -> Any:
    try:
        return jsonlib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read as JSON: {error}") from error


def _chosen(tasks: list[dict[str, Any]], only: str, limit: int) -> list[dict[str, Any]]:
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    known = {str(task["id"]) for task in tasks}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise BadInput(f"there are no tasks {', '.join(unknown)}")
    chosen = [task for task in tasks if not wanted or str(task["id"]) in wanted]
    return chosen[:limit] if limit else chosen


@contextmanager
def _folder(state: Path | None) -> Iterator[Path]:
    if state is not None:
        yield state
        return
    with tempfile.TemporaryDirectory(prefix="aisle-tau2-") as made:
        yield Path(made)


if __name__ == "__main__":
    typer.run(main)
