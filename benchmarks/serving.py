"""The served int8 model against the same weights in fp32, and what serving it costs.

``python -m benchmarks.serving [--model FOLDER] [--weights FOLDER] [--data FOLDER] --json OUT``

The intents of the rows that training held out are compared one by one. Speed, memory and the absence of torch are
measured in a process of their own that does nothing but serve, on one thread.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from json import dumps, loads
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import report
from language.understanding import CARD, Understanding
from shop.settings import get_settings

#: Each of twenty words (Chinese: as long in tokens).
MESSAGES = {
    "en": "hello I ordered a waterproof jacket in medium last week and would like to know when it will be delivered",
    "zh": "你好我上周在你们店里买了一件中号的防水冲锋衣，想问一下大概什么时候能送到我家里，谢谢",
}
_TIMES, _WARMING = 300, 20
_HELD_OUT, _SEED = 0.1, 7  # as training.understanding and FinetuneSettings split


def main(
    model: Annotated[Path | None, typer.Option(help="Served folder; the champion's when left out.")] = None,
    weights: Annotated[Path | None, typer.Option(help="Its Hugging Face folder; beside it when left out.")] = None,
    data: Annotated[Path, typer.Option(help="The training data, of which the held-out tenth is read.")] = Path(
        "bot/data"
    ),
    json: Annotated[Path, typer.Option(help="Where the figures go.")] = Path("benchmarks/results/serving.json"),
) -> None:
    """Measure and report."""
    from training.models.serving import served_now  # not in the process that is measured

    served = model or served_now(get_settings())
    probe = _child("import sys; from benchmarks.serving import probe; probe(sys.argv[1])", served)
    with tempfile.TemporaryDirectory() as scratch:
        precise = Path(scratch)
        _child(
            "import sys; from benchmarks.serving import export_float; export_float(*sys.argv[1:])",
            served,
            weights or served.parent / "weights",
            precise,
        )
        agreement = compare(Understanding.load(served), Understanding.load(precise), held_out(data))
    figures = {**report.circumstances(_SEED), "model": served.parent.name, **loads(probe), **agreement}
    report.write(json, figures)
    table = Table("figure", "value", title="Serving")
    for name, value in figures.items():
        if name != "details":
            table.add_row(name.replace("_", " "), str(value))
    Console().print(table)


def held_out(data: Path) -> list[tuple[str, str]]:
    """(text, intent) of the rows that training kept away, by the same split."""
    from training.dataset import rows_from_sentiment_csv, split
    from training.evaluate import rows_of_file

    rows = rows_of_file(data / "nlu")
    for file in sorted((data / "sentiment").glob("*.csv")):
        rows += rows_from_sentiment_csv(file)
    return [(row.text, row.intent) for row in split(rows, _HELD_OUT, _SEED)[1] if row.intent]


def compare(quantised: Understanding, precise: Understanding, rows: list[tuple[str, str]]) -> dict[str, Any]:
    """How often both have the same likeliest intent, how often each is right, and where they differ."""
    best = [[m.intents[int(np.argmax(m.intent_logits(text)))] for text, _ in rows] for m in (quantised, precise)]
    truth = [intent for _, intent in rows]
    return {
        "validation_rows": len(rows),
        "same_top_intent": _share(best[0], best[1]),
        "accuracy_int8": _share(best[0], truth),
        "accuracy_fp32": _share(best[1], truth),
        "details": [
            {"text": text, "truth": intent, "int8": a, "fp32": b}
            for (text, intent), a, b in zip(rows, *best, strict=True)
            if a != b
        ],
    }


def probe(folder: str) -> None:
    """Load, serve and print the figures as JSON. Runs in a process of its own."""
    before = _resident_megabytes()
    started = time.perf_counter()
    model = Understanding.load(folder, threads=1)
    figures: dict[str, Any] = {"load_seconds": round(time.perf_counter() - started, 2)}
    for language, text in MESSAGES.items():
        figures |= _latency(model, text, language)
    figures["load_average"] = round(os.getloadavg()[0], 1)
    figures["resident_megabytes"] = _resident_megabytes()
    figures["of_it_model_megabytes"] = round(_resident_megabytes() - before, 1)
    figures["model_file_megabytes"] = round((Path(folder) / "model.onnx").stat().st_size / 1e6, 1)
    figures["torch_imported"] = any(name in sys.modules for name in ("torch", "transformers", "tensorflow"))
    print(dumps(figures))


def export_float(served: str, weights: str, folder: str) -> None:
    """Write the weights as fp32 ONNX beside the served model's card and tokenizer. The only part that needs torch."""
    from training.export import _ServedHeads, load_weights
    from training.onnx_graph import export_onnx

    model, _ = load_weights(Path(weights))
    per_text = {name: {0: "texts"} for name in ("intent", "sentiment", "embedding")}
    outputs = {
        name: per_text.get(name, {0: "texts", 1: "tokens"}) for name in ("intent", "sentiment", "tags", "embedding")
    }
    export_onnx(_ServedHeads(model), Path(folder) / "model.onnx", outputs, int8=False)
    for name in ("tokenizer.json", CARD):
        shutil.copy(Path(served) / name, folder)


def _latency(model: Understanding, text: str, language: str) -> dict[str, float]:
    wall, processor = [], []
    for turn in range(_WARMING + _TIMES):
        started, used = time.perf_counter(), time.process_time()
        model.read(text)
        if turn >= _WARMING:
            wall.append(1000 * (time.perf_counter() - started))
            processor.append(1000 * (time.process_time() - used))
    cuts = {"": statistics.quantiles(wall, n=20), "processor_": statistics.quantiles(processor, n=20)}
    return {
        f"{language}_{kind}p{name}_milliseconds": round(values[at], 2)
        for kind, values in cuts.items()
        for name, at in (("50", 9), ("95", 18))
    }


def _share(left: list[str], right: list[str]) -> float:
    return round(sum(a == b for a, b in zip(left, right, strict=True)) / max(1, len(left)), 4)


def _resident_megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return round(int(kilobytes) / 1000, 1)


def _child(code: str, *arguments: Path) -> str:
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()  # noqa: S603 - ours


if __name__ == "__main__":
    typer.run(main)
