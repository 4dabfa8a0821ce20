"""Shoppers talk, and their messages become redacted training messages with outcomes and reasons, once each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from shop.clock import now
from shop.settings import Settings
from shop.tables import (
    AnswerVote,
    Conversation,
    DataSetVersion,
    ModelVersion,
    Satisfaction,
    TrainingLabel,
    TrainingMessage,
    TrainingRun,
)
from shop.unit_of_work import Database
from tests.training.talking import open_shop, parse_of, tell
from training.labelling import Labelled, label
from training.logs import Collected, collect
from training.logs.reader import reader_of
from training.rasa_yaml import write_file

UNSURE = parse_of("nlu_fallback", ("track_order", 0.35), ("cancel_order", 0.31))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Database, Settings]]:
    database, settings = open_shop(tmp_path)
    yield database, settings
    database.close()


def _kept(database: Database) -> list[TrainingMessage]:
    with database.read() as unit:
        return list(unit.session.scalars(select(TrainingMessage).order_by(TrainingMessage.message_id)))


def test_a_message_is_taken_over_once_with_its_reading(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    parse = parse_of(
        "track_order", ("track_order", 0.7), ("refund_status", 0.2), out_of_scope_score=0.11, language="en"
    )
    told = tell(database, "where is it", parse)
    assert collect(database, settings) == Collected(1, 0)
    assert collect(database, settings) == Collected(0, 0)
    (kept,) = _kept(database)
    assert (kept.message_id, kept.conversation_id, kept.text) == (told.message_id, told.conversation_id, "where is it")
    assert (kept.intent, kept.likeliest, kept.second) == ("track_order", "track_order", "refund_status")
    assert (kept.confidence, round(kept.margin, 6), kept.out_of_scope_score) == (0.7, 0.5, 0.11)
    assert (kept.model, kept.language, kept.outcome, kept.state) == ("m1", "en", "resolved", "open")


def test_choices_and_what_a_person_was_to_answer_are_left_out(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    told = tell(database, "Track my order", parse_of("track_order"), tapped="/track_order")
    tell(database, "are you there?", None, conversation_id=told.conversation_id, outcome="silent")
    assert collect(database, settings) == Collected(0, 0)


def test_personal_data_never_reaches_the_training_messages(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    text = "I am Wilhelmina Okafor, mail wil@okafor.example or +1 202 555 0143 about order W1234567, my coat"
    place = text.index("coat")
    parse = parse_of(
        "track_order",
        entities=[
            {
                "entity": "email",
                "value": "wil@okafor.example",
                "start": text.index("wil@"),
                "end": text.index(" or +1"),
            },
            {"entity": "product", "value": "coat", "start": place, "end": place + 4},
            {"entity": "language", "value": "en", "start": 0, "end": len(text)},
            {"entity": "product_id", "value": "7"},
        ],
    )
    tell(database, text, parse, customer="Wilhelmina Okafor")
    collect(database, settings)
    (kept,) = _kept(database)
    for secret in ("Okafor", "okafor", "Wilhelmina", "555", "1234567"):
        assert secret not in kept.text + str(kept.entities)
    assert {each["entity"]: kept.text[each["start"] : each["end"]] for each in kept.entities} == {
        "email": "[email]",
        "product": "coat",
    }


def test_when_it_comes_out_who_the_customer_is_earlier_messages_lose_the_name(
    shop: tuple[Database, Settings],
) -> None:
    database, settings = shop
    told = tell(database, "hope Zebulon gets his kettle today", parse_of("track_order"))
    collect(database, settings)
    (kept,) = _kept(database)
    assert "Zebulon" in kept.text
    with database.work() as unit:
        label(unit.session, [kept.id], Labelled("chosen", "track_order", entities=()), "ann")
        unit.commit()
    other = tell(database, "hello", parse_of("greet"), customer="Zebulon Pike")
    with database.work() as unit:
        whose = unit.session.get(Conversation, other.conversation_id).customer_id
        unit.session.execute(
            update(Conversation).where(Conversation.id == told.conversation_id).values(customer_id=whose)
        )
        unit.commit()
    tell(database, "thanks", parse_of("thank"), conversation_id=told.conversation_id)
    collect(database, settings)
    assert _kept(database)[0].text == "hope [name] gets his kettle today"
    with database.read() as unit:
        assert unit.session.scalars(select(TrainingLabel)).one().entities is None


@pytest.mark.parametrize(
    ("parse", "told", "outcome", "reasons"),
    [
        (parse_of("track_order"), {}, "resolved", []),
        (UNSURE, {"payloads": ["/track_order", "/cancel_order", "/human_handover"]}, "asked_back", ["asked_back"]),
        (UNSURE, {"payloads": ["/find_product", "/human_handover"]}, "fallback", ["fell_back"]),
        (UNSURE, {"payloads": ["/check_stock{}"]}, "resolved", ["fell_back"]),
        (parse_of("out_of_scope", out_of_scope_score=0.97), {}, "out_of_scope", []),
        (parse_of("out_of_scope", out_of_scope_score=0.55), {}, "out_of_scope", ["near_out_of_scope"]),
        (parse_of("human_handover"), {"to_a_person": True}, "handed_over", []),
        (parse_of("complain"), {"to_a_person": True}, "handed_over", ["handed_over"]),
        (None, {"outcome": "failed"}, "failed", ["fell_back"]),
    ],
)
def test_what_came_of_a_message(shop: tuple[Database, Settings], parse, told, outcome: str, reasons: list[str]) -> None:
    database, settings = shop
    tell(database, "something or other", parse, **told)
    collect(database, settings)
    (kept,) = _kept(database)
    assert kept.outcome == outcome
    assert [name for name in kept.reasons if name != "low_margin"] == reasons


def test_votes_ratings_and_hand_overs_that_come_later_are_taken_over(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    told = tell(database, "my parcel is wet", parse_of("track_order"))
    other = tell(database, "any boots?", parse_of("find_product"))
    collect(database, settings)
    assert [each.reasons for each in _kept(database)] == [[], []]
    with database.work() as unit:
        unit.session.add(AnswerVote(message_id=told.answer_ids[0], vote=-1, updated_at=now()))
        unit.session.add(Satisfaction(conversation_id=other.conversation_id, score=2, updated_at=now()))
        unit.commit()
    assert collect(database, settings) == Collected(0, 2)
    first, second = _kept(database)
    assert (first.vote, first.reasons, second.satisfaction) == (-1, ["thumbs_down"], 2)
    tell(
        database,
        "a person please",
        parse_of("human_handover"),
        conversation_id=other.conversation_id,
        to_a_person=True,
    )
    collect(database, settings)
    assert _kept(database)[1].reasons == ["handed_over"]


def test_saying_nearly_the_same_again_is_noticed_and_asking_about_another_thing_is_not(
    shop: tuple[Database, Settings],
) -> None:
    database, settings = shop
    first = tell(database, "when does my parcel come", parse_of("ask_shipping"))
    tell(database, "hm", parse_of("help"), conversation_id=first.conversation_id)
    tell(database, "when will my parcel come?", parse_of("track_order"), conversation_id=first.conversation_id)

    def of(size: str):
        return parse_of("check_stock", entities=[{"entity": "size", "value": size, "start": 23, "end": 24}])

    other = tell(database, "do you have the coat in M", of("M"))
    tell(database, "do you have the coat in L", of("L"), conversation_id=other.conversation_id)
    collect(database, settings)
    assert [each.reasons for each in _kept(database)] == [["rephrased"], [], [], [], []]


def test_labels_stay_while_what_came_of_a_message_changes(shop: tuple[Database, Settings]) -> None:
    database, settings = shop
    told = tell(database, "my parcel is wet", parse_of("track_order"))
    collect(database, settings)
    with database.work() as unit:
        label(unit.session, [_kept(database)[0].id], Labelled("chosen", "delivery_problem"), "ann")
        unit.session.add(AnswerVote(message_id=told.answer_ids[0], vote=-1, updated_at=now()))
        unit.commit()
    collect(database, settings)
    (kept,) = _kept(database)
    assert (kept.state, kept.vote) == ("labelled", -1)


def test_a_look_that_ended_half_way_is_made_up_for(
    shop: tuple[Database, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.logs import collecting

    database, settings = shop
    for number in range(5):
        tell(database, f"question {number}", parse_of("help"))
    monkeypatch.setattr(collecting, "_CONVERSATIONS_AT_ONCE", 2)
    whole, calls = collecting._take_over, []

    def failing(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the power went out")
        return whole(*arguments)

    monkeypatch.setattr(collecting, "_take_over", failing)
    with pytest.raises(RuntimeError):
        collect(database, settings)
    monkeypatch.setattr(collecting, "_take_over", whole)
    assert collect(database, settings) == Collected(3, 0)
    assert len(_kept(database)) == 5


def test_the_champions_examples_are_those_that_it_learned_from(tmp_path: Path, tiny_model: Path) -> None:
    database, settings = open_shop(tmp_path, tiny_model / "served")
    train = tmp_path / "training" / "data_sets" / "1" / "train"
    write_file(train / "nlu.yml", [("could a bow go on it", "gift_wrapping", ()), ("hello there", "greet", ())])
    assert reader_of(database, settings).examples(make=False) is None
    with database.work() as unit:
        version = DataSetVersion(checksum="1", folder="training/data_sets/1", counts={}, author="ann", created_at=now())
        champion = ModelVersion(
            fingerprint="own",
            archive="models/a.tar.gz",
            archive_sha256="0",
            signature="0",
            trained_in="understanding/own",
            state="champion",
            created_at=now(),
        )
        unit.session.add_all([version, champion])
        unit.session.flush()
        learned = {"data_set_version_id": version.id, "model_version_id": champion.id}
        unit.session.add(TrainingRun(**learned, requested_by="ann", created_at=now()))
        unit.commit()
    examples = reader_of(database, settings).examples()
    assert sorted(examples.intents) == ["gift_wrapping", "greet"]
    database.close()
