from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from language.understanding import Understanding
from language.urgency import MOODS, Sign, Weights, find_signs, read_moods, signs_of
from tests.language.served_model import open_served
from training.urgency import EXAMPLES, read_rows

NEUTRAL = {"negative": 0.1, "neutral": 0.8, "positive": 0.1}
WEIGHTS = {
    mood: Weights(-3.0, dict.fromkeys(signs_of(mood), 4.0), meaning=[1.0, 0.0], usual_meaning=0.5) for mood in MOODS
}
ORDINARY = np.array([0.5, 0.0])


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("reply asap", "hurry"),
        ("麻烦尽快处理", "hurry"),
        ("it must be here by Friday", "deadline"),
        ("后天要用", "deadline"),
        ("this is the third time", "repetition"),
        ("问了三遍了", "repetition"),
        ("you are thieves", "insult"),
        ("骗子", "insult"),
        ("this is ridiculous", "outrage"),
        ("气死我了", "outrage"),
        ("I'll call my lawyer", "threat"),
        ("我要投诉", "threat"),
        ("where is it???", "marks"),
        ("到底在哪！！", "marks"),
        ("WHERE IS MY ORDER", "capitals"),
    ],
)
def test_signs_in_both_languages(text: str, sign: str) -> None:
    assert sign in find_signs(text, NEUTRAL)


@pytest.mark.parametrize(
    "text", ["no rush", "it's not urgent", "不着急，慢慢来", "急救包", "a quick-dry towel", "XXL or USB-C", "垃圾桶"]
)
def test_what_only_looks_like_a_sign(text: str) -> None:
    assert set(find_signs(text, NEUTRAL)) == {"negative"}


def test_where_a_sign_was_found_is_told() -> None:
    assert find_signs("please hurry up", NEUTRAL)["hurry"] == (1.0, "hurry up")


def test_joy_is_loud_too() -> None:
    joy = {"negative": 0.0, "positive": 1.0}
    assert find_signs("I LOVE THIS SO MUCH!!!", joy)["marks"][0] == 0.0


def test_a_score_is_the_sum_of_its_signs() -> None:
    urgency, anger = read_moods("reply asap", NEUTRAL, ORDINARY, WEIGHTS)
    assert urgency.score == pytest.approx(1 / (1 + np.exp(-1.0)))
    assert urgency.signs[0] == Sign("hurry", 4.0, "asap")
    assert anger.score < 0.1


def test_what_the_message_means_speaks_as_far_as_it_is_unusual() -> None:
    urgency, _ = read_moods("hm", NEUTRAL, np.array([1.0, 0.0]), WEIGHTS)
    assert urgency.signs == [Sign("meaning", 0.5)]


def test_a_model_without_weights_and_a_blank_text_say_nothing() -> None:
    assert read_moods("reply asap!!", NEUTRAL, ORDINARY, {})[0].score == 0.0
    assert read_moods("  ", NEUTRAL, ORDINARY, WEIGHTS)[1].score == 0.0


def test_no_message_is_both_fitted_and_tested() -> None:
    fitted = {row.text for row in read_rows(EXAMPLES)}
    assert not fitted & {row.text for row in read_rows(Path(__file__).with_name("urgency.csv"))}


@pytest.fixture(scope="module")
def model() -> Understanding:
    served = open_served()
    if not served.moods:
        pytest.skip("This model was trained before moods were; train it again.")
    return served


@pytest.mark.parametrize(("mood", "at_least"), [("urgency", 0.75), ("anger", 0.75)])
def test_on_messages_nobody_fitted(model: Understanding, mood: str, at_least: float) -> None:
    rows = read_rows(Path(__file__).with_name("urgency.csv"))
    found = [getattr(model.read(row.text), mood).score >= 0.5 for row in rows]
    assert f1_score([getattr(row, mood) for row in rows], found) > at_least
