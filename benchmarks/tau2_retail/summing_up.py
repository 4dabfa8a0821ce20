"""Figures, the table of tasks, and transcripts of a run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.tau2_retail.playing import Outcome

_TAIL_EXCHANGES = 4


def figures(outcomes: Sequence[Outcome], seeds: int) -> dict[str, Any]:
    """pass^1 and pass^4 (the share of tasks passed in every seed), turn times, misses, failures."""
    by_task: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_task.setdefault(outcome.task_id, []).append(outcome)
    milliseconds = [each.milliseconds for outcome in outcomes for each in outcome.exchanges]
    told = [outcome for outcome in outcomes if not outcome.unsaid]
    found: dict[str, Any] = {
        "tasks": len(by_task),
        "seeds": seeds,
        "pass^1": _share([outcome.passed for outcome in outcomes]),
        "pass^1_database_only": _share([outcome.database_right for outcome in outcomes]),
        "pass^1_by_seed": {
            str(seed): _share([outcome.passed for outcome in outcomes if outcome.seed == seed]) for seed in range(seeds)
        },
        "turns": len(milliseconds),
        "turns_per_task": round(len(milliseconds) / max(1, len(outcomes)), 1),
        "turn_p50_milliseconds": round(statistics.median(milliseconds), 1),
        "turn_p95_milliseconds": round(_p95(milliseconds), 1),
        "information_missed": len(outcomes) - len(told),
    }
    if seeds >= 4:
        found["pass^4"] = _share([all(each.passed for each in group) for group in by_task.values()])
    refused = {outcome.task_id: list(outcome.refused_actions) for outcome in outcomes if outcome.refused_actions}
    found["expected_actions_that_tau2_refuses"] = refused
    found["failed"] = [_failure(outcome) for outcome in outcomes if not outcome.passed]
    found["passed"] = [f"{outcome.task_id}/{outcome.seed}" for outcome in outcomes if outcome.passed]
    return found


def print_table(outcomes: Sequence[Outcome], summary: dict[str, Any]) -> None:
    """The failed tasks with the turn where each went wrong, and the figures."""
    console = Console()
    table = Table("task", "seed", "turns", "went wrong", "what is wrong", title="Failed", show_lines=True)
    for outcome in outcomes:
        if not outcome.passed:
            turn = outcome.wrong_turn()
            place = f"turn {turn}" if turn else f"never done ({outcome.ended})" if outcome.differences else "not told"
            wrong = [_short(difference) for difference in outcome.differences] + [
                f"untold: {i}" for i in outcome.unsaid
            ]
            row = (outcome.task_id, str(outcome.seed), str(len(outcome.exchanges)), place, "\n".join(wrong))
            table.add_row(*row)
    console.print(table)
    console.print({key: value for key, value in summary.items() if key not in ("failed", "passed")})


def write_transcripts(outcomes: Sequence[Outcome], folder: Path) -> None:
    """One Markdown file for each conversation."""
    folder.mkdir(parents=True, exist_ok=True)
    for outcome in outcomes:
        file = folder / f"{outcome.task_id}-{outcome.seed}.md"
        file.write_text(transcript(outcome), "utf-8")


def transcript(outcome: Outcome) -> str:
    """A conversation as Markdown."""
    verdict = "passed" if outcome.passed else "FAILED"
    lines = [f"# Task {outcome.task_id}, seed {outcome.seed}: {verdict} ({outcome.ended})", ""]
    lines += [f"- {difference}" for difference in outcome.differences]
    lines += [f"- not told: {info}" for info in outcome.unsaid]
    for number, exchange in enumerate(outcome.exchanges, 1):
        lines += ["", f"**{number} customer:** {exchange.said}  ({exchange.milliseconds:.0f} ms)"]
        for heard in exchange.heard:
            choices = f"  [{' | '.join(heard.choices)}]" if heard.choices else ""
            lines.append(f"**{heard.author}** ({heard.name or 'unknown'}: {heard.kind}) {heard.text}{choices}")
        if exchange.changed:
            lines.append(f"*changed: {', '.join(exchange.changed)}*")
    return "\n".join([*lines, ""])


def _failure(outcome: Outcome) -> dict[str, Any]:
    tail = [
        {"customer": each.said, "bot": [heard.shown for heard in each.heard]}
        for each in outcome.exchanges[-_TAIL_EXCHANGES:]
    ]
    return {
        "task": outcome.task_id,
        "seed": outcome.seed,
        "turns": len(outcome.exchanges),
        "ended": outcome.ended,
        "wrong_turn": outcome.wrong_turn(),
        "differences": [str(difference) for difference in outcome.differences],
        "untold": outcome.unsaid,
        "tail": tail,
    }


def _short(difference: Any) -> str:
    if difference.field in ("status", "cancel_reason", "given_back_method"):
        detail = f": {difference.actual or 'none'}, not {difference.expected or 'none'}"
    else:
        detail = ""
    return f"{difference.kind} {difference.subject} {difference.field}{detail}"


def _share(passed: Sequence[bool]) -> float:
    return round(sum(passed) / max(1, len(passed)), 4)


def _p95(milliseconds: Sequence[float]) -> float:
    if len(milliseconds) < 2:
        return milliseconds[0] if milliseconds else 0.0
    return statistics.quantiles(milliseconds, n=20, method="inclusive")[18]
