"""Conversations on both databases: numbering, deduplication, replies, hand-over, several writers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from shop import conversations as talk
from shop.conversations import Choice, Draft
from shop.errors import BadInput, Conflict, NotFound
from shop.tables import Reply
from shop.unit_of_work import Database


@pytest.fixture
def conversation_id(database: Database) -> str:
    with database.work() as unit:
        opened = talk.open_conversation(unit.session, "en")
        unit.commit()
        return opened.id


def say(database: Database, conversation_id: str, client_id: str, words: str = "hello") -> int:
    with database.work() as unit:
        draft = Draft(author="shopper", text=words, client_id=client_id)
        message = talk.append_message(unit.session, conversation_id, draft)
        unit.commit()
        return message.seq


def test_numbers_count_from_one_without_gaps(database: Database, conversation_id: str) -> None:
    assert [say(database, conversation_id, f"c{i}") for i in range(3)] == [1, 2, 3]
    with database.read() as unit:
        assert [m.seq for m in talk.messages_after(unit.session, conversation_id, 1)] == [2, 3]
        assert talk.last_seqs(unit.session, [conversation_id, "nobody"]) == {conversation_id: 3}


def test_the_same_client_id_keeps_its_number(database: Database, conversation_id: str) -> None:
    first = say(database, conversation_id, "same", "one")
    say(database, conversation_id, "other")
    assert say(database, conversation_id, "same", "changed") == first
    with database.read() as unit:
        assert [m.text for m in talk.messages_after(unit.session, conversation_id, 0)] == ["one", "hello"]


def test_writers_at_once_leave_no_gap_and_no_double(database: Database, conversation_id: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        seqs = list(pool.map(lambda i: say(database, conversation_id, f"c{i % 20}"), range(40)))
    assert sorted(set(seqs)) == list(range(1, 21))
    assert seqs[:20] == seqs[20:]


def test_an_abandoned_append_uses_no_number(database: Database, conversation_id: str) -> None:
    with database.work() as unit:
        talk.append_message(unit.session, conversation_id, Draft(author="shopper", text="lost"))
    assert say(database, conversation_id, "kept") == 1


def test_unknown_conversation_and_language_are_named(database: Database) -> None:
    with database.work() as unit, pytest.raises(NotFound):
        talk.append_message(unit.session, "nobody", Draft(author="shopper", text="hello"))
    with database.work() as unit, pytest.raises(BadInput, match="'de'"):
        talk.open_conversation(unit.session, "de")


def test_a_reply_is_kept_with_its_answers_and_only_once(database: Database, conversation_id: str) -> None:
    say(database, conversation_id, "a")
    say(database, conversation_id, "b")
    with database.work() as unit:
        assert talk.conversations_with_pending(unit.session) == [conversation_id]
        pending = talk.next_pending(unit.session, conversation_id)
        assert pending is not None
        assert pending.client_id == "a"
        answers, parse = [Draft(author="bot", text="hi")], {"intent": {"name": "greet"}}
        written = talk.record_reply(unit.session, pending.id, "answered", answers, duration_milliseconds=7, parse=parse)
        unit.commit()
        assert [(m.seq, m.parse) for m in written] == [(3, parse)]
        assert pending.parse == parse
    with database.work() as unit, pytest.raises(Conflict):
        talk.record_reply(unit.session, pending.id, "answered", answers, duration_milliseconds=7)
    with database.read() as unit:
        following = talk.next_pending(unit.session, conversation_id)
        assert following is not None
        assert following.client_id == "b"


def test_choices_get_opaque_ids_that_hold_only_here(database: Database, conversation_id: str) -> None:
    with database.work() as unit:
        other = talk.open_conversation(unit.session, "zh").id
        draft = Draft(author="bot", text="?", choices=[Choice("Yes", "/affirm"), Choice("No", "/deny")])
        message = talk.append_message(unit.session, conversation_id, draft)
        talk.append_message(unit.session, other, Draft(author="bot", text="?"))
        unit.commit()
        assert "/affirm" not in str(message.data)
        shown = message.data["choices"]
    with database.read() as unit:
        assert talk.find_choice(unit.session, conversation_id, shown[1]["id"]) == Choice("No", "/deny")
        for key in (shown[1]["id"][:-1], "1-", "", "²-x", f"2{shown[1]['id'][1:]}"):
            with pytest.raises(NotFound):
                talk.find_choice(unit.session, conversation_id, key)
        with pytest.raises(NotFound):
            talk.find_choice(unit.session, other, shown[1]["id"])


def test_hand_over_is_said_once_and_returned(database: Database, conversation_id: str) -> None:
    with database.work() as unit:
        first = talk.hand_over(unit.session, conversation_id, "asked", "wants a person")
        again = talk.hand_over(unit.session, conversation_id, "angry", "still waiting")
        unit.commit()
        assert again.id == first.id
    with database.read() as unit:
        assert talk.get_conversation(unit.session, conversation_id).status == "waiting"
        (note,) = talk.messages_after(unit.session, conversation_id, 0)
        assert (note.author, note.kind, note.data["event"]) == ("system", "status", "handover_queued")
    with database.work() as unit:
        talk.return_to_bot(unit.session, conversation_id)
        talk.return_to_bot(unit.session, conversation_id)
        unit.commit()
        assert talk.get_conversation(unit.session, conversation_id).status == "bot"
        assert first.id
        assert talk.open_handover(unit.session, conversation_id) is None
        assert len(talk.messages_after(unit.session, conversation_id, 0)) == 2


def test_the_note_of_a_waiting_message_comes_once(database: Database, conversation_id: str) -> None:
    with database.work() as unit:
        assert talk.silent_note(unit.session, conversation_id) is None
        talk.hand_over(unit.session, conversation_id, "asked", "")
        unit.commit()
    say(database, conversation_id, "a")
    with database.work() as unit:
        note = talk.silent_note(unit.session, conversation_id)
        assert note is not None
        assert note.data["event"] == "handover_unread"
        pending = talk.next_pending(unit.session, conversation_id)
        assert pending is not None
        talk.record_reply(unit.session, pending.id, "silent", [note], duration_milliseconds=0)
        unit.commit()
    with database.work() as unit:
        assert talk.silent_note(unit.session, conversation_id) is None


def test_no_note_once_a_person_has_written(database: Database, conversation_id: str) -> None:
    with database.work() as unit:
        talk.hand_over(unit.session, conversation_id, "asked", "")
        talk.append_agent_message(unit.session, conversation_id, "Hello, Ana here.")
        unit.commit()
        assert talk.get_conversation(unit.session, conversation_id).status == "agent"
        assert talk.silent_note(unit.session, conversation_id) is None


def test_recent_messages_count_the_shopper_only(database: Database, conversation_id: str) -> None:
    say(database, conversation_id, "a")
    with database.work() as unit:
        talk.append_message(unit.session, conversation_id, Draft(author="bot", text="hi"))
        count, oldest = talk.recent_messages(unit.session, conversation_id)
        assert count == 1
        assert oldest is not None
        assert oldest.tzinfo is not None
        assert talk.recent_messages(unit.session, conversation_id, seconds=0) == (0, None)


def test_language_is_remembered(database: Database, conversation_id: str) -> None:
    with database.work() as unit:
        talk.set_language(unit.session, conversation_id, "zh")
        unit.commit()
    with database.read() as unit:
        assert talk.get_conversation(unit.session, conversation_id).language == "zh"
        assert unit.session.query(Reply).count() == 0
