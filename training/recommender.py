"""Learns taste from the shop's events and writes it down as plain arrays for serving.

``python -m training.recommender`` fits and exports; ``--evaluate`` compares models on held-out purchases instead.
The model is implicit-feedback ALS (Hu, Koren, Volinsky 2008) as in the package ``implicit``.
"""

from __future__ import annotations

import os
import tempfile
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from scipy import sparse
from sqlalchemy import select
from threadpoolctl import threadpool_limits

from shop.errors import NotReady
from shop.settings import Settings, get_settings
from shop.tables import Product, ShoppingEvent
from shop.unit_of_work import Database

# What an event says of taste; the sum over a customer's events of a product is damped by log(1 + sum).
EVENT_WEIGHTS = {"view": 1.0, "cart": 3.0, "purchase": 5.0}
FACTORS, ITERATIONS, SEED = 16, 15, 7
# Grows with the shop: a fixed amount that suits 300 customers presses the factors of 20 customers to nothing.
REGULARIZATION_PER_CUSTOMER = 1 / 30
CONTENT_SHARE = 0.2  # of the mixed score, beside taste; both scaled to a best of 1
_TAG_BUCKETS = 256


@dataclass(frozen=True)
class Events:
    """What customers did, oldest first: ``rows`` are (customer, product) row numbers with the event's kind."""

    customers: list[int]
    products: list[int]
    rows: list[tuple[int, int, str]]
    texts: list[str]  # one a product, English
    tags: list[list[str]]

    def matrix(self, without: dict[int, int] | None = None) -> sparse.csr_matrix:
        """Confidences, shape (customers, products). ``without``: for a customer, a product to leave out wholly."""
        sums = np.zeros((len(self.customers), len(self.products)))
        for customer, product, kind in self.rows:
            if without is None or without.get(customer) != product:
                sums[customer, product] += EVENT_WEIGHTS.get(kind, 0.0)
        return sparse.csr_matrix(np.log1p(sums))


def read_events(database: Database) -> Events:
    """All events of active products."""
    with database.read() as unit:
        products: Any = unit.session.scalars(select(Product).where(Product.active == 1).order_by(Product.id)).all()
        ids = [product.id for product in products]
        texts = [f"{p.name_en}. {p.category_en}. {', '.join(p.tags.get('en', ()))}" for p in products]
        tags = [[*p.tags.get("en", ()), *p.tags.get("zh", ()), p.category_en, p.brand] for p in products]
        query = select(ShoppingEvent.customer_id, ShoppingEvent.product_id, ShoppingEvent.kind)
        events = unit.session.execute(query.order_by(ShoppingEvent.at, ShoppingEvent.id)).all()
    column = {product_id: number for number, product_id in enumerate(ids)}
    customers = sorted({customer for customer, _, _ in events})
    row = {customer: number for number, customer in enumerate(customers)}
    known = [(row[customer], column[product], kind) for customer, product, kind in events if product in column]
    return Events(customers, ids, known, texts, tags)


def fit_recommender(settings: Settings) -> Path:
    """Fit on all events and export to ``var/recommender/model.npz``, replacing the old file at once.

    Raises NotReady when the shop has no products. A shop without events gets a model of popularity and content.
    """
    database = Database.from_settings(settings)
    try:
        events = read_events(database)
    finally:
        database.close()
    if not events.products:
        raise NotReady("The shop has no products yet; run `python -m shop demo` or import some.")
    matrix = events.matrix()
    arrays = {
        "product_ids": np.array(events.products, dtype=np.int64),
        "item_factors": _als(matrix) if matrix.nnz else np.zeros((len(events.products), 1), np.float32),
        "regularization": np.array(regularization(matrix), dtype=np.float32),
        "event_kinds": np.array(list(EVENT_WEIGHTS)),
        "event_weights": np.array(list(EVENT_WEIGHTS.values()), dtype=np.float32),
        "popularity": np.asarray((matrix > 0).sum(axis=0), dtype=np.float32).ravel(),
        "content": content_vectors(events, settings.state_dir / "encoders" / "en"),
        "content_share": np.array(CONTENT_SHARE, dtype=np.float32),
    }
    return _export(arrays, settings.state_dir / "recommender" / "model.npz")


def content_vectors(events: Events, encoder_folder: Path) -> np.ndarray:
    """What the products are, as unit rows, shape (products, width): sentence vectors, else hashed tags."""
    if (encoder_folder / "encoder.json").is_file():
        from language.encoder import Encoder

        return Encoder.load(encoder_folder).encode(events.texts, kind="passage")
    counts = np.zeros((len(events.tags), _TAG_BUCKETS), dtype=np.float32)
    for row, tags in enumerate(events.tags):
        for tag in set(tags):
            counts[row, zlib.crc32(tag.encode()) % _TAG_BUCKETS] = 1.0
    rarity = np.log((1 + len(counts)) / (1 + counts.sum(axis=0)))
    vectors = counts * rarity
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def regularization(matrix: sparse.csr_matrix) -> float:
    """How strongly factors are held down, for so many customers."""
    return float(matrix.shape[0] * REGULARIZATION_PER_CUSTOMER)


def _als(matrix: sparse.csr_matrix, users: bool = False) -> Any:
    """Item factors, float32 of shape (products, FACTORS); with ``users`` the scores of all customers instead."""
    from implicit.als import AlternatingLeastSquares

    with _one_thread():
        model = AlternatingLeastSquares(
            factors=FACTORS,
            regularization=regularization(matrix),
            iterations=ITERATIONS,
            random_state=SEED,
            num_threads=1,
        )
        model.fit(matrix, show_progress=False)
    return model.user_factors @ model.item_factors.T if users else np.asarray(model.item_factors)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Fits are repeatable on one thread only: several sum in another order each time."""
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # implicit's note that it converts the matrix itself
        yield


def _export(arrays: dict[str, np.ndarray], target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(suffix=".npz", dir=target.parent)
    os.close(handle)
    np.savez(draft, **arrays)
    Path(draft).chmod(0o644)
    Path(draft).replace(target)
    return target


@dataclass(frozen=True)
class Score:
    """How well a model foresaw the held-out purchases of ``customers`` customers."""

    model: str
    hit_rate_at_10: float
    ndcg_at_10: float
    customers: int


def evaluate(events: Events, encoder_folder: Path, back: int = 1) -> list[Score]:
    """Leave-last-out: of each customer the ``back``-th last product bought is hidden with all its events, and
    has to be ranked high among all products the customer had nothing to do with."""
    hidden = _held_out(events, back)
    matrix = events.matrix(hidden)
    content = content_vectors(events, encoder_folder)
    taste = _als(matrix, users=True)
    likeness = matrix @ (content @ content.T)
    scores: dict[str, Callable[[], np.ndarray]] = {
        "popularity": lambda: np.tile(np.asarray((matrix > 0).sum(axis=0)), (matrix.shape[0], 1)),
        "content": lambda: likeness,
        "item-item cosine": lambda: _item_item(matrix),
        "BPR": lambda: _bpr(matrix),
        "ALS": lambda: taste,
        "ALS + content (served)": lambda: _scaled(taste) + CONTENT_SHARE * _scaled(likeness),
    }
    return [_score(name, compute(), matrix, hidden) for name, compute in scores.items()]


def _held_out(events: Events, back: int) -> dict[int, int]:
    bought: dict[int, list[int]] = {}
    for customer, product, kind in events.rows:
        if kind == "purchase" and product not in bought.setdefault(customer, []):
            bought[customer].append(product)
    return {customer: products[-back] for customer, products in bought.items() if len(products) > back}


def _item_item(matrix: sparse.csr_matrix) -> np.ndarray:
    from implicit.nearest_neighbours import CosineRecommender

    with _one_thread():
        model = CosineRecommender(K=10, num_threads=1)
        model.fit(matrix, show_progress=False)
    return np.asarray((matrix @ model.similarity).todense())


def _bpr(matrix: sparse.csr_matrix) -> np.ndarray:
    from implicit.bpr import BayesianPersonalizedRanking

    with _one_thread():
        model = BayesianPersonalizedRanking(
            factors=FACTORS, learning_rate=0.02, regularization=0.05, iterations=300, random_state=SEED, num_threads=1
        )
        model.fit(matrix, show_progress=False)
    return np.asarray(model.user_factors @ model.item_factors.T)


def _scaled(scores: np.ndarray) -> np.ndarray:
    return scores / np.maximum(scores.max(axis=1, keepdims=True), 1e-9)


def _score(name: str, scores: np.ndarray, matrix: sparse.csr_matrix, hidden: dict[int, int]) -> Score:
    hits, gain = 0, 0.0
    for customer, product in hidden.items():
        row = np.array(scores[customer], dtype=float)
        row[matrix[customer].indices] = -np.inf
        rank = int((row > row[product]).sum())
        if rank < 10:
            hits, gain = hits + 1, gain + 1 / np.log2(rank + 2)
    total = max(len(hidden), 1)
    return Score(name, hits / total, gain / total, len(hidden))


def main(
    evaluate_only: Annotated[
        bool, typer.Option("--evaluate", help="Compare models on held-out purchases; export nothing.")
    ] = False,
    back: Annotated[int, typer.Option(help="Which purchase from the end is held out.")] = 1,
) -> None:
    """Learn recommendations from the shop's events."""
    settings = get_settings()
    if not evaluate_only:
        typer.echo(f"Recommendations: {fit_recommender(settings)}")
        return
    events = read_events(Database.from_settings(settings))
    typer.echo(f"{'model':<24}{'HR@10':>8}{'NDCG@10':>9}{'customers':>11}")
    for score in evaluate(events, settings.state_dir / "encoders" / "en", back):
        typer.echo(f"{score.model:<24}{score.hit_rate_at_10:>8.3f}{score.ndcg_at_10:>9.3f}{score.customers:>11}")


if __name__ == "__main__":
    typer.run(main)
