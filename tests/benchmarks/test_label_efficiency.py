"""The arithmetic of the benchmark of labels."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.label_efficiency import Texts, choose, compare, fewest_labels, labels_for, steps_up_to, within_reach
from training.dataset import Row


def test_labels_for_an_accuracy_are_read_off_the_curve() -> None:
    steps, curve = [10, 20, 40], np.array([0.5, 0.7, 0.8])
    assert labels_for(0.4, steps, curve) == 10
    assert labels_for(0.6, steps, curve) == pytest.approx(15)
    assert labels_for(0.75, steps, curve) == pytest.approx(30)
    assert labels_for(0.9, steps, curve) is None


def test_shares_leave_out_the_first_step_and_count_what_was_never_reached_in_full() -> None:
    found = compare([10, 20, 40], np.array([0.5, 0.6, 0.9]), np.array([0.6, 0.7, 0.8]))
    assert found["ranked_labels_for_the_same"] == [10, 10, None]
    assert (found["median_share"], found["highest_share"]) == (0.75, 1.0)


def test_no_accuracy_is_had_from_fewer_labels_than_the_intents_it_takes() -> None:
    asked = np.array(["a"] * 5 + ["b"] * 3 + ["c"] * 2)
    assert [fewest_labels(accuracy, asked) for accuracy in (0.3, 0.5, 0.6, 0.8, 0.95)] == [1, 1, 2, 2, 3]


def test_within_reach_is_neither_what_no_ranking_can_do_nor_the_end_of_a_pool() -> None:
    asked = np.array([f"l{place}" for place in range(20)])
    figures = {"labels": [2, 10, 20, 40], "by_chance": [0.1, 0.4, 0.5, 0.8], "share_of_labels": [1.0, 0.9, 0.7, 1.0]}
    found = within_reach(figures, asked, 30)
    assert found["fewest_possible"] == [2, 8, 10, 16]
    assert found["within_reach"] == [False, False, True, False]
    assert (found["median_share_within_reach"], found["highest_share_within_reach"]) == (0.7, 0.7)


def test_steps_grow_and_end_with_all() -> None:
    assert steps_up_to(30) == [10, 13, 18, 24, 30]
    assert steps_up_to(5) == [5]


@pytest.mark.parametrize("ranked", [True, False])
def test_labels_are_added_to_those_before_and_none_is_taken_twice(ranked: bool) -> None:
    generator = np.random.default_rng(1)
    vectors = generator.normal(size=(60, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = np.array([f"l{place % 3}" for place in range(60)])
    pool = Texts([Row(str(place), label) for place, label in enumerate(labels)], vectors, labels)
    found = choose(pool, [5, 9, 20], ranked, seed=1)
    assert [len(known) for known in found] == [5, 9, 20]
    assert all(len(set(known.tolist())) == len(known) for known in found)
    assert found[0].tolist() == found[2][:5].tolist()
