"""How the search of the knowledge base grows: with how many vectors which index pays, and what a publication costs.

``python -m benchmarks.search_scale --entries 1000 100000 1000000 [--texts FILE] [--kind KIND] [--json OUT]``

Vectors are varied from those of real texts (``benchmarks.like_real``): the labelled files given, or else the bot's own
training examples. Everything runs on one thread. A query is timed twice: by the clock, which counts what other
programs on the machine take, and in CPU time of the thread, which does not; the load beside it says how far to trust
the former. Comparing again with true vectors is included. recall@10 is the share of the ten nearest of an exact search.
Take-up is the part of publish-to-live that could depend on the size: laying up to twenty changed articles over the
index and finding one of them. The rest (a row read, vectors read) does not; ``tests/knowledge/test_live.py`` has the
whole, in two processes.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any, cast

import faiss
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks import report
from benchmarks.like_real import Variants
from knowledge import neighbours
from knowledge.building import load_encoder
from knowledge.index import Entry, Field, Index
from knowledge.layers import stack
from knowledge.manner import Manner
from knowledge.passages import Passage
from knowledge.search import Floors, Question, Search
from shop.settings import get_settings

_SEED = 7
_PUBLICATIONS = 20


def main(
    entries: Annotated[list[int], typer.Option(help="How many vectors.")],
    more_entries: Annotated[list[int] | None, typer.Argument(help="Further sizes.")] = None,
    texts: Annotated[list[str] | None, typer.Option(help="Labelled files; the bot's examples when left out.")] = None,
    queries: Annotated[int, typer.Option(help="Queries timed at each size.")] = 500,
    kind: Annotated[list[str] | None, typer.Option(help="flat, hnsw, ivf; what fits the size when left out.")] = None,
    json: Annotated[Path, typer.Option(help="Where the figures go.")] = Path("benchmarks/results/search_scale.json"),
) -> None:
    """Measure and report."""
    faiss.omp_set_num_threads(1)
    sources = [*(texts or sorted(map(str, Path("bot/data/nlu").glob("*.en.yml"))))]
    variants = Variants.of_texts(sources, load_encoder(get_settings(), "en"), _SEED)
    details: list[dict[str, Any]] = []
    for count in [*entries, *(more_entries or [])]:
        vectors, asked = variants.many(count), variants.queries(queries)
        exact = exactly(vectors, asked)
        for tried in kind or [neighbours.kind_for(count)]:
            details.append(measure(vectors, asked, exact, cast(neighbours.Kind, tried)))
            figures = {
                **report.circumstances(_SEED),
                "threads": 1,
                "texts": variants.texts,
                "texts_from": [Path(source).name for source in texts or ["bot/data/nlu"]],
                "dimension": variants.dimension,
                "queries": queries,
                "details": details,
            }
            report.write(json, figures)  # after each: the largest may be cut off
    _print(details)


def exactly(vectors: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The rows of the ten nearest vectors of each query, shape (queries, 10)."""
    best = np.full((len(asked), 10), -2.0, dtype=np.float32)
    rows = np.zeros((len(asked), 10), dtype=np.int64)
    for start in range(0, len(vectors), 100_000):
        found = asked @ vectors[start : start + 100_000].astype(np.float32).T
        both = np.concatenate((best, found), axis=1)
        places = np.argpartition(-both, 10, axis=1)[:, :10]
        numbers = np.concatenate((rows, np.broadcast_to(np.arange(start, start + found.shape[1]), found.shape)), axis=1)
        best, rows = np.take_along_axis(both, places, 1), np.take_along_axis(numbers, places, 1)
    return rows


def measure(vectors: np.ndarray, asked: np.ndarray, exact: np.ndarray, kind: neighbours.Kind) -> dict[str, Any]:
    """Build one index over the vectors and ask it."""
    before = _resident_megabytes()
    started, cpu = time.perf_counter(), time.process_time()
    field = Field.of(vectors, [1] * len(vectors), kind)
    build_seconds, build_cpu = time.perf_counter() - started, time.process_time() - cpu
    with tempfile.TemporaryDirectory() as folder:
        if field.exact is not None:  # as it is served: the true vectors stay on disk
            np.save(Path(folder) / "exact.npy", field.exact)
            field.exact = np.load(Path(folder) / "exact.npy", mmap_mode="r")
        milliseconds, cpu_milliseconds, found = [], [], []
        for vector in asked:
            began, cpu_began = time.perf_counter(), time.thread_time()
            nearest = field.nearest(vector, 10)[1]
            cpu_milliseconds.append(1000 * (time.thread_time() - cpu_began))
            milliseconds.append(1000 * (time.perf_counter() - began))
            found.append(set(nearest.tolist()))
        live = _publish_to_live(field, vectors.shape[1])
        size = len(faiss.serialize_index(field.index)) / 1e6
    recall = np.mean([len(set(right.tolist()) & got) / 10 for right, got in zip(exact, found, strict=True)])
    return {
        "entries": len(vectors),
        "kind": kind,
        "build_seconds": round(build_seconds, 1),
        "build_cpu_seconds": round(build_cpu, 1),
        "index_megabytes": round(size, 1),
        "memory_megabytes": round(_resident_megabytes() - before, 1),
        "on_disk_megabytes": round(field.exact.nbytes / 1e6, 1) if field.exact is not None else 0.0,
        "query_p50_milliseconds": round(float(np.percentile(milliseconds, 50)), 3),
        "query_p95_milliseconds": round(float(np.percentile(milliseconds, 95)), 3),
        "query_cpu_p50_milliseconds": round(float(np.percentile(cpu_milliseconds, 50)), 3),
        "query_cpu_p95_milliseconds": round(float(np.percentile(cpu_milliseconds, 95)), 3),
        "load_average": round(os.getloadavg()[0], 1),
        "recall_at_10": round(float(recall), 4),
        **live,
    }


def _publish_to_live(field: Field, dimension: int) -> dict[str, float]:
    """What it takes to lay one more changed article over the index and find it, with ever more of them."""
    base = Search(_Bare(field, dimension), Floors())  # type: ignore[arg-type]
    chance = np.random.default_rng(_SEED)
    updates, seconds = {}, []
    for number in range(_PUBLICATIONS):
        drawn = chance.standard_normal((6, dimension))
        rows = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float16)
        entry = Entry("new", "en", "c", f"new {number}", ("a", "b", "c"), (Passage("", "d"), Passage("", "e")), -number)
        began = time.perf_counter()
        updates[entry.article_id] = (entry, rows)
        layers = stack(base, updates)
        top = layers.top
        if top is None or not top.find(Question("a", rows[0].astype(np.float32))):
            raise RuntimeError("what was published is not found")
        seconds.append(time.perf_counter() - began)
    return {"take_up_p95_milliseconds": round(1000 * float(np.percentile(seconds, 95)), 2)}


class _Bare:
    """As much of an index as laying changes over it needs."""

    def __init__(self, field: Field, dimension: int) -> None:
        self.numbers: dict[int, int] = {}
        self.words = Index.of([Entry("a", "en", "c", "a", ("a",), (Passage("", "b"),))], [np.eye(3, dimension)]).words
        self.phrasing = field
        self.manner = Manner()


def _resident_megabytes() -> float:
    status = Path("/proc/self/statm")
    if status.is_file():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _print(details: list[dict[str, Any]]) -> None:
    names = ["entries", "kind", "recall_at_10", "query_p95_milliseconds", "query_cpu_p95_milliseconds", "load_average"]
    names += ["build_cpu_seconds", "index_megabytes", "take_up_p95_milliseconds"]
    table = Table(*names)
    for row in details:
        table.add_row(*(str(row[name]) for name in names))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
