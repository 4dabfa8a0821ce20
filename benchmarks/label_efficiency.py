"""How many labels our ranking saves: accuracy against the number of labels, ranked as the inbox does and by chance.

``python -m benchmarks.label_efficiency --train T --test S --json OUT``

Both begin with nothing. Each round labels the next messages of a pool, and a head is trained on all labels so far. The
ranking is the inbox's own (``training.logs.ranking``) and sees what the inbox sees: embeddings, and how unsure the last
head is. So that this can be repeated with several seeds in minutes, the head is a logistic regression on the product's
English sentence encoder: fine-tuning BERT in each round would take days. ``--fine-tuned-at`` fine-tunes the product's
own model twice, with that many labels by chance and with 60 % of them ranked.

What can be saved has two ends, so the median is given twice: over all steps, and over those *within reach*.

- A head is never right on intents of which it has seen no example, and so many labels show it at most as many intents.
  ``fewest_possible`` is how many labels give an accuracy when each shows another intent, the commonest of the test
  first, and every message of those is then read rightly (and no fewer than the first step, where the curves begin).
  Where that is more than 60 % of the labels by chance, no ranking can do it.
- Where a pool is used up, ranking and chance have labelled the same, and the shares must come to meet at 100 %. Of an
  inbox more always waits. Within reach are the steps at which chance has labelled at most half of the pool.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from benchmarks import report
from benchmarks.contenders import answer_ours, in_own_process, train_ours
from benchmarks.data_sets import rows_of
from language.base_models import AUTO
from language.encoder import Encoder
from language.understanding import OUT_OF_SCOPE
from shop.errors import AisleError
from shop.settings import get_settings
from training.dataset import Row
from training.logs.ranking import order

TO_REACH = 0.6
"""Share of the labels that shall be enough for the same accuracy."""
_RANKED_AT_ONCE = 3_000
"""As many waiting messages are ranked at once, as in the inbox; of more, so many by chance."""
_USED_UP = 0.5
"""Share of the pool beyond which what chance labels is no longer compared in the figures within reach."""
_POOL_SHARE = 0.8
"""Each seed leaves out another fifth of the pool, so that the ranking, which has no chance in it, varies, too."""
_FIRST = 10
_GROWTH = 1.35
_ITERATIONS = 40


@dataclass(frozen=True)
class Texts:
    """Rows with their vectors (n, hidden) and labels (n,)."""

    rows: list[Row]
    vectors: np.ndarray
    labels: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[Row], encoder: Encoder) -> Texts:
        """Embed rows, each a query as a shopper's message is."""
        return cls(list(rows), encoder.encode([row.text for row in rows]), np.array([row.intent for row in rows]))


class Head:
    """A logistic regression over the labels that were seen; before there are two, it knows nothing."""

    def __init__(self, vectors: np.ndarray, labels: np.ndarray) -> None:
        self._names = np.unique(labels)
        self._model: LogisticRegression | None = None
        if len(self._names) > 1:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # more iterations change no figure here
                self._model = LogisticRegression(C=10.0, max_iter=_ITERATIONS).fit(vectors, labels)

    def unsure(self, vectors: np.ndarray) -> np.ndarray:
        """One minus the margin between the two likeliest, (n,), between 0 and 1."""
        if self._model is None:
            return np.ones(len(vectors))
        best = np.sort(self._model.predict_proba(vectors), axis=1)[:, -2:]
        return np.asarray(1.0 - (best[:, 1] - best[:, 0]))

    def accuracy(self, test: Texts) -> float:
        """Share of the test texts whose likeliest label is right."""
        likeliest = self._names[0] if self._model is None else self._model.predict(test.vectors)
        return float((likeliest == test.labels).mean())


def main(
    train: Annotated[str, typer.Option(help="Labelled rows that make the pool.")],
    test: Annotated[str, typer.Option(help="Labelled rows to be right about; out-of-scope ones are left out.")],
    json: Annotated[Path, typer.Option(help="Where the figures go.")],
    oos_label: Annotated[str, typer.Option(help="What the data calls out of scope.")] = "",
    seeds: Annotated[int, typer.Option(help="Repetitions, each with another part of the pool.")] = 5,
    most: Annotated[int, typer.Option(help="Most labels; 0 means the whole pool.")] = 0,
    fine_tuned_at: Annotated[int, typer.Option(help="Fine-tune with so many labels by chance; 0 for not.")] = 0,
) -> None:
    """Rank and draw, train heads, compare, report."""
    try:
        encoder = Encoder.load(get_settings().state_dir / "encoders" / "en", threads=0)
        pool = Texts.of(rows_of(train, oos_label or None), encoder)
        asked = Texts.of([row for row in rows_of(test, oos_label or None) if row.intent != OUT_OF_SCOPE], encoder)
    except AisleError as error:
        Console(stderr=True).print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    steps = steps_up_to(min(most or len(pool.labels), int(len(pool.labels) * _POOL_SHARE)))
    curves = {
        name: np.mean([curve(pool, asked, steps, name == "ranked", seed) for seed in tqdm(range(seeds), name)], axis=0)
        for name in ("by_chance", "ranked")
    }
    figures = {
        **report.circumstances(seeds),
        "train": report.place(train),
        "test": report.place(test),
        "pool": len(pool.labels),
        "test_rows": len(asked.labels),
        "encoder": encoder.fingerprint,
        **compare(steps, curves["by_chance"], curves["ranked"]),
    }
    figures |= within_reach(figures, asked.labels, _USED_UP * _waiting_at_first(pool, steps))
    if fine_tuned_at:
        figures["fine_tuned"] = fine_tuned(pool, asked, fine_tuned_at)
    report.write(json, figures)
    _print(Path(train.partition("#")[0]).stem, figures)


def steps_up_to(most: int) -> list[int]:
    """Numbers of labels, each about a third more than the one before; at least one."""
    steps, step = [], float(min(_FIRST, most))
    while step < most:
        steps.append(int(step))
        step *= _GROWTH
    return [*steps, most]


def curve(pool: Texts, test: Texts, steps: Sequence[int], ranked: bool, seed: int) -> list[float]:
    """Accuracy on ``test`` after each of ``steps`` labels."""
    return [Head(pool.vectors[known], pool.labels[known]).accuracy(test) for known in choose(pool, steps, ranked, seed)]


def choose(pool: Texts, steps: Sequence[int], ranked: bool, seed: int) -> list[np.ndarray]:
    """The places of the labelled texts after each of ``steps`` labels."""
    generator = np.random.default_rng(seed)
    waiting = generator.permutation(len(pool.labels))[: _waiting_at_first(pool, steps)]
    known = np.empty(0, dtype=int)
    found = []
    for step in steps:
        chosen = waiting[: step - len(known)]
        if ranked:
            looked_at = generator.permutation(waiting)[:_RANKED_AT_ONCE]
            vectors, seen = pool.vectors[looked_at], pool.vectors[known]
            worth = Head(seen, pool.labels[known]).unsure(vectors)
            chosen = looked_at[order(vectors, worth, seen, step - len(known))]
        known = np.concatenate([known, chosen])
        waiting = waiting[~np.isin(waiting, chosen)]
        found.append(known)
    return found


def _waiting_at_first(pool: Texts, steps: Sequence[int]) -> int:
    """How many texts of the pool each seed begins with."""
    return max(steps[-1], int(len(pool.labels) * _POOL_SHARE))


def compare(steps: Sequence[int], by_chance: np.ndarray, ranked: np.ndarray) -> dict[str, Any]:
    """The curves, and how many ranked labels give the accuracy of each number of labels by chance."""
    enough = [labels_for(accuracy, steps, ranked) for accuracy in by_chance]
    shares = [None if count is None else round(count / step, 3) for count, step in zip(enough, steps, strict=True)]
    # The first step is where both begin, and nothing is below it.
    counted = [_counted(share) for share in shares[1:]]
    return {
        "labels": list(steps),
        "by_chance": [round(float(each), 4) for each in by_chance],
        "ranked": [round(float(each), 4) for each in ranked],
        "ranked_labels_for_the_same": [None if count is None else round(count) for count in enough],
        "share_of_labels": shares,
        "median_share": float(np.median(counted)) if counted else None,
        "highest_share": max(counted, default=None),
        "to_reach": TO_REACH,
    }


def _counted(share: float | None) -> float:
    """A share, and all of the labels where the ranked curve never came to the accuracy."""
    return 1.0 if share is None else share


def within_reach(figures: Mapping[str, Any], asked: np.ndarray, most: float) -> dict[str, Any]:
    """The shares of ``compare`` where enough can be saved at all: see the top of this file.

    ``asked`` is (n,), the labels of the test; ``most`` is how many labels by chance leave enough of the pool.
    """
    steps, shares = figures["labels"], figures["share_of_labels"]
    fewest = [max(steps[0], fewest_labels(accuracy, asked)) for accuracy in figures["by_chance"]]
    can = [bound <= TO_REACH * step and step <= most for step, bound in zip(steps, fewest, strict=True)]
    counted = [_counted(share) for share, may in zip(shares, can, strict=True) if may]
    return {
        "fewest_possible": fewest,
        "within_reach": can,
        "median_share_within_reach": float(np.median(counted)) if counted else None,
        "highest_share_within_reach": max(counted, default=None),
    }


def fewest_labels(accuracy: float, asked: np.ndarray) -> int:
    """The fewest intents whose messages make up such a share of the test."""
    counts = np.sort(np.unique(asked, return_counts=True)[1])[::-1]
    # Rounded, so that an accuracy of exactly so many intents does not ask for one more.
    return int(np.searchsorted(np.round(np.cumsum(counts) / len(asked), 6), round(accuracy, 6))) + 1


def labels_for(accuracy: float, steps: Sequence[int], curve: np.ndarray) -> float | None:
    """Labels at which a curve first has an accuracy, on straight lines between its points; None where it never has."""
    reached = np.flatnonzero(curve >= accuracy)
    if len(reached) == 0:
        return None
    at = int(reached[0])
    if at == 0:
        return float(steps[0])
    low, high = float(curve[at - 1]), float(curve[at])
    return float(steps[at - 1] + (steps[at] - steps[at - 1]) * (accuracy - low) / (high - low))


def fine_tuned(pool: Texts, test: Texts, count: int) -> dict[str, Any]:
    """Accuracy of the product's own model with ``count`` labels by chance, and with 60 % of them ranked."""
    fewer = round(TO_REACH * count)
    found: dict[str, Any] = {}
    for name, most in (("by_chance", count), ("ranked", fewer)):
        chosen = choose(pool, steps_up_to(most), name == "ranked", seed=0)[-1]
        with tempfile.TemporaryDirectory() as folder:
            rows = [pool.rows[place] for place in chosen]
            trained = in_own_process(train_ours, rows, [], AUTO, Path(folder))
            answered = in_own_process(answer_ours, trained.folder, [row.text for row in test.rows])
        right = [each.likeliest == label for each, label in zip(answered.answers, test.labels, strict=True)]
        found[name] = {"labels": most, "accuracy": round(float(np.mean(right)), 4)}
    return found


def _print(name: str, figures: dict[str, Any]) -> None:
    columns = "labels by_chance ranked ranked_labels_for_the_same share_of_labels fewest_possible within_reach".split()
    table = Table(*(column.replace("_", " ") for column in columns), title=name)
    for row in zip(*(figures[column] for column in columns), strict=True):
        table.add_row(*("–" if value is None else str(value) for value in row))
    console = Console()
    console.print(table)
    within = figures["median_share_within_reach"]
    console.print(f"median share {figures['median_share']}, within reach {within}, to reach: {TO_REACH}")
    if "fine_tuned" in figures:
        console.print(f"fine-tuned: {figures['fine_tuned']}")


if __name__ == "__main__":
    typer.run(main)
