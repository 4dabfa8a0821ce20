"""Orders, what is in them, how they were paid and where their parcels are; and who changed what."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Integer, String
from sqlalchemy.orm import relationship

from shop.tables.base import Base, UtcDateTime


class Order(Base):
    """One order. ``status``: pending, processed, shipped, delivered, cancelled, return_requested,
    exchange_requested, returned."""

    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    number = Column(String(40), nullable=False, unique=True)  # "#W1234567"
    customer_id = Column(ForeignKey("customers.id"), nullable=False, index=True)
    status = Column(String(20), nullable=False, index=True)
    placed_at = Column(UtcDateTime, nullable=False)
    currency = Column(String(3), nullable=False, default="USD")
    shipping_cents = Column(Integer, nullable=False, default=0)
    shipping_address = Column(JSON, nullable=False)  # name, line1, line2, city, region, postcode, country
    cancelled_reason = Column(String(80), nullable=False, default="")
    customer = relationship("Customer")
    items = relationship("OrderItem", lazy="selectin", cascade="all, delete-orphan", order_by="OrderItem.id")
    shipments = relationship("Shipment", lazy="selectin", cascade="all, delete-orphan", order_by="Shipment.id")
    payments = relationship("Payment", lazy="selectin", cascade="all, delete-orphan", order_by="Payment.id")


class OrderItem(Base):
    """So many of one variant at the price of the day."""

    __tablename__ = "order_items"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)
    id = Column(Integer, primary_key=True)
    order_id = Column(ForeignKey("orders.id"), nullable=False, index=True)
    variant_id = Column(ForeignKey("variants.id"), nullable=False)
    quantity = Column(Integer, nullable=False, default=1)
    unit_price_cents = Column(Integer, nullable=False)
    state = Column(String(20), nullable=False, default="ordered")  # ordered, returned, exchanged
    variant = relationship("Variant", lazy="joined")


class Shipment(Base):
    """One parcel of an order, with what its carrier reported."""

    __tablename__ = "shipments"
    id = Column(Integer, primary_key=True)
    order_id = Column(ForeignKey("orders.id"), nullable=False, index=True)
    carrier = Column(String(20), nullable=False)
    tracking_number = Column(String(40), nullable=False)
    expected_delivery_at = Column(UtcDateTime, nullable=True)
    delivered_at = Column(UtcDateTime, nullable=True)
    # Oldest first: {"at": ISO time, "code": "in_transit", "place": "Columbus, OH"}; codes: label_created,
    # picked_up, in_transit, delayed, out_for_delivery, delivery_attempted, delivered, returned_to_sender
    scans = Column(JSON, nullable=False, default=list)


class Payment(Base):
    """Money that came (positive) or went back (negative) for an order."""

    __tablename__ = "payments"
    id = Column(Integer, primary_key=True)
    order_id = Column(ForeignKey("orders.id"), nullable=False, index=True)
    payment_method_id = Column(ForeignKey("payment_methods.id"), nullable=False)
    amount_cents = Column(Integer, nullable=False)
    at = Column(UtcDateTime, nullable=False)
    method = relationship("PaymentMethod", lazy="joined")


class AuditEntry(Base):
    """Who did what to what, for good."""

    __tablename__ = "audit_entries"
    id = Column(Integer, primary_key=True)
    at = Column(UtcDateTime, nullable=False)
    actor = Column(String(80), nullable=False)  # "conversation:ID", "staff:NAME", "system"
    action = Column(String(60), nullable=False)
    subject = Column(String(80), nullable=False)
    detail = Column(JSON, nullable=False, default=dict)
