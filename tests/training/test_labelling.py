"""One person labels, corrects and takes back; two agree or do not; what cannot be a label is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.errors import BadInput, NotFound
from shop.tables import TrainingLabel, TrainingMessage
from tests.training.talking import open_shop, parse_of, tell
from training.labelling import Labelled, agreement, check_new_intent, intents_of_data, label, skip, undo
from training.labelling.labels import DOUBTED, labels_in_force
from training.logs import REASONS, collect

TEXTS = ("do you wrap gifts", "is wrapping possible", "a ribbon please", "where is my coat", "thank you", "bye")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Six messages, numbered from 1."""
    database, settings = open_shop(tmp_path)
    for text in TEXTS:
        tell(database, text, parse_of("track_order"))
    collect(database, settings)
    with database.work() as unit:
        yield unit.session
    database.close()


def _states(session: Session) -> list[str]:
    return list(session.scalars(select(TrainingMessage.state).order_by(TrainingMessage.id)))


def _in_force(session: Session, message_id: int) -> list[tuple[str, str]]:
    return [(each.labeller, each.intent) for each in labels_in_force(session, [message_id]).get(message_id, [])]


def test_several_messages_are_labelled_at_once_and_taken_back_at_once(session: Session) -> None:
    made = label(session, [3, 1, 2], Labelled("new_intent", "gift_wrapping"), "ann")
    assert [(each.training_message_id, each.suggested) for each in made] == [(n, "track_order") for n in (3, 1, 2)]
    label(session, [4], Labelled("accepted", "track_order"), "ann")
    assert _states(session) == ["labelled"] * 4 + ["open"] * 2
    assert undo(session, "ann").message_ids == (4,)
    undone = undo(session, "ann")
    assert (undone.message_ids, undone.kind, undone.intent) == ((3, 1, 2), "new_intent", "gift_wrapping")
    assert _states(session) == ["open"] * 6
    assert undo(session, "ann") is None


def test_labelling_again_replaces_and_taking_that_back_restores(session: Session) -> None:
    label(session, [1], Labelled("accepted", "track_order"), "ann")
    label(session, [1], Labelled("chosen", "ask_shipping"), "ann")
    assert _in_force(session, 1) == [("ann", "ask_shipping")]
    undo(session, "ann")
    assert _in_force(session, 1) == [("ann", "track_order")]
    assert len(session.scalars(select(TrainingLabel)).all()) == 2


def test_nobody_takes_back_what_another_did(session: Session) -> None:
    label(session, [1], Labelled("accepted", "track_order"), "ann")
    assert undo(session, "bob") is None
    assert _in_force(session, 1) == [("ann", "track_order")]


def test_skipping_and_out_of_scope(session: Session) -> None:
    skip(session, [5], "ann")
    label(session, [6], Labelled("out_of_scope"), "ann")
    assert _states(session)[4:] == ["skipped", "labelled"]
    assert _in_force(session, 6) == [("ann", "out_of_scope")]
    label(session, [5], Labelled("chosen", "thank"), "bob")
    assert _states(session)[4] == "labelled"


def test_sentiment_and_entities_are_corrected(session: Session) -> None:
    entities = ({"entity": "product", "start": 12, "end": 16},)
    (made,) = label(session, [4], Labelled("accepted", "track_order", "negative", entities), "ann")
    assert (made.sentiment, made.entities) == ("negative", list(entities))


@pytest.mark.parametrize(
    ("ids", "labelled", "message"),
    [
        ([1], Labelled("guessed", "greet"), "a label is one of"),
        ([1], Labelled("chosen", "greeting_people"), "no intent is called 'greeting_people'"),
        ([1], Labelled("chosen", "greet", "cheerful"), "a sentiment is one of"),
        (
            [1],
            Labelled("chosen", "greet", entities=({"entity": "brand", "start": 0, "end": 2},)),
            "no entity is called",
        ),
        ([1], Labelled("chosen", "greet", entities=({"entity": "size", "start": 9, "end": 99},)), "is not in the text"),
        ([1], Labelled("chosen", "greet", entities=({"entity": "size", "start": 2, "end": 3},)), "is not in the text"),
        ([1, 2], Labelled("chosen", "greet", entities=()), "one message at a time"),
        ([], Labelled("chosen", "greet"), "can be labelled at once"),
        ([1], Labelled("new_intent", "greet"), "there is an intent greet already"),
        ([1], Labelled("new_intent", "Gift wrapping"), "an intent's name is small letters"),
    ],
)
def test_what_cannot_be_a_label_is_refused(session: Session, ids: list[int], labelled: Labelled, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        label(session, ids, labelled, "ann")


def test_entities_may_not_overlap(session: Session) -> None:
    twice = tuple({"entity": "product", "start": start, "end": start + 4} for start in (12, 10))
    with pytest.raises(BadInput, match="overlaps"):
        label(session, [4], Labelled("accepted", "track_order", entities=twice), "ann")


def test_a_message_that_is_gone_is_named(session: Session) -> None:
    with pytest.raises(NotFound, match="training message 99"):
        label(session, [1, 99], Labelled("chosen", "greet"), "ann")


@pytest.mark.parametrize("name", ["gift_wrapping", "b2b", "returns_2024"])
def test_names_that_an_intent_may_have(session: Session, name: str) -> None:
    check_new_intent(session, name)


@pytest.mark.parametrize(
    "name", ["", "Gift", "gift-wrap", "_gift", "gift_", "a__b", "2go", "礼品", "a" * 41, "nlu_fallback"]
)
def test_names_that_no_intent_may_have(session: Session, name: str) -> None:
    with pytest.raises(BadInput):
        check_new_intent(session, name)


def test_a_new_intent_can_be_chosen_while_a_label_names_it(session: Session) -> None:
    label(session, [1], Labelled("new_intent", "gift_wrapping"), "ann")
    label(session, [2], Labelled("chosen", "gift_wrapping"), "bob")
    undo(session, "ann")
    undo(session, "bob")
    with pytest.raises(BadInput, match="no intent is called"):
        label(session, [2], Labelled("chosen", "gift_wrapping"), "bob")


def test_two_people_agree_by_more_than_chance(session: Session) -> None:
    for number, (first, second) in enumerate([("greet", "greet"), ("thank", "thank"), ("greet", "thank")], start=1):
        label(session, [number], Labelled("chosen", first), "ann")
        label(session, [number], Labelled("chosen", second), "bob")
    label(session, [4], Labelled("chosen", "greet"), "ann")  # one alone is no pair
    skip(session, [4], "bob")
    found = agreement(session)
    # Two of three agree; by chance, from how often each says what, 4 of 9 would: (2/3 - 4/9) / (1 - 4/9).
    assert found.kappa == pytest.approx(0.4)
    assert found.pairs == 3
    (apart,) = found.disagreements
    assert (apart.message_id, apart.labels) == (3, (("ann", "greet"), ("bob", "thank")))


def test_without_pairs_there_is_no_agreement_and_with_one_answer_it_is_full(session: Session) -> None:
    assert agreement(session).kappa is None
    for labeller in ("ann", "bob"):
        label(session, [1], Labelled("chosen", "greet"), labeller)
    assert agreement(session).kappa == 1.0


def test_the_intents_of_the_data_have_counts_and_an_example() -> None:
    known = {intent.name: intent for intent in intents_of_data()}
    assert known["track_order"].examples >= 80
    assert known["track_order"].example.isascii()


def test_labelling_a_doubted_message_answers_the_doubt(session: Session) -> None:
    assert DOUBTED in REASONS
    message = session.get(TrainingMessage, 1)
    message.reasons = ["low_margin", DOUBTED]
    label(session, [1], Labelled("accepted", "track_order"), "ann")
    assert message.reasons == ["low_margin"]
