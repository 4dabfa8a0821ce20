"""How much of what is personal redaction takes out, and how much that is not.

``python -m benchmarks.redaction --json OUT``

Two sets, told apart: messages made from templates, and messages written by hand (``benchmarks/redaction_cases/``). The
detector was developed on the *develop* part of each; templates, words and messages of the *report* part are others.
A marked span counts as found when every letter and digit of it is taken out as its kind; a span taken out counts as
right when every letter and digit of it is marked as its kind.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.redaction_cases.cases import Case, Part, hand_written
from benchmarks.redaction_cases.making import make_cases
from language.redaction import KINDS, find

SEED = 2026
_Marks = set[tuple[int, str]]


def main(
    json: Annotated[Path, typer.Option(help="Where the figures go.")],
    messages: Annotated[int, typer.Option(help="How many messages to make.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same messages.")] = SEED,
    part: Annotated[str, typer.Option(help="report, or develop while working on the detector.")] = "report",
    mistakes: Annotated[bool, typer.Option("--mistakes", help="Print every mistake.")] = False,
) -> None:
    """Redact, compare with the marks, report by kind and language."""
    chosen = cast(Part, part)
    sets = {"generated": make_cases(chosen, messages, seed), "hand_written": hand_written(chosen)}
    figures: dict[str, Any] = {**report.circumstances(seed), "part": part, **speed(sets["generated"])}
    details: list[dict[str, str]] = []
    for name, cases in sets.items():
        figures |= measure(name, cases, details)
    figures["mistakes"] = details
    report.write(json, figures)
    _print(figures, sets, details if mistakes else [])


def measure(name: str, cases: Sequence[Case], details: list[dict[str, str]]) -> dict[str, float | int]:
    """Recall and precision of all, of each language and of each kind in it; ``details`` gains the mistakes."""
    counts: Counter[tuple[str, str]] = Counter()
    for case in cases:
        found = [(each.start, each.end, each.entity) for each in find(case.text, case.known)]
        for side, spans, others in (("marked", case.spans, found), ("taken", found, case.spans)):
            covered = _marks(case.text, others)
            for span in spans:
                right = _marks(case.text, [span]) <= covered
                if not right:
                    details.append(
                        {"set": name, "text": case.text, side: case.text[span[0] : span[1]], "kind": span[2]}
                    )
                for group in ("", f"_{case.language}", f"_{case.language}_{span[2]}"):
                    counts[side, group] += 1
                    counts[f"{side} right", group] += right
    figures: dict[str, float | int] = {f"{name}_messages": len(cases), f"{name}_spans": counts["marked", ""]}
    for figure, side in (("recall", "marked"), ("precision", "taken")):
        for (of, group), count in sorted(counts.items()):
            if of == side:
                figures[f"{name}{group}_{figure}"] = counts[f"{side} right", group] / count
    return figures


def _marks(text: str, spans: Sequence[tuple[int, int, str]]) -> _Marks:
    return {(at, kind) for start, end, kind in spans for at in range(start, end) if text[at].isalnum()}


def speed(cases: Sequence[Case]) -> dict[str, float]:
    """Microseconds of processor time of one message, and of 100 characters, after a first pass that compiles."""
    times: list[float] = []
    for _ in range(2):
        times.clear()
        for case in cases:
            began = time.thread_time()
            find(case.text, case.known)
            times.append(1e6 * (time.thread_time() - began))
    by_length = [100 * taken / len(case.text) for taken, case in zip(times, cases, strict=True)]
    return {
        "p50_microseconds": round(float(np.quantile(times, 0.5)), 1),
        "p95_microseconds": round(float(np.quantile(times, 0.95)), 1),
        "p50_microseconds_of_100_characters": round(float(np.quantile(by_length, 0.5)), 1),
        "p95_microseconds_of_100_characters": round(float(np.quantile(by_length, 0.95)), 1),
    }


def _print(figures: dict[str, Any], sets: dict[str, list[Case]], details: list[dict[str, str]]) -> None:
    console = Console()
    table = Table("", *(f"{name} {figure}" for name in sets for figure in ("recall", "precision")))
    for group in ("", *(f"_{language}{kind}" for language in ("en", "zh") for kind in ("", *(f"_{k}" for k in KINDS)))):
        cells = [figures.get(f"{name}{group}_{figure}") for name in sets for figure in ("recall", "precision")]
        table.add_row(
            group.strip("_").replace("_", " ", 1) or "all", *("–" if c is None else f"{c:.4f}" for c in cells)
        )
    console.print(table)
    console.print(f"{figures['p50_microseconds']} µs a message (p95 {figures['p95_microseconds']} µs)")
    for mistake in details:
        console.print(mistake, markup=False)


if __name__ == "__main__":
    typer.run(main)
