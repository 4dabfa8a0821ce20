"""The tables, one file a subject. Import from here."""

from shop.tables.base import Base, UtcDateTime
from shop.tables.catalogue import Product, ProductCopy, Review, ShoppingEvent, Variant
from shop.tables.changes import ChangeProposal
from shop.tables.conversations import Conversation, DialogueState, Handover, Message, Reply
from shop.tables.customers import Address, Customer, PaymentMethod
from shop.tables.identity import Mail, OneTimeCode
from shop.tables.knowledge import (
    Article,
    ArticleEdition,
    ArticleRevision,
    GapDecision,
    KnowledgeState,
    QuestionList,
    QuestionLog,
    RevisionVectors,
)
from shop.tables.orders import AuditEntry, Order, OrderItem, Payment, Shipment
from shop.tables.staff import SignInTry, StaffLink, StaffMember, StaffSession

__all__ = [
    "Address",
    "Article",
    "ArticleEdition",
    "ArticleRevision",
    "AuditEntry",
    "Base",
    "ChangeProposal",
    "Conversation",
    "Customer",
    "DialogueState",
    "GapDecision",
    "Handover",
    "KnowledgeState",
    "Mail",
    "Message",
    "OneTimeCode",
    "Order",
    "OrderItem",
    "Payment",
    "PaymentMethod",
    "Product",
    "ProductCopy",
    "QuestionList",
    "QuestionLog",
    "Reply",
    "Review",
    "RevisionVectors",
    "Shipment",
    "ShoppingEvent",
    "SignInTry",
    "StaffLink",
    "StaffMember",
    "StaffSession",
    "UtcDateTime",
    "Variant",
]
