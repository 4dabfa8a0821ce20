"""Each reason by itself: one message in its surroundings for which it holds, and one like it for which not."""

from __future__ import annotations

import pytest

from training.logs.parsed import Parsed
from training.logs.reasons import REASONS, Surroundings, reasons_of, worth


def _parsed(*ranking: tuple[str, float], intent: str = "", out_of_scope: float = 0.0) -> Parsed:
    return Parsed(intent or ranking[0][0], ranking, out_of_scope)


CLEAR = _parsed(("track_order", 0.95), ("greet", 0.02))
UNSURE = _parsed(("track_order", 0.9), ("greet", 0.02), intent="nlu_fallback")


@pytest.mark.parametrize(
    ("name", "holds", "does_not"),
    [
        (
            "low_margin",
            Surroundings(_parsed(("track_order", 0.5), ("refund_status", 0.4)), "resolved"),
            Surroundings(_parsed(("track_order", 0.6), ("refund_status", 0.2)), "resolved"),
        ),
        (
            "near_out_of_scope",
            Surroundings(_parsed(("greet", 0.9), ("deny", 0.0), out_of_scope=0.6), "resolved", out_of_scope_above=0.7),
            Surroundings(_parsed(("greet", 0.9), ("deny", 0.0), out_of_scope=0.9), "resolved", out_of_scope_above=0.7),
        ),
        ("asked_back", Surroundings(UNSURE, "asked_back"), Surroundings(UNSURE, "fallback")),
        ("fell_back", Surroundings(UNSURE, "fallback"), Surroundings(CLEAR, "resolved")),
        (
            "handed_over",
            Surroundings(CLEAR, "resolved", handed_over_next=True),
            Surroundings(_parsed(("human_handover", 0.9), ("greet", 0.0)), "handed_over"),
        ),
        ("thumbs_down", Surroundings(CLEAR, "resolved", vote=-1), Surroundings(CLEAR, "resolved", vote=1)),
        (
            "rephrased",
            Surroundings(CLEAR, "resolved", next_said=(0.1, 0.75)),
            Surroundings(_parsed(("affirm", 0.9), ("deny", 0.0)), "resolved", next_said=(1.0,)),
        ),
        (
            "neighbours_disagree",
            Surroundings(CLEAR, "resolved", neighbours=("greet", "greet", "track_order")),
            Surroundings(CLEAR, "resolved", neighbours=("greet", "track_order", "track_order")),
        ),
        (
            "label_looks_wrong",
            Surroundings(CLEAR, "resolved", label="greet", label_probability=0.01, likelier_than_label="thank"),
            Surroundings(CLEAR, "resolved", label="greet", label_probability=0.4, likelier_than_label="thank"),
        ),
        ("new_topic", Surroundings(CLEAR, "resolved", far_from_data=True), Surroundings(CLEAR, "resolved")),
    ],
)
def test_a_reason_holds_where_it_should_and_only_there(name: str, holds: Surroundings, does_not: Surroundings) -> None:
    assert reasons_of(holds) == [name]
    assert reasons_of(does_not) in ([], ["fell_back"])


def test_all_ten_reasons_are_named_and_explained() -> None:
    assert (
        list(REASONS)
        == (
            "low_margin near_out_of_scope asked_back fell_back handed_over thumbs_down rephrased neighbours_disagree "
            "label_looks_wrong new_topic"
        ).split()
    )
    assert all(reason.name == name and reason.title and reason.why for name, reason in REASONS.items())


def test_more_reasons_are_worth_more_and_none_nothing() -> None:
    assert worth([]) == 0.0
    assert 0 < worth(["low_margin"]) < worth(["low_margin", "thumbs_down"]) < worth(list(REASONS)) < 1


def test_a_parse_that_says_little_is_read_as_far_as_it_goes() -> None:
    empty = Parsed.of_parse(None)
    assert (empty.intent, empty.likeliest, empty.second, empty.confidence, empty.margin) == (
        "nlu_fallback",
        "nlu_fallback",
        "",
        0.0,
        0.0,
    )
    assert reasons_of(Surroundings(empty, "failed")) == ["fell_back"]
    assert Parsed.of_parse({"intent": {"name": None}, "intent_ranking": None, "entities": None}) == empty
