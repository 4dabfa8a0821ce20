"""Whatever comes in: no conversation and no near-duplicate is on two sides, nothing is lost, nothing moves later."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from training.data_sets.examples import DataExample
from training.data_sets.near_duplicates import normalise, pairs
from training.data_sets.splitting import split
from training.dataset import Row
from training.dataset import split as held_out_of

_WORDS = "where is my order coat blue cancel please refund W1234567 能 退货 吗 快递 到 thanks the red one 12 48".split()
_TEXTS = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=6).map(" ".join)
_EXAMPLES = st.lists(
    st.builds(
        DataExample,
        text=_TEXTS,
        intent=st.sampled_from(["track_order", "cancel_order"]),
        language=st.just("en"),
        source=st.just("message:1"),
        conversation=st.sampled_from([f"c{number}" for number in range(12)]),
        split=st.sampled_from(["", "", "", "", "train", "test", "regression"]),
    ).map(lambda each: each if not each.split else DataExample(each.text, each.intent, "en", "f:1", split=each.split)),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(_EXAMPLES)
def test_no_conversation_and_no_near_duplicate_is_on_two_sides(examples: list[DataExample]) -> None:
    kept, left_out = split(examples)
    assert len(kept) + len(left_out) == len(examples)
    assert all(example.split for example in kept)
    sides: dict[str, set[str]] = {}
    for example in kept:
        if example.conversation:
            sides.setdefault(example.conversation, set()).add(example.split)
    assert all(len(each) == 1 for each in sides.values())
    near = pairs([example.text for example in kept])
    assert [(kept[a].text, kept[b].text) for a, b, _ in near if kept[a].split != kept[b].split] == []


@settings(max_examples=60, deadline=None)
@given(_EXAMPLES, _EXAMPLES)
def test_what_is_added_later_moves_nothing(first: list[DataExample], later: list[DataExample]) -> None:
    before = {(each.text, each.conversation): each.split for each in split(first)[0] if each.conversation}
    after = {(each.text, each.conversation): each.split for each in split([*first, *later])[0] if each.conversation}
    assert {key: side for key, side in after.items() if key in before} == {
        key: side for key, side in before.items() if key in after
    }


@settings(max_examples=60, deadline=None)
@given(_EXAMPLES)
def test_the_frozen_set_stays_whole_and_what_the_tree_trains_on_is_never_tested_on(examples: list[DataExample]) -> None:
    kept, left_out = split(examples)
    assert not any(each.example.split == "regression" for each in left_out)
    trained = [each.text for each in examples if each.split == "train"]
    tested = [each.text for each in kept if each.split == "test"]
    assert pairs(trained, tested) == [] or any(each.split == "regression" for each in examples)


def test_conversations_are_spread_over_the_splits() -> None:
    generator = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    examples = [
        DataExample("".join(generator.choices(letters, k=20)), "greet", "en", "message:1", conversation=f"c{number}")
        for number in range(2_000)
    ]
    kept, left_out = split(examples)
    shares = {name: sum(each.split == name for each in kept) / len(kept) for name in ("train", "validation", "test")}
    assert not left_out
    assert 0.12 < shares["test"] < 0.18
    assert 0.07 < shares["validation"] < 0.13


def test_short_messages_of_many_conversations_do_not_pull_them_together() -> None:
    generator = random.Random(2)
    examples = [
        DataExample(text, "greet", "en", "message:1", conversation=f"c{number}")
        for number in range(200)
        for text in ("yes", "".join(generator.choices("abcdefghijklmnopqrstuvwxyz", k=20)))
    ]
    kept, left_out = split(examples)
    assert {each.split for each in kept} == {"train", "validation", "test"}
    assert {normalise(each.example.text) for each in left_out} >= {"yes"}


def test_near_duplicates_are_told_by_their_letters() -> None:
    texts = ["Where is my parcel?", "where is my parcel", "where's my parcel!", "cancel W1234567", "Cancel #W7654321"]
    assert {(a, b) for a, b, _ in pairs(texts)} == {(0, 1), (0, 2), (1, 2), (3, 4)}
    assert pairs(["88"], ["100001"]) == []
    assert len(pairs(["请问我上个星期买的外套什么时候能发货"], ["请问我上个星期买的外套什么时候能发货呢"])) == 1
    assert pairs(["请问我上个星期买的外套什么时候能发货"], ["上个星期买的外套想退掉可以吗"]) == []


def test_rows_that_a_training_of_the_tree_holds_out_are_the_validation_rows() -> None:
    from training.data_sets import building
    from training.finetune import FinetuneSettings

    assert FinetuneSettings().seed == building._HELD_OUT_SEED
    rows = [Row(f"text {number} {'abc'[number % 3] * number}", "greet") for number in range(50)]
    tree = [DataExample(row.text, "greet", "en", "f:1") for row in rows]
    chosen = {each.text for each in building._tree_with_validation(tree) if each.split == "validation"}
    assert chosen == {row.text for row in held_out_of(rows, building._HELD_OUT_SHARE, building._HELD_OUT_SEED)[1]}
