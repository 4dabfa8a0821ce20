"""Where the shop keeps what of a person, table by table, and what becomes of it when they ask to be forgotten.

Every table is named here or in ``IMPERSONAL``; a test says so when a new one is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import and_, exists, not_, or_, select

from shop import tables as t
from shop.privacy import blanking
from shop.privacy.person import Person

Fate = Literal["deleted", "blanked", "kept"]


@dataclass(frozen=True)
class Store:
    """Rows of one table that are a person's. ``why`` says why they are not deleted."""

    table: Any
    mine: Callable[[Person], Any]  # the condition that selects them
    fate: Fate = "deleted"
    blank: Callable[[Any, Person], None] | None = None
    why: str = ""

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.table.__tablename__)


#: Nothing of a customer: the shop's own goods and texts, its staff, and what models are made of. Texts in them are
#: searched all the same.
IMPERSONAL = frozenset(
    "products variants product_copies knowledge_state articles article_editions article_revisions revision_vectors "
    "gap_decisions question_lists data_set_versions model_versions training_runs staff_members staff_sessions "
    "staff_links sign_in_tries".split()
)
#: What the shop itself wrote, or is somebody else's: never changed for a customer, only reported.
NOT_TOUCHED = frozenset(
    "products variants product_copies articles article_editions article_revisions staff_members customers addresses "
    "payment_methods orders order_items shipments payments".split()
)

_BOOKS = "orders are kept for book-keeping"


def _in_conversations(column: Any) -> Callable[[Person], Any]:
    return lambda person: column.in_(person.conversation_ids)


def _of_messages(column: Any) -> Callable[[Person], Any]:
    return lambda person: column.in_(select(t.Message.id).where(t.Message.conversation_id.in_(person.conversation_ids)))


def _of_training(column: Any) -> Callable[[Person], Any]:
    return lambda person: column.in_(
        select(t.TrainingMessage.id).where(t.TrainingMessage.conversation_id.in_(person.conversation_ids))
    )


def _of_customer(column: Any) -> Callable[[Person], Any]:
    return lambda person: column == person.customer_id


def _of_orders(column: Any) -> Callable[[Person], Any]:
    return lambda person: column.in_(person.order_ids)


def _changes(kept: bool) -> Callable[[Person], Any]:
    lasting = and_(t.ChangeProposal.state == "committed", t.ChangeProposal.order_id.is_not(None))
    return lambda person: and_(t.ChangeProposal.customer_id == person.customer_id, lasting if kept else not_(lasting))


def _methods(kept: bool) -> Callable[[Person], Any]:
    used = exists().where(t.Payment.payment_method_id == t.PaymentMethod.id)
    return lambda person: and_(t.PaymentMethod.customer_id == person.customer_id, used if kept else not_(used))


def _customer(kept: bool) -> Callable[[Person], Any]:
    # Not by the orders alone: a payment may have been made by a method of another customer's.
    used = or_(
        exists().where(t.Order.customer_id == t.Customer.id),
        exists().where(t.ChangeProposal.customer_id == t.Customer.id),
        exists().where(t.PaymentMethod.customer_id == t.Customer.id),
    )
    return lambda person: and_(t.Customer.id == person.customer_id, used if kept else not_(used))


def _codes(person: Person) -> Any:
    code = t.OneTimeCode
    return or_(
        code.customer_id == person.customer_id,
        code.email.in_(person.emails),
        code.conversation_id.in_(person.conversation_ids),
    )


def _audit(person: Person) -> Any:
    hashes = [hashlib.sha256(email.encode()).hexdigest()[:16] for email in person.emails]
    subjects = [f"customer:{person.customer_id}", *(f"order:{number}" for number in person.order_numbers)]
    return or_(
        t.AuditEntry.actor.in_([f"conversation:{id_}" for id_ in person.conversation_ids]),
        t.AuditEntry.subject.in_([*subjects, *(f"identity:{hash_}" for hash_ in hashes)]),
    )


#: In the order of erasing: what points at rows comes before them.
STORES: tuple[Store, ...] = (
    Store(t.ShadowReading, _of_training(t.ShadowReading.training_message_id)),
    Store(t.TrainingLabel, _of_training(t.TrainingLabel.training_message_id)),
    Store(t.TrainingMessage, _in_conversations(t.TrainingMessage.conversation_id)),
    Store(t.AnswerVote, _of_messages(t.AnswerVote.message_id)),
    Store(t.Satisfaction, _in_conversations(t.Satisfaction.conversation_id)),
    Store(t.QuestionLog, _in_conversations(t.QuestionLog.conversation_id)),
    Store(t.DialogueState, _in_conversations(t.DialogueState.conversation_id)),
    Store(t.Reply, _of_messages(t.Reply.message_id)),
    Store(t.Message, _in_conversations(t.Message.conversation_id)),
    Store(
        t.Handover,
        _in_conversations(t.Handover.conversation_id),
        "blanked",
        blanking.blank_handover,
        "an open one still waits for a person",
    ),
    Store(t.OneTimeCode, _codes),
    Store(t.Mail, lambda person: t.Mail.recipient.in_(person.emails)),
    Store(t.Review, _of_customer(t.Review.customer_id)),
    Store(t.ShoppingEvent, _of_customer(t.ShoppingEvent.customer_id)),
    Store(t.ChangeProposal, _changes(kept=False)),
    Store(t.ChangeProposal, _changes(kept=True), "blanked", blanking.blank_change, _BOOKS),
    Store(t.OrderItem, _of_orders(t.OrderItem.order_id), "kept", None, _BOOKS),
    Store(t.Payment, _of_orders(t.Payment.order_id), "kept", None, _BOOKS),
    Store(t.Shipment, _of_orders(t.Shipment.order_id), "blanked", blanking.blank_shipment, _BOOKS),
    Store(t.Order, _of_customer(t.Order.customer_id), "blanked", blanking.blank_order, _BOOKS),
    Store(t.PaymentMethod, _methods(kept=False)),
    Store(t.PaymentMethod, _methods(kept=True), "blanked", blanking.blank_payment_method, _BOOKS),
    Store(t.Address, _of_customer(t.Address.customer_id)),
    Store(
        t.Conversation,
        lambda person: t.Conversation.id.in_(person.conversation_ids),
        "blanked",
        blanking.blank_conversation,
        "the shopper may be in it: it goes on as a stranger's",
    ),
    Store(t.AuditEntry, _audit, "blanked", blanking.blank_audit, "who changed what is kept for good"),
    Store(t.Customer, _customer(kept=False)),
    Store(t.Customer, _customer(kept=True), "blanked", blanking.blank_customer, _BOOKS),
)
