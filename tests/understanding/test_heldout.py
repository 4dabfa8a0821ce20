"""The trained model on messages that nobody trained on, through the code that serves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from language.understanding import Understanding
from shop.errors import NotReady
from shop.settings import get_settings
from training.evaluate import Evaluation, evaluate, rows_of_file
from training.models.serving import served_now

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def model() -> Understanding:
    try:
        return Understanding.load(served_now(get_settings()))
    except NotReady as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=["en", "zh"])
def evaluation(request: pytest.FixtureRequest, model: Understanding) -> Evaluation:
    rows = [row for file in sorted(HERE.glob(f"heldout_*.{request.param}.yml")) for row in rows_of_file(file)]
    assert len(rows) > 100
    return evaluate(model, rows)


def test_intents(evaluation: Evaluation) -> None:
    assert evaluation.accuracy > 0.80, [m for m in evaluation.mistakes if m.confidence > 0.9]


def test_confidence_is_honest(evaluation: Evaluation) -> None:
    assert evaluation.calibration_error < 0.10


def test_what_is_not_ours_stands_out(evaluation: Evaluation) -> None:
    assert evaluation.out_of_scope_auroc > 0.90
    assert evaluation.refused_ours_share < 0.06


def test_two_calls_give_the_same(model: Understanding) -> None:
    first, second = (model.read("where is my order W1234567?") for _ in range(2))
    assert first.ranking == second.ranking
    np.testing.assert_array_equal(first.embedding, second.embedding)
