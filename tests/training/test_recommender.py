"""Fitting: what is exported, that it is repeatable, and that the evaluation tells good from bad."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from implicit.als import AlternatingLeastSquares
from scipy import sparse

from actions.recommender import Recommender
from shop.errors import NotReady
from shop.settings import Settings
from shop.tables import Base, Product
from shop.unit_of_work import Database
from training import recommender as fitting
from training.recommender import FACTORS, ITERATIONS, SEED, Events, content_vectors, evaluate, regularization


def two_tastes(customers: int = 60, goods: int = 12) -> Events:
    """Even customers buy products of the first half, odd ones of the second, in a seeded order."""
    draw = np.random.default_rng(5)
    rows = []
    for customer in range(customers):
        half = np.arange(goods // 2) + (goods // 2) * (customer % 2)
        for item in draw.permutation(half)[: goods // 2 - 2]:
            rows += [(customer, int(item), "view"), (customer, int(item), "purchase")]
    tags = [["first" if item < goods // 2 else "second"] for item in range(goods)]
    return Events(list(range(customers)), list(range(100, 100 + goods)), rows, ["text"] * goods, tags)


def test_confidences_add_up_and_the_held_out_product_is_gone() -> None:
    events = Events([1], [7, 8], [(0, 0, "view"), (0, 0, "cart"), (0, 1, "purchase")], ["", ""], [[], []])
    assert events.matrix().toarray() == pytest.approx(np.log1p([[4.0, 5.0]]))
    assert events.matrix(without={0: 0}).toarray() == pytest.approx(np.log1p([[0.0, 5.0]]))


def test_taste_is_foreseen_better_than_popularity(tmp_path: Path) -> None:
    # Rank among ten says little where there are twelve products, so the gain is compared.
    scores = {score.model: score for score in evaluate(two_tastes(), tmp_path)}
    assert scores["ALS"].customers == 60
    assert scores["ALS"].ndcg_at_10 > scores["popularity"].ndcg_at_10 + 0.1
    assert scores["ALS + content (served)"].ndcg_at_10 > scores["popularity"].ndcg_at_10 + 0.1


def test_folding_a_history_in_gives_what_implicit_gives(tmp_path: Path) -> None:
    matrix = two_tastes().matrix()
    model = AlternatingLeastSquares(
        factors=FACTORS, regularization=regularization(matrix), iterations=ITERATIONS, random_state=SEED, num_threads=1,
        use_cg=False,
    )  # fmt: skip
    model.fit(matrix, show_progress=False)
    history = sparse.csr_matrix(matrix[0])
    theirs = model.recalculate_user(0, history)
    file = tmp_path / "model.npz"
    np.savez(
        file, product_ids=np.arange(12), item_factors=model.item_factors, content=np.eye(12), popularity=np.ones(12),
        regularization=regularization(matrix), content_share=0.2, event_kinds=np.array(["view"]),
        event_weights=np.ones(1),
    )  # fmt: skip
    ours = Recommender.load(tmp_path)._model.user_factors(history.toarray().ravel())
    assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-5)


def test_tags_make_content_where_there_is_no_encoder(tmp_path: Path) -> None:
    vectors = content_vectors(two_tastes(), tmp_path)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] == pytest.approx(1.0)
    assert likeness[0, 11] == pytest.approx(0.0)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(state_dir=tmp_path)
    database = Database.from_settings(settings)
    Base.metadata.create_all(database.engine)
    database.close()
    return settings


def test_a_shop_without_products_is_told_what_to_do(settings: Settings) -> None:
    with pytest.raises(NotReady, match="shop demo"):
        fitting.fit_recommender(settings)


def test_a_shop_without_events_gets_a_model_and_nothing_half_made(settings: Settings) -> None:
    database = Database.from_settings(settings)
    with database.work() as unit:
        unit.session.add(Product(id=3, external_id="p3", department="home", category_en="lamp", name_en="Lamp"))
        unit.commit()
    database.close()
    target = fitting.fit_recommender(settings)
    assert [file.name for file in target.parent.iterdir()] == ["model.npz"]
    with np.load(target) as arrays:
        assert arrays["product_ids"].tolist() == [3]
        assert arrays["popularity"].tolist() == [0.0]


def test_two_fits_of_the_same_events_are_the_same() -> None:
    matrix = two_tastes().matrix()
    assert np.array_equal(fitting._als(matrix), fitting._als(matrix))
