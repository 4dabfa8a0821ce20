from __future__ import annotations

import numpy as np
import pytest

from language.understanding import Calibration, energy, score, softmax
from training.calibrate import expected_calibration_error, fit

INTENTS = ["a", "b", "c", "out_of_scope"]


def logits_and_truth(sharpness: float) -> tuple[np.ndarray, list[str]]:
    """900 texts of which the model is right in about 80 of 100, with logits scaled by ``sharpness``."""
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 4, size=900)
    logits = generator.normal(0.0, 1.0, size=(900, 4))
    logits[np.arange(900), truth] += 2.6
    return logits * sharpness, [INTENTS[label] for label in truth]


def test_temperature_undoes_a_scaling() -> None:
    plain = fit(*logits_and_truth(1.0), INTENTS).temperature
    sharp = fit(*logits_and_truth(3.0), INTENTS).temperature
    assert sharp / plain == pytest.approx(3.0, rel=0.1)


def test_calibrated_confidence_is_accuracy() -> None:
    logits, truth = logits_and_truth(3.0)
    right = np.array([INTENTS[label] for label in logits.argmax(1)]) == np.array(truth)
    before = expected_calibration_error(softmax(logits * 3.0).max(1), right)
    after = expected_calibration_error(softmax(logits / fit(logits, truth, INTENTS).temperature).max(1), right)
    assert after < 0.03
    assert before > 2 * after


def test_a_threshold_that_stood_stays_while_it_is_as_good_within_chance() -> None:
    logits, truth = logits_and_truth(3.0)
    anew = fit(logits, truth, INTENTS)
    near, far = Calibration(unsure_below=anew.unsure_below + 0.005), Calibration(unsure_below=0.99)
    assert fit(logits, truth, INTENTS, near).unsure_below == near.unsure_below
    assert fit(logits, truth, INTENTS, far).unsure_below == anew.unsure_below
    assert fit(logits, truth, INTENTS, Calibration()).unsure_below == anew.unsure_below


def test_few_of_our_own_messages_are_refused() -> None:
    logits, truth = logits_and_truth(3.0)
    calibration = fit(logits, truth, INTENTS)
    refused = [
        score(row, INTENTS, calibration).out_of_scope > calibration.out_of_scope_above
        for row, name in zip(logits, truth, strict=True)
        if name != "out_of_scope"
    ]
    assert np.mean(refused) <= 0.02


def test_a_strange_text_scores_higher_than_a_known_one() -> None:
    calibration = Calibration(energy_centre=2.0, energy_width=0.5)
    known, strange = np.array([9.0, 0.0, 0.0, 0.0]), np.array([0.1, 0.0, 0.0, 0.0])
    scores = [score(logits, INTENTS, calibration).out_of_scope for logits in (known, strange)]
    assert scores[0] < 0.05
    assert 0.5 < scores[1] <= 1.0


def test_energy_is_log_sum_exp_and_does_not_overflow() -> None:
    assert energy(np.array([1000.0, 1000.0])) == pytest.approx(1000.0 + np.log(2.0))


def test_the_energy_of_all_but_two_in_a_hundred_of_ours_counts_as_ours() -> None:
    logits, truth = logits_and_truth(3.0)
    ours = np.array([name != "out_of_scope" for name in truth])
    energies = energy(logits[ours][:, :3])
    calibration = fit(logits, truth, INTENTS)
    assert np.mean(energies < calibration.energy_centre) == pytest.approx(0.02, abs=0.002)


def test_few_rows_set_the_energy_cautiously() -> None:
    logits, truth = logits_and_truth(3.0)
    few = fit(logits[:60], truth[:60], INTENTS)
    ours = np.array([name != "out_of_scope" for name in truth[:60]])
    assert few.energy_centre < energy(logits[:60][ours][:, :3]).min()
