"""The table of intents and sentiment in ``benchmarks/README.md``, written from the JSON and never by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shop.errors import BadInput

BEGIN, END = "<!-- intents: written by `make bench-intents` -->", "<!-- end of intents -->"
_SHARES = (
    ("accuracy", "accuracy"),
    ("macro_f1", "macro F1"),
    ("in_scope_accuracy", "in scope, acted on rightly"),
    ("out_of_scope_recall", "out of scope, recall"),
    ("mcc_best", "MCC, best"),
    ("mcc_chosen", "MCC, chosen"),
    ("calibration_error", "calibration error"),
    ("entity_f1", "entity F1"),
)
_PLAIN = (
    ("training_seconds", "training s"),
    ("training_cpu_seconds", "training CPU s"),
    ("p50_milliseconds", "p50 ms"),
    ("p95_milliseconds", "p95 ms"),
    ("p95_cpu_milliseconds", "p95 CPU ms"),
    ("model_megabytes", "model MB"),
    ("resident_megabytes", "resident MB"),
)


def write(page: Path, sets: Sequence[dict[str, Any]], names: Mapping[str, Sequence[str]]) -> None:
    """Put the table between its two marks. ``names`` are the sets there should be of each contender, measured or not.

    Raises BadInput when the page has no such marks.
    """
    text = page.read_text("utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise BadInput(f"{page} lacks the lines {BEGIN} and {END}; the table goes between them.")
    page.write_text(f"{head}{BEGIN}\n\n{table(sets, names)}\n{END}{tail}", "utf-8")


def table(sets: Sequence[dict[str, Any]], names: Mapping[str, Sequence[str]]) -> str:
    """Markdown: a line for each set and contender; what was not measured is said below."""
    columns = ["set", "who", "trained on", *(title for _, title in (*_SHARES, *_PLAIN))]
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    lines += [_line(found, who) for found in sets for who in ("aisle", "diet") if who in found]
    for who, expected in names.items():
        missing = [name for name in expected if not any(found["set"] == name and who in found for found in sets)]
        lines += ["", f"Not measured yet ({who}): {', '.join(missing)}."] if missing else []
    return "\n".join([*lines, ""])


def _line(found: dict[str, Any], who: str) -> str:
    figures = found[who]
    there = found.get("train_rows_there", found["train_rows"])
    rows = f"{found['train_rows']}" if there == found["train_rows"] else f"{found['train_rows']} of {there}"
    cells = [found["set"], who, rows]
    cells += ["–" if figures.get(name) is None else f"{100 * figures[name]:.1f}" for name, _ in _SHARES]
    cells += ["–" if figures.get(name) is None else f"{figures[name]:.4g}" for name, _ in _PLAIN]
    return "| " + " | ".join(cells) + " |"
