"""How the search of the knowledge base grows: with how many vectors which index pays, and what a publication costs.

``python -m benchmarks.search_scale --entries 1000 --entries 100000 --entries 1000000 [--kind KIND] [--json OUT]``

Vectors are synthetic, because encoding a million texts takes hours: meanings lie around topics, phrasings around
meanings, with variances that put neighbours where all-MiniLM-L6-v2 puts them (paraphrases of StackFAQ: .75 on average,
questions about different things: .1). Queries are further phrasings of meanings that are there. The query is timed on
one core, true vectors compared again included; recall@10 is the share of the ten nearest of an exact search.
Take-up is the part of publish-to-live that could depend on the size: laying up to twenty changed articles over the
index and finding one of them. The rest (a row read, vectors read) does not; ``tests/knowledge/test_live.py`` has the
whole, in two processes.
"""

from __future__ import annotations

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
from knowledge import neighbours
from knowledge.index import Entry, Field, Index
from knowledge.layers import stack
from knowledge.passages import Passage
from knowledge.search import Floors, Question, Search

DIMENSION = 384
PHRASINGS_A_MEANING = 5
MEANINGS_A_TOPIC = 40
_SEED = 7
_TOPIC, _MEANING, _PHRASING = 0.45, 0.6, 0.5  # weights of what a vector shares with its topic, meaning, nothing
_PUBLICATIONS = 20


def main(
    entries: Annotated[list[int], typer.Option(help="How many vectors; may be given several times.")],
    queries: Annotated[int, typer.Option(help="Queries timed at each size.")] = 500,
    kind: Annotated[list[str], typer.Option(help="flat, hnsw, ivf_pq; empty: what is chosen for the size.")] = [],  # noqa: B006
    json: Annotated[Path, typer.Option(help="Where the figures go.")] = Path("benchmarks/results/search_scale.json"),
) -> None:
    """Measure and report."""
    details = []
    for count in entries:
        vectors, asked = synthetic(count, queries)
        exact = exactly(vectors, asked)
        for tried in kind or [neighbours.kind_for(count)]:
            details.append(measure(vectors, asked, exact, cast(neighbours.Kind, tried)))
            # After each: the largest may be cut off.
            figures = {**report.circumstances(_SEED), "dimension": DIMENSION, "queries": queries, "details": details}
            report.write(json, figures)
    _print(details)


def synthetic(count: int, queries: int) -> tuple[np.ndarray, np.ndarray]:
    """``count`` float16 vectors of length 1, shape (count, DIMENSION), and queries of shape (queries, DIMENSION)."""
    chance = np.random.default_rng(_SEED)
    meanings = max(1, count // PHRASINGS_A_MEANING)
    topics = _directions(chance, max(1, meanings // MEANINGS_A_TOPIC))
    topic_of = chance.integers(0, len(topics), meanings)
    vectors = np.empty((count, DIMENSION), dtype=np.float16)
    centres = np.empty((meanings, DIMENSION), dtype=np.float16)
    for start in range(0, meanings, 50_000):
        span = slice(start, min(start + 50_000, meanings))
        own = _directions(chance, span.stop - start)
        centres[span] = _unit(_TOPIC * topics[topic_of[span]] + _MEANING * own)
    meaning_of = np.arange(count) % meanings
    for start in range(0, count, 50_000):
        span = slice(start, min(start + 50_000, count))
        vectors[span] = _phrasings(chance, centres[meaning_of[span]])
    return vectors, _phrasings(chance, centres[chance.integers(0, meanings, queries)])


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
        faiss.omp_set_num_threads(1)
        milliseconds, found = [], []
        for vector in asked:
            began = time.perf_counter()
            found.append(set(field.nearest(vector, 10)[1].tolist()))
            milliseconds.append(1000 * (time.perf_counter() - began))
        live = _publish_to_live(field, vectors)
        faiss.omp_set_num_threads(0)
        size = len(faiss.serialize_index(field.index)) / 1e6
    recall = np.mean([len(set(right.tolist()) & got) / 10 for right, got in zip(exact, found, strict=True)])
    return {
        "entries": len(vectors),
        "kind": kind,
        "build_seconds": round(build_seconds, 1),
        "build_cpu_seconds": round(build_cpu, 1),
        "index_megabytes": round(size, 1),
        "memory_megabytes": round(_resident_megabytes() - before, 1),
        "query_p50_milliseconds": round(float(np.percentile(milliseconds, 50)), 3),
        "query_p95_milliseconds": round(float(np.percentile(milliseconds, 95)), 3),
        "recall_at_10": round(float(recall), 4),
        **live,
    }


def _publish_to_live(field: Field, vectors: np.ndarray) -> dict[str, float]:
    """What it takes to lay one more changed article over the index and find it, with ever more of them."""
    base = Search(_Bare(field), Floors())  # type: ignore[arg-type]
    chance = np.random.default_rng(_SEED)
    updates, seconds = {}, []
    for number in range(_PUBLICATIONS):
        rows = _directions(chance, 6).astype(np.float16)
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

    def __init__(self, field: Field) -> None:
        self.numbers: dict[int, int] = {}
        self.words = Index.of([Entry("a", "en", "c", "a", ("a",), (Passage("", "b"),))], [np.eye(3, DIMENSION)]).words
        self.phrasing = field


def _phrasings(chance: np.random.Generator, centres: np.ndarray) -> np.ndarray:
    return _unit(centres.astype(np.float32) + _PHRASING * _directions(chance, len(centres)))


def _directions(chance: np.random.Generator, count: int) -> np.ndarray:
    return _unit(chance.standard_normal((count, DIMENSION), dtype=np.float32))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _resident_megabytes() -> float:
    status = Path("/proc/self/statm")
    if status.is_file():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _print(details: list[dict[str, Any]]) -> None:
    names = ("entries", "kind", "build_seconds", "index_megabytes", "query_p50_milliseconds", "query_p95_milliseconds")
    table = Table(*names, "recall_at_10", "take_up_p95_milliseconds")
    for row in details:
        table.add_row(*(str(row[name]) for name in (*names, "recall_at_10", "take_up_p95_milliseconds")))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
