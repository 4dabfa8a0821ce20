"""The gate: what is worse beyond chance is refused, what differs by chance is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from shop.tables import ModelVersion
from training.models.comparing import compare
from training.models.gate import Gate, Talk, gate_of
from training.models.intervals import bootstrap, paired_shares, wilson
from training.models.readings import ModelReading, ReadRow

RIGHT = ModelReading("greet", "greet", 0.9, 0.05, "neutral", (), 3.0)
WRONG = replace(RIGHT, likeliest="thank", acted_on="thank")


def row(number: int, intent: str = "greet", language: str = "en", **readings: ModelReading) -> ReadRow:
    right = replace(RIGHT, likeliest=intent, acted_on=intent, milliseconds=3.0 + number % 5 / 10)
    if intent == "out_of_scope":
        right = replace(right, out_of_scope_score=0.9)
    both = {"champion": right, "challenger": right} | readings
    return ReadRow(f"text {number}", language, intent, "", (), "held out", **both)


def rows_of(intents: tuple[str, ...] = ("greet", "thank", "out_of_scope"), each: int = 40) -> list[ReadRow]:
    return [row(number, intent, "zh" if number % 2 else "en") for intent in intents for number in range(each)]


def verdicts(gate: Gate) -> dict[str, str]:
    return {figure.name: figure.verdict for figure in gate.guarded}


def test_the_same_model_again_passes() -> None:
    gate = compare(rows_of(), [], 1)
    assert gate.verdict == "passed"
    assert set(verdicts(gate).values()) == {"same"}
    assert not gate.changed


def test_a_few_losses_among_as_many_gains_are_chance() -> None:
    rows = rows_of()
    for place in range(6):
        rows[place] = replace(rows[place], challenger=WRONG)
        rows[place + 10] = replace(rows[place + 10], champion=WRONG)
    gate = compare(rows, [], 1)
    assert gate.verdict == "passed"
    assert [example.better for example in gate.changed] == [False] * 6 + [True] * 6


def test_one_poisoned_intent_is_seen_among_many_good_ones() -> None:
    rows = rows_of(("greet", *(f"intent_{number}" for number in range(40))), each=12)
    poisoned = [replace(each, challenger=WRONG) if each.intent == "greet" else each for each in rows]
    gate = compare(poisoned, [], 7)
    assert gate.verdict == "refused"
    assert verdicts(gate)["intent:greet"] == "worse"
    assert any("Intent greet: 100.0% before, 0.0% now, of 12" in reason for reason in gate.reasons)
    assert {example.text for example in gate.changed} == {each.text for each in rows if each.intent == "greet"}


def test_one_language_that_got_worse_is_seen() -> None:
    rows = [
        replace(each, challenger=WRONG) if each.language == "zh" and n % 3 else each for n, each in enumerate(rows_of())
    ]
    found = verdicts(compare(rows, [], 1))
    assert found["language:zh"] == "worse"
    assert found["language:en"] == "same"


def test_ours_taken_for_strange_and_strange_for_ours_are_seen() -> None:
    refused = replace(RIGHT, acted_on="out_of_scope", out_of_scope_score=0.95)
    rows = [replace(each, challenger=refused) if each.intent == "greet" else each for each in rows_of()]
    assert verdicts(compare(rows, [], 1))["ours"] == "worse"
    blind = [
        replace(each, challenger=replace(RIGHT, out_of_scope_score=0.01)) if each.intent == "out_of_scope" else each
        for each in rows_of()
    ]
    found = verdicts(compare(blind, [], 1))
    assert found["out_of_scope"] == "worse"
    assert found["out_of_scope_auroc"] == "worse"


def test_lost_entities_sentiment_and_time_are_seen() -> None:
    span = ((0, 4, "product"),)
    rows = [replace(each, entities=span, champion=replace(each.champion, entities=span)) for each in rows_of()]
    assert verdicts(compare(rows, [], 1))["entities"] == "worse"
    sad = [
        replace(each, intent="", sentiment="neutral", challenger=replace(WRONG, sentiment="negative"))
        for each in rows_of()
    ]
    assert verdicts(compare(sad, [], 1))["sentiment"] == "worse"
    slow = [replace(each, challenger=replace(each.challenger, milliseconds=5.0)) for each in rows_of()]
    assert verdicts(compare(slow, [], 1))["latency"] == "worse"


def test_a_must_pass_conversation_that_broke_refuses() -> None:
    broken = Talk("Where is my order (en)", True, False, "“hello” is read as thank, not greet")
    broken_before = Talk("Money back (en)", False, False, "“refund?” is read as thank")
    gate = compare(rows_of(), [broken, broken_before], 1)
    assert gate.verdict == "refused"
    assert len(gate.reasons) == 1
    assert "Where is my order (en)" in gate.reasons[0]


def test_the_gate_is_read_back_from_the_model() -> None:
    rows = rows_of()
    rows[0] = replace(rows[0], challenger=WRONG)
    gate = compare(rows, [Talk("a", True, True, "")], 3, ["2 left out"])
    assert gate_of(ModelVersion(gate=gate.as_json())) == gate
    assert gate_of(ModelVersion(gate={})).verdict == "open"


@pytest.mark.parametrize(("won", "lost"), [(0, 8), (0, 4), (3, 12), (5, 5), (9, 0)])
def test_the_paired_interval_agrees_with_the_exact_test(won: int, lost: int) -> None:
    champion = np.array([True] * lost + [False] * won + [True] * 50)
    challenger = np.array([False] * lost + [True] * won + [True] * 50)
    low, high = paired_shares(champion, challenger, 0.95)
    assert low <= (won - lost) / len(champion) <= high
    exact = binomtest(won, won + lost, alternative="less").pvalue
    assert (high < 0) == (exact < 0.025)


def test_intervals_of_nothing_and_of_all() -> None:
    same = np.array([True, False, True])
    assert paired_shares(same, same, 0.95) == (0.0, 0.0)
    low, high = wilson(1.0, 10)
    assert (round(low, 3), high) == (0.722, 1.0)  # Wilson's interval of 10 of 10
    assert bootstrap(lambda drawn: float("nan"), 10, 0.95) == (float("-inf"), float("inf"))
    low, high = bootstrap(lambda drawn: float(drawn.mean()), 101, 0.95)
    assert low < 50 < high
