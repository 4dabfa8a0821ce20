"""Customers, where they live and how they pay."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String
from sqlalchemy.orm import relationship

from shop.tables.base import Base, UtcDateTime


class Customer(Base):
    """Somebody with an account."""

    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)
    external_id = Column(String(80), nullable=False, unique=True)
    email = Column(String(200), nullable=False, unique=True)  # lower case
    name = Column(String(120), nullable=False)
    phone = Column(String(40), nullable=False, default="")
    language = Column(String(2), nullable=False, default="en")
    created_at = Column(UtcDateTime, nullable=False)
    addresses = relationship("Address", lazy="selectin", cascade="all, delete-orphan")
    payment_methods = relationship("PaymentMethod", lazy="selectin", cascade="all, delete-orphan")


class Address(Base):
    """A postal address of a customer."""

    __tablename__ = "addresses"
    id = Column(Integer, primary_key=True)
    customer_id = Column(ForeignKey("customers.id"), nullable=False, index=True)
    line1 = Column(String(160), nullable=False)
    line2 = Column(String(160), nullable=False, default="")
    city = Column(String(80), nullable=False)
    region = Column(String(80), nullable=False, default="")
    postcode = Column(String(20), nullable=False, default="")
    country = Column(String(60), nullable=False)
    is_default = Column(Boolean, nullable=False, default=False)


class PaymentMethod(Base):
    """A way a customer pays; a gift card holds a balance."""

    __tablename__ = "payment_methods"
    id = Column(Integer, primary_key=True)
    external_id = Column(String(80), nullable=False, unique=True)
    customer_id = Column(ForeignKey("customers.id"), nullable=False, index=True)
    kind = Column(String(20), nullable=False)  # credit_card, paypal, gift_card
    label = Column(String(80), nullable=False)  # "Visa ending 4242"
    last_four = Column(String(4), nullable=False, default="")
    balance_cents = Column(Integer, nullable=True)  # gift cards only
