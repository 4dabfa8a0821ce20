"""The tables, one file a subject. Import from here."""

from shop.tables.base import Base, UtcDateTime
from shop.tables.catalogue import Product, ProductCopy, Review, ShoppingEvent, Variant
from shop.tables.changes import ChangeProposal
from shop.tables.conversations import Conversation, DialogueState, Handover, Message, Reply
from shop.tables.customers import Address, Customer, PaymentMethod
from shop.tables.feedback import AnswerVote, Satisfaction
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
from shop.tables.training import (
    DataSetVersion,
    ModelVersion,
    ShadowReading,
    TrainingLabel,
    TrainingMessage,
    TrainingRun,
)

__all__ = [
    "Address",
    "AnswerVote",
    "Article",
    "ArticleEdition",
    "ArticleRevision",
    "AuditEntry",
    "Base",
    "ChangeProposal",
    "Conversation",
    "Customer",
    "DataSetVersion",
    "DialogueState",
    "GapDecision",
    "Handover",
    "KnowledgeState",
    "Mail",
    "Message",
    "ModelVersion",
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
    "Satisfaction",
    "ShadowReading",
    "Shipment",
    "ShoppingEvent",
    "SignInTry",
    "StaffLink",
    "StaffMember",
    "StaffSession",
    "TrainingLabel",
    "TrainingMessage",
    "TrainingRun",
    "UtcDateTime",
    "Variant",
]
