"""The tables, one file a subject. Import from here."""

from shop.tables.base import Base, UtcDateTime
from shop.tables.catalogue import Product, ProductCopy, Review, ShoppingEvent, Variant
from shop.tables.changes import ChangeProposal
from shop.tables.conversations import Conversation, DialogueState, Handover, Message, Reply
from shop.tables.customers import Address, Customer, PaymentMethod
from shop.tables.identity import Mail, OneTimeCode
from shop.tables.knowledge import Article, ArticleRevision, QuestionLog
from shop.tables.orders import AuditEntry, Order, OrderItem, Payment, Shipment

__all__ = [
    "Address",
    "Article",
    "ArticleRevision",
    "AuditEntry",
    "Base",
    "ChangeProposal",
    "Conversation",
    "Customer",
    "DialogueState",
    "Handover",
    "Mail",
    "Message",
    "OneTimeCode",
    "Order",
    "OrderItem",
    "Payment",
    "PaymentMethod",
    "Product",
    "ProductCopy",
    "QuestionLog",
    "Reply",
    "Review",
    "Shipment",
    "ShoppingEvent",
    "UtcDateTime",
    "Variant",
]
