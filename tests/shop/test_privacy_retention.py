"""What is older than the settings allow goes, in batches; what is younger stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from shop import tables as t
from shop.clock import now
from shop.privacy import purge
from shop.settings import Settings
from shop.unit_of_work import Database
from tests.shop.privacy_shop import PrivacyShop


@pytest.fixture
def shop(database: Database) -> PrivacyShop:
    return PrivacyShop(database)


def _age(shop: PrivacyShop, days: int, *columns: Any, **of: Any) -> None:
    with shop.database.work() as unit:
        for column in columns:
            unit.session.execute(update(column.class_).filter_by(**of).values({column.key: now() - timedelta(days)}))
        unit.commit()


def test_an_old_conversation_goes_with_all_that_hangs_on_it(shop: PrivacyShop) -> None:
    _age(shop, 400, t.Conversation.updated_at, id=shop.other_conversation_id)
    deleted = purge(shop.database, Settings(retention_days=365, training_retention_days=0))
    assert shop.rows(t.Conversation, id=shop.other_conversation_id) == []
    for table in (t.Message, t.Handover, t.DialogueState, t.QuestionLog, t.OneTimeCode, t.Satisfaction):
        assert shop.rows(table, conversation_id=shop.other_conversation_id) == []
    assert len(shop.rows(t.Message, conversation_id=shop.conversation_id)) == 3
    assert len(shop.rows(t.TrainingMessage)) == 2
    assert deleted["conversations"] == deleted["dialogue_states"] == 1
    assert shop.rows(t.AuditEntry, action="purge")[0].detail["after"]["conversations"] == 1


def test_a_conversation_that_changed_an_order_keeps_an_empty_row(shop: PrivacyShop) -> None:
    _age(shop, 400, t.Conversation.updated_at, id=shop.conversation_id)
    settings = Settings(retention_days=365)
    assert "conversations" not in purge(shop.database, settings)
    assert shop.rows(t.Message, conversation_id=shop.conversation_id) == []
    assert shop.rows(t.Conversation, id=shop.conversation_id)
    assert purge(shop.database, settings) == {}  # and it is done with


def test_training_messages_have_their_own_days(shop: PrivacyShop) -> None:
    _age(shop, 100, t.TrainingMessage.created_at, conversation_id=shop.conversation_id)
    settings = Settings(retention_days=365, training_retention_days=90)
    assert purge(shop.database, settings) == {"training_labels": 1, "shadow_readings": 1, "training_messages": 1}
    assert [row.conversation_id for row in shop.rows(t.TrainingMessage)] == [shop.other_conversation_id]


def test_mails_and_questions_of_nobody_go_too(shop: PrivacyShop) -> None:
    _age(shop, 400, t.Mail.created_at, t.QuestionLog.created_at)
    assert purge(shop.database, Settings(retention_days=365)) == {"mails": 1, "question_logs": 2}


def test_nothing_is_too_old_for_good(shop: PrivacyShop) -> None:
    _age(shop, 9999, t.Conversation.updated_at, t.TrainingMessage.created_at, t.Mail.created_at)
    assert purge(shop.database, Settings(retention_days=0, training_retention_days=0)) == {}


def test_more_than_one_batch(shop: PrivacyShop) -> None:
    old = now() - timedelta(days=400)
    with shop.database.work() as unit:
        unit.session.add_all(
            t.Conversation(id=f"old-{number}", language="en", created_at=old, updated_at=old) for number in range(450)
        )
        unit.commit()
    assert purge(shop.database, Settings(retention_days=365)) == {"conversations": 450}
