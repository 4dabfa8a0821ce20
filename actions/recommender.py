"""Recommends products: taste learnt from events, likeness of products, popularity; always what can be bought."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shop.catalogue import ProductQuery, ProductView, list_products, matching_variants
from shop.errors import NotReady
from shop.interest import interest_of
from shop.vocabulary import mentions

_POPULARITY_SHARE = 0.05  # decides between products that taste and likeness leave equal
_POPULAR_RANK = 3  # among the products of its category
_ALIKE = 0.35  # from this similarity on, a product bought may be given as the reason for another


@dataclass(frozen=True)
class Recommendation:
    """A product and why: ``bought_x``, ``similar_to_x`` (x is ``other_product_id``), ``popular_in`` (its own
    category) or ``matches_need``."""

    product_id: int
    reason: str
    other_product_id: int | None
    category: str  # English
    score: float


@dataclass(frozen=True)
class _History:
    """What a customer did: taste weights by product, and what was bought."""

    weights: dict[int, float]
    bought: frozenset[int]


class Recommender:
    """Ranks products for a shopper. Reads the model anew when a refit has replaced its file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at_nanoseconds = -1
        self._model = self._current()

    @classmethod
    def load(cls, folder: Path | str) -> Recommender:
        """Open the exported model. Raises NotReady when there is none."""
        file = Path(folder) / "model.npz"
        if not file.is_file():
            raise NotReady(f"No recommendations in {folder}; run `python -m training.recommender`.")
        return cls(file)

    def recommend(  # noqa: PLR0913 (each limit is the shopper's)
        self,
        session: Any,
        customer_id: int | None,
        *,
        limit: int = 3,
        category: str | None = None,
        max_price_cents: int | None = None,
        size: str | None = None,
        near_product_id: int | None = None,
        exclude: Collection[int] = (),
    ) -> list[Recommendation]:
        """Up to ``limit`` products in stock in the size and within the price, best first, none bought before.

        ``category`` is in the shopper's words, either language. Without a known customer the product at hand
        (``near_product_id``) decides, and without that popularity.
        """
        model = self._model = self._current()
        history = _history(session, customer_id, model.event_weights)
        query = ProductQuery(product=category or "", size=size or "", max_price_cents=max_price_cents)
        barred = {*history.bought, *exclude, near_product_id}
        products = list_products(session, "en")
        candidates = [p for p in products if p.id not in barred and _meets(p, query)]
        scores = model.scores(history.weights, near_product_id)
        ranked = sorted(candidates, key=lambda p: (-scores.get(p.id, 0.0), p.id))
        varied = ranked if category or near_product_id else _varied(ranked)
        explain = _Reasons(model, products, history, near_product_id)
        return [explain.recommendation(product, scores.get(product.id, 0.0)) for product in varied[:limit]]

    def _current(self) -> _Model:
        changed_at = self._file.stat().st_mtime_ns
        if changed_at != self._read_at_nanoseconds:
            self._model = _Model.read(self._file)
            self._read_at_nanoseconds = changed_at
        return self._model


@dataclass(frozen=True)
class _Model:
    """The arrays of the exported file; rows are products."""

    rows: dict[int, int]
    item_factors: np.ndarray  # (products, factors)
    content: np.ndarray  # (products, width), unit rows
    popularity: np.ndarray  # (products,), customers who took an interest
    regularization: float
    content_share: float
    event_weights: dict[str, float]

    @classmethod
    def read(cls, file: Path) -> _Model:
        with np.load(file, allow_pickle=False) as arrays:
            return cls(
                rows={int(product_id): row for row, product_id in enumerate(arrays["product_ids"])},
                item_factors=arrays["item_factors"],
                content=arrays["content"],
                popularity=arrays["popularity"],
                regularization=float(arrays["regularization"]),
                content_share=float(arrays["content_share"]),
                event_weights=dict(zip(arrays["event_kinds"].tolist(), arrays["event_weights"].tolist(), strict=True)),
            )

    def scores(self, weights: dict[int, float], near_product_id: int | None) -> dict[int, float]:
        """A score for every product: from a history, from the product at hand, or both; always some popularity."""
        total = _POPULARITY_SHARE * _scaled(self.popularity)
        known = {self.rows[product]: weight for product, weight in weights.items() if product in self.rows}
        if known:
            confidences = np.zeros(len(self.rows))
            confidences[list(known)] = np.log1p(list(known.values()))
            total = total + _scaled(self.item_factors @ self.user_factors(confidences))
            total += self.content_share * _scaled(confidences @ self.content @ self.content.T)
        if near_product_id in self.rows:
            total = total + self.similarity(self.rows[near_product_id])
        return {product: float(total[row]) for product, row in self.rows.items()}

    def user_factors(self, confidences: np.ndarray) -> np.ndarray:
        """Fold a history in: the ALS solution for one customer, (YᵀCY + λI) x = YᵀCp, with the items held fixed.

        ``confidences``: shape (products,), 0 where nothing happened. Hu, Koren, Volinsky 2008, equation 4; as in
        ``implicit``, what was not seen counts with confidence 1.
        """
        items = self.item_factors.astype(np.float64)
        seen = confidences.nonzero()[0]
        mine, sure = items[seen], confidences[seen]
        gram = items.T @ items + (mine * (sure - 1)[:, None]).T @ mine
        gram += self.regularization * np.eye(items.shape[1])
        return np.linalg.solve(gram, mine.T @ sure)

    def similarity(self, row: int) -> np.ndarray:
        """How alike all products are to one, about 0 to 1: half by who liked them, half by what they are."""
        norms = np.linalg.norm(self.item_factors, axis=1)
        liked = self.item_factors @ self.item_factors[row] / np.maximum(norms * norms[row], 1e-9)
        return np.asarray((liked + self.content @ self.content[row]) / 2)


class _Reasons:
    """Says why a product was recommended."""

    def __init__(
        self, model: _Model, products: Iterable[ProductView], history: _History, near_product_id: int | None
    ) -> None:
        self._model = model
        self._history = history
        self._near = near_product_id
        self._categories = {product.id: product.category_en for product in products}
        self._popular = _popular_products(model, self._categories)

    def recommendation(self, product: ProductView, score: float) -> Recommendation:
        """The product with the strongest reason there is for it."""
        reason, other = self._reason(product.id)
        return Recommendation(product.id, reason, other, product.category_en, score)

    def _reason(self, product_id: int) -> tuple[str, int | None]:
        if self._near in self._model.rows and self._near in self._categories:
            return "similar_to_x", self._near
        # "Goes well with the shoes you bought" is said of socks, "close to the shoes you looked at" of shoes.
        own = self._categories[product_id]
        bought = self._most_alike(product_id, {p for p in self._history.bought if self._categories.get(p) != own})
        if bought is not None:
            return "bought_x", bought
        looked_at = set(self._history.weights) - self._history.bought - {product_id}
        viewed = self._most_alike(product_id, {p for p in looked_at if self._categories.get(p) == own})
        if viewed is not None:
            return "similar_to_x", viewed
        return ("popular_in" if product_id in self._popular else "matches_need"), None

    def _most_alike(self, product_id: int, others: set[int]) -> int | None:
        row = self._model.rows.get(product_id)
        known = sorted(other for other in others if other in self._model.rows and other in self._categories)
        if row is None or not known:
            return None
        similar = self._model.similarity(row)
        best = max(known, key=lambda other: similar[self._model.rows[other]])
        return best if similar[self._model.rows[best]] >= _ALIKE else None


def _popular_products(model: _Model, categories: dict[int, str]) -> set[int]:
    """The most popular products of each category, of those anybody took an interest in."""
    by_category: dict[str, list[int]] = {}
    for product_id, category in categories.items():
        if product_id in model.rows and model.popularity[model.rows[product_id]] > 0:
            by_category.setdefault(category, []).append(product_id)
    popular: set[int] = set()
    for members in by_category.values():
        members.sort(key=lambda product_id: -model.popularity[model.rows[product_id]])
        popular.update(members[:_POPULAR_RANK])
    return popular


def _scaled(scores: np.ndarray) -> np.ndarray:
    return scores / max(float(scores.max(initial=0.0)), 1e-9)


def _meets(product: ProductView, query: ProductQuery) -> bool:
    return bool(matching_variants(product, query)) and (not query.product or mentions(query.product, product.words))


def _varied(ranked: list[ProductView]) -> list[ProductView]:
    """The best of each category first, so that three recommendations are not three of a kind."""
    seen: set[str] = set()
    firsts = [p for p in ranked if not (p.category_en in seen or seen.add(p.category_en))]  # type: ignore[func-returns-value]
    chosen = {product.id for product in firsts}
    return firsts + [product for product in ranked if product.id not in chosen]


def _history(session: Any, customer_id: int | None, event_weights: dict[str, float]) -> _History:
    if customer_id is None:
        return _History({}, frozenset())
    interest = interest_of(session, customer_id)
    weights: dict[int, float] = {}
    for product_id, kind in interest.events:
        weights[product_id] = weights.get(product_id, 0.0) + event_weights.get(kind, 0.0)
    for product_id in interest.ordered:  # an order older than the events, or made elsewhere, is taste as well
        weights.setdefault(product_id, event_weights["purchase"])
    bought = {product_id for product_id, kind in interest.events if kind == "purchase"} | interest.ordered
    return _History(weights, frozenset(bought))
