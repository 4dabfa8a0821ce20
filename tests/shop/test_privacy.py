"""Erasing and exporting one customer everywhere, and nobody else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, String, select, text
from sqlalchemy.orm import Session

from shop import tables as t
from shop.clock import now
from shop.conversations import Draft, append_message, conversations_with_pending, messages_after, record_reply
from shop.errors import NotFound, Refused
from shop.identity import customer_of, request_code
from shop.privacy import erase_everywhere, export_customer, find_customer, know, known_names, outside_stores
from shop.privacy.stores import IMPERSONAL, NOT_TOUCHED, STORES
from shop.settings import Settings
from shop.tables import Base
from shop.unit_of_work import Database
from tests.shop.privacy_shop import EMAIL, NAME, NAME_ZH, PHONE, STREET, TRACES, PrivacyShop, question, training_message


@pytest.fixture
def shop(database: Database) -> PrivacyShop:
    return PrivacyShop(database)


def _all_texts(session: Session) -> dict[str, str]:
    """Every text and JSON value of every table, by table and column: what is said to be searched, searched anew."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | JSON):
                values = session.execute(select(column)).scalars().all()
                found[f"{table.name}.{column.name}"] = json.dumps(values, ensure_ascii=False)
    return found


def _mentions(database: Database) -> set[str]:
    with database.read() as unit:
        texts = _all_texts(unit.session)
    return {
        place
        for place, content in texts.items()
        if any(trace.lower() in form for trace in TRACES for form in (content.lower(), _bare(content)))
    }


def _bare(content: str) -> str:
    return "".join(character for character in content if character not in " ()-+").lower()


def test_every_table_is_a_store_of_persons_or_known_to_be_none() -> None:
    named = {store.name for store in STORES} | IMPERSONAL
    assert named == set(Base.metadata.tables)
    assert not {store.name for store in STORES} & IMPERSONAL
    assert set(Base.metadata.tables) >= NOT_TOUCHED


def test_every_store_that_keeps_rows_says_why() -> None:
    assert all(store.why for store in STORES if store.fate != "deleted")


def test_nothing_is_left_anywhere(shop: PrivacyShop) -> None:
    before = _mentions(shop.database)
    assert {"messages.text", "messages.data", "messages.parse", "messages.payloads", "handovers.summary"} <= before
    assert {
        "gap_decisions.example",
        "question_lists.questions",
        "audit_entries.detail",
        "orders.shipping_address",
    } <= before
    receipt = erase_everywhere(shop.database, shop.customer_id)
    assert _mentions(shop.database) == set()
    assert receipt.left == receipt.elsewhere == ()
    assert receipt.shared == 0
    done = {(line.store, line.what) for line in receipt.lines}
    assert {(store.name, store.fate) for store in STORES} - done == {("customers", "deleted")}
    assert all(line.rows > 0 for line in receipt.lines)


def test_every_byte_of_the_file_is_free_of_the_customer(shop: PrivacyShop) -> None:
    if shop.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps its files to itself")
    erase_everywhere(shop.database, shop.customer_id)
    shop.database.close()
    path = Path(shop.database.engine.url.database)
    files = [path, *path.parent.glob(f"{path.name}-*")]
    content = b"".join(file.read_bytes() for file in files).lower()
    escaped = NAME_ZH.encode("unicode_escape")
    for trace in (*TRACES, PHONE, "206 555 0142"):
        assert trace.lower().encode() not in content, trace
    assert escaped not in content
    assert b"emma clarke" in content


def test_other_customers_keep_everything(shop: PrivacyShop) -> None:
    erase_everywhere(shop.database, shop.customer_id)
    emma = shop.rows(t.Customer, id=shop.other_id)[0]
    assert emma.name == "Emma Clarke"
    assert [address.line1 for address in emma.addresses] == ["48 Heron Way"]
    said = [message.text for message in shop.rows(t.Message, conversation_id=shop.other_conversation_id)]
    assert "hello, is the lamp back?" in said
    assert "a parcel for [erased] came to me, [erased]" in said
    assert len(shop.rows(t.TrainingMessage)) == len(shop.rows(t.QuestionLog)) == len(shop.rows(t.DialogueState)) == 1


def test_orders_stay_for_the_books_without_their_person(shop: PrivacyShop) -> None:
    erase_everywhere(shop.database, shop.customer_id)
    order = shop.rows(t.Order, number=shop.order)[0]
    assert {key: value for key, value in order.shipping_address.items() if value} == {"region": "WA", "country": "USA"}
    assert [payment.amount_cents for payment in shop.rows(t.Payment, order_id=order.id)] == [4495]
    customer = shop.rows(t.Customer, id=shop.customer_id)[0]
    assert customer.email.endswith("@erased.invalid")
    assert customer.name == customer.phone == ""
    change = shop.rows(t.ChangeProposal, customer_id=shop.customer_id)[0]
    assert change.state == "committed"
    assert change.detail["done"]["moves"][0]["cents"] == -5495


def test_a_customer_without_orders_is_gone_altogether(database: Database) -> None:
    with database.work() as unit:
        unit.session.add(t.Customer(id=5, external_id="x", email="new@example.com", name="Nia Novak", created_at=now()))
        unit.commit()
    receipt = erase_everywhere(database, 5)
    assert ("customers", "deleted", 1) in {(line.store, line.what, line.rows) for line in receipt.lines}
    with database.read() as unit:
        assert unit.session.get(t.Customer, 5) is None
        entries = unit.session.scalars(select(t.AuditEntry)).all()
    assert [(entry.actor, entry.action, entry.subject) for entry in entries] == [
        ("command", "erase_customer", "customer:5")
    ]


def test_the_running_conversation_goes_on_as_a_strangers(shop: PrivacyShop) -> None:
    with shop.database.work() as unit:
        waiting = append_message(
            unit.session, shop.conversation_id, Draft(author="shopper", text="and?", client_id="c2")
        )
        waiting_id, last = int(waiting.id), int(waiting.seq)
        unit.commit()
    erase_everywhere(shop.database, shop.customer_id)
    with shop.database.work() as unit:
        assert customer_of(unit.session, shop.conversation_id) is None
        assert conversations_with_pending(unit.session) == [shop.other_conversation_id]
        with pytest.raises(NotFound):  # the turn that ran meanwhile: the gateway takes it for erased and rests
            record_reply(unit.session, waiting_id, "answered", [], duration_milliseconds=1)
        again = append_message(
            unit.session, shop.conversation_id, Draft(author="shopper", text="hello?", client_id="c3")
        )
        assert again.seq == last + 1
        assert [message.text for message in messages_after(unit.session, shop.conversation_id, 0)] == ["hello?"]
        unit.commit()


def test_what_a_late_turn_saves_is_forgotten_too(shop: PrivacyShop, monkeypatch: pytest.MonkeyPatch) -> None:
    said = f"I am {NAME}"
    late = [
        t.DialogueState(conversation_id=shop.conversation_id, events=[{"text": said}], updated_at=now()),
        t.Handover(conversation_id=shop.conversation_id, reason="asked", summary=said, created_at=now()),
        question(shop.conversation_id, said),
        training_message(99, shop.conversation_id, said),
    ]

    def late_turn(seconds: float) -> None:
        with shop.database.work() as unit:
            unit.session.add_all(late)
            unit.commit()

    monkeypatch.setattr("shop.privacy.erasing.time.sleep", late_turn)
    assert erase_everywhere(shop.database, shop.customer_id, turn_seconds=1).left == ()
    for table in (t.DialogueState, t.QuestionLog, t.TrainingMessage):
        assert shop.rows(table, conversation_id=shop.conversation_id) == []
    assert {row.summary for row in shop.rows(t.Handover, conversation_id=shop.conversation_id)} == {""}


def test_orders_on_their_way_refuse_unless_told_otherwise(shop: PrivacyShop) -> None:
    number = shop.shop.order("shipped", {"red": 1}, {"card": 3495})
    with pytest.raises(Refused, match=number):
        erase_everywhere(shop.database, shop.customer_id)
    assert shop.rows(t.Customer, email=EMAIL)
    assert erase_everywhere(shop.database, shop.customer_id, open_orders=True).left == ()


def test_what_a_family_shares_is_counted_and_kept(shop: PrivacyShop) -> None:
    with shop.database.work() as unit:
        unit.session.get(t.Customer, shop.other_id).addresses[0].line1 = STREET
        unit.commit()
    receipt = erase_everywhere(shop.database, shop.customer_id)
    assert receipt.shared == 1
    assert [address.line1 for address in shop.rows(t.Address, customer_id=shop.other_id)] == [STREET]


def test_a_mention_in_the_shops_own_texts_is_shown_not_changed(shop: PrivacyShop) -> None:
    with shop.database.work() as unit:
        unit.session.get(t.Product, 1).name_en = f"{NAME} signature lamp"
        unit.commit()
    receipt = erase_everywhere(shop.database, shop.customer_id)
    assert [(trace.table, trace.column) for trace in receipt.elsewhere] == [("products", "name_en")]
    assert shop.rows(t.Product, id=1)[0].name_en == f"{NAME} signature lamp"


def test_erasing_again_finds_nobody_by_what_was_known(shop: PrivacyShop, tmp_path: Path) -> None:
    erase_everywhere(shop.database, shop.customer_id)
    with shop.database.work() as unit:
        for given in (EMAIL, NAME):
            with pytest.raises(NotFound):
                find_customer(unit.session, given)
        mail = ("Code", "{code}")
        request_code(unit.session, shop.conversation_id, EMAIL, Settings(state_dir=tmp_path), mail)
        unit.commit()
    assert shop.rows(t.Mail) == []
    assert erase_everywhere(shop.database, shop.customer_id).left == ()  # harmless


def test_the_export_holds_everything_and_nobody_else(shop: PrivacyShop) -> None:
    with shop.database.work() as unit:
        data = export_customer(unit.session, find_customer(unit.session, EMAIL))
        unit.commit()
    written = json.dumps(data, ensure_ascii=False)
    stores = {store.name for store in STORES}
    assert set(data["stores"]) == stores
    assert data["stores"]["customers"][0]["name"] == NAME
    assert any(NAME in message["text"] for message in data["stores"]["messages"])
    assert "is the lamp back" not in written
    assert "code_hash" not in written
    assert shop.rows(t.AuditEntry, action="export_customer")


def test_known_names_are_those_on_the_parcels_too(shop: PrivacyShop) -> None:
    with shop.database.read() as unit:
        assert set(known_names(unit.session, shop.customer_id)) == {NAME, NAME_ZH, "Emma Clarke"}
        assert known_names(unit.session, None) == ()


@pytest.mark.parametrize("given", ["nobody@example.com", "", "99999", "99999999999999", "١"])
def test_a_customer_that_nobody_knows(database: Database, given: str) -> None:
    with database.read() as unit, pytest.raises(NotFound):
        find_customer(unit.session, given)


def test_rooms_above_add_their_own_stores(shop: PrivacyShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "attic_room"
    room.mkdir()
    (room / "__init__.py").touch()
    (room / "personal_data.py").write_text(
        """
class Boxes:
    name = "boxes in the attic"

    def __init__(self, path):
        self.path = path

    def _lines(self, person, mine):
        lines = self.path.read_text().splitlines()
        return [line for line in lines if (line.split()[0] in person.conversation_ids) == mine]

    def export(self, person):
        return [{"line": line} for line in self._lines(person, True)]

    def erase(self, person):
        gone, kept = self._lines(person, True), self._lines(person, False)
        self.path.write_text("\\n".join(kept))
        return len(gone)

def stores(settings):
    return [Boxes(settings.state_dir / "boxes.txt")]
"""
    )
    (tmp_path / "boxes.txt").write_text(f"{shop.conversation_id} mine\nother theirs")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = outside_stores(Settings(state_dir=tmp_path), ["attic_room", "no_such_room"])
    with shop.database.work() as unit:
        data = export_customer(unit.session, shop.customer_id, found)
    assert data["stores"]["boxes in the attic"] == [{"line": f"{shop.conversation_id} mine"}]
    receipt = erase_everywhere(shop.database, shop.customer_id, outside=found)
    assert ("boxes in the attic", 1) in {(line.store, line.rows) for line in receipt.lines}
    assert (tmp_path / "boxes.txt").read_text() == "other theirs"
    sys.modules.pop("attic_room.personal_data")


def test_no_room_of_the_product_fails_to_list_its_stores(tmp_path: Path) -> None:
    assert all(store.name for store in outside_stores(Settings(state_dir=tmp_path)))


def test_a_conversation_that_became_anothers_is_that_ones(shop: PrivacyShop) -> None:
    with shop.database.work() as unit:
        unit.session.execute(
            text("UPDATE conversations SET customer_id = :other WHERE id = :id"),
            {"other": shop.other_id, "id": shop.conversation_id},
        )
        unit.commit()
    with shop.database.read() as unit:
        person: Any = know(unit.session, shop.customer_id)
    assert person.conversation_ids == ()
    assert erase_everywhere(shop.database, shop.customer_id).left == ()
    assert shop.rows(t.Conversation, id=shop.conversation_id)[0].customer_id == shop.other_id
