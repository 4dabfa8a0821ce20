"""A shop in which one customer has left something in every table that can hold anything of them, and another too."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shop import tables as t
from shop.changes import CancelOrder
from shop.clock import now
from shop.conversations import Choice, Draft, append_message, hand_over, record_reply
from shop.unit_of_work import Database
from tests.shop.small_shop import SmallShop, small_shop

NAME, EMAIL, PHONE, STREET = "Thandiwe Okonkwo", "thandiwe@example.com", "+1 206 555 0142", "48 Larkspur Row"
NAME_ZH = "欧阳若兰"
TRACES = (NAME, EMAIL, "2065550142", STREET, NAME_ZH)
HOME = {"line1": STREET, "line2": "Apt 4", "city": "Seattle", "region": "WA", "postcode": "98103", "country": "USA"}


class PrivacyShop:
    """``customer_id`` is Thandiwe, in ``conversation_id``; ``other_id`` is Emma, whose data must not change."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.shop: SmallShop = small_shop(database)
        self.customer_id = self.shop.customer_id
        with database.work() as unit:
            self._rename(unit.session)
            unit.commit()
        self.order = self.shop.order("delivered", {"black": 1}, {"card": 4495})
        self.cancelled = self.shop.order("pending", {"white": 1}, {"paypal": 5495})
        thought_better = CancelOrder(order_number=self.cancelled, reason="ordered by mistake")
        self.shop.withdraw(self.shop.propose(thought_better).id)
        self.shop.make(CancelOrder(order_number=self.cancelled, reason="no longer needed"))
        self.conversation_id = self.shop.conversation_id
        self.other_id, _ = self.shop.customer()
        self.other_conversation_id = self.shop.conversation(self.other_id)
        with database.work() as unit:
            self._talk(unit.session, self.conversation_id, f"hi, {NAME} here, mail me at {EMAIL}")
            self._talk(unit.session, self.other_conversation_id, "hello, is the lamp back?")
            self._leave(unit.session)
            unit.commit()

    def _rename(self, session: Session) -> None:
        customer: Any = session.get(t.Customer, self.customer_id)
        customer.name, customer.email, customer.phone = NAME, EMAIL, PHONE
        customer.addresses = [t.Address(is_default=True, **HOME)]

    def _talk(self, session: Session, conversation_id: str, text: str, at: datetime | None = None) -> int:
        asked = append_message(session, conversation_id, Draft(author="shopper", text=text, client_id="c1"))
        answer = Draft(
            "bot", f"You said: {text}", "order_card", {"to": text}, [Choice(text, f'/inform{{"x": "{text}"}}')]
        )
        parse = {"text": text, "entities": [{"value": text}]}
        answered = record_reply(session, asked.id, "answered", [answer], duration_milliseconds=5, parse=parse)
        session.add(t.AnswerVote(message_id=answered[0].id, vote=1, updated_at=now()))
        session.add(t.Satisfaction(conversation_id=conversation_id, score=5, comment=text, updated_at=now()))
        session.add(t.DialogueState(conversation_id=conversation_id, events=[{"text": text}], updated_at=now()))
        session.add(training_message(asked.id, conversation_id, text))
        hand_over(session, conversation_id, "asked", f"Summary: {text}")
        session.add(question(conversation_id, text))
        session.flush()
        return int(asked.id)

    def _leave(self, session: Session) -> None:
        own = session.query(t.TrainingMessage).filter_by(conversation_id=self.conversation_id).one()
        version = t.ModelVersion(
            fingerprint="f", archive="a", archive_sha256="s", signature="s", trained_in="t", created_at=now()
        )
        session.add(version)
        session.flush()
        session.add_all(
            [
                t.TrainingLabel(
                    training_message_id=own.id, labeller="lea", kind="chosen", intent="x", created_at=now()
                ),
                t.ShadowReading(
                    model_version_id=version.id, training_message_id=own.id, intent="x", confidence=1, created_at=now()
                ),
                t.OneTimeCode(
                    conversation_id=self.other_conversation_id,
                    email=EMAIL,
                    customer_id=self.customer_id,
                    code_hash="0" * 64,
                    created_at=now(),
                    expires_at=now(),
                ),
                t.Mail(recipient=EMAIL, subject="Your code", body=f"Dear {NAME}", created_at=now()),
                t.ShoppingEvent(
                    external_id="e1", customer_id=self.customer_id, product_id=1, kind="view", at=now() - timedelta(1)
                ),
                t.Review(
                    external_id="r1",
                    product_id=1,
                    customer_id=self.customer_id,
                    stars=5,
                    language="en",
                    text=f"Love it! {NAME}",
                    created_at=now(),
                ),
                t.AuditEntry(
                    at=now(),
                    actor=f"conversation:{self.conversation_id}",
                    action="change_address",
                    subject=f"customer:{self.customer_id}",
                    detail={"address_after": {**HOME, "name": NAME}, "total": {"cents": 5}},
                ),
                t.AuditEntry(
                    at=now(),
                    actor="conversation:x",
                    action="identify_failed",
                    subject=f"identity:{hashlib.sha256(EMAIL.encode()).hexdigest()[:16]}",
                    detail={},
                ),
                # Said by others, or kept for other reasons: found only by searching.
                t.GapDecision(
                    language="en",
                    kind="dismissed",
                    example=f"where does {NAME.lower()} live",
                    author="lea",
                    created_at=now(),
                ),
                t.QuestionList(
                    name="smoke",
                    questions=[{"question": f"call (206) 555-0142, {EMAIL}"}],
                    author="lea",
                    updated_at=now(),
                ),
                t.Message(
                    conversation_id=self.other_conversation_id,
                    seq=90,
                    author="shopper",
                    kind="text",
                    text=f"a parcel for {NAME} came to me, {STREET}",
                    created_at=now(),
                ),
            ]
        )
        order = session.query(t.Order).filter_by(number=self.order).one()
        order.shipping_address = {"name": NAME_ZH, **HOME}
        order.shipments[0].tracking_number = "1Z0042"
        order.shipments[0].scans = [{"at": "2026-01-01", "code": "delivered", "place": "Seattle, WA"}]

    def rows(self, table: Any, **values: Any) -> list[Any]:
        """The rows of a table, for reading only."""
        with self.database.read() as unit:
            return list(unit.session.query(table).filter_by(**values))


def training_message(message_id: int, conversation_id: str, text: str) -> t.TrainingMessage:
    return t.TrainingMessage(
        message_id=message_id,
        conversation_id=conversation_id,
        text=text,
        language="en",
        intent="greet",
        likeliest="greet",
        confidence=0.9,
        margin=0.5,
        out_of_scope_score=0.1,
        entities=[{"value": text}],
        outcome="resolved",
        created_at=now(),
        updated_at=now(),
    )


def question(conversation_id: str, text: str) -> t.QuestionLog:
    return t.QuestionLog(
        conversation_id=conversation_id, language="en", text=text, outcome="answered", score=1, created_at=now()
    )
