"""Products, their variants, written copy, reviews, and what shoppers did with them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import relationship

from shop.tables.base import Base, UtcDateTime


class Product(Base):
    """One thing the shop sells, in one or more variants."""

    __tablename__ = "products"
    id = Column(Integer, primary_key=True)
    external_id = Column(String(80), nullable=False, unique=True)
    department = Column(String(40), nullable=False, index=True)  # clothing, electronics, books, home
    category_en = Column(String(60), nullable=False, index=True)  # "rain jacket"
    category_zh = Column(String(60), nullable=False, default="")
    brand = Column(String(60), nullable=False, default="")
    name_en = Column(String(160), nullable=False)
    name_zh = Column(String(160), nullable=False, default="")
    # Each fact: {"key": "waterproof_rating", "en": ["Waterproof rating", "10,000 mm"], "zh": ["防水等级", "10000毫米"]}
    facts = Column(JSON, nullable=False, default=list)
    # Lower-case words shoppers use for what it is and can: {"en": ["waterproof", "hiking"], "zh": ["防水", "徒步"]}
    tags = Column(JSON, nullable=False, default=dict)
    image = Column(String(200), nullable=False, default="")
    active = Column(Integer, nullable=False, default=1)
    variants = relationship("Variant", back_populates="product", order_by="Variant.id", lazy="selectin")
    copies = relationship("ProductCopy", lazy="selectin", cascade="all, delete-orphan")


class Variant(Base):
    """One buyable form of a product, with its price and stock."""

    __tablename__ = "variants"
    __table_args__ = (CheckConstraint("stock >= 0", name="stock_not_negative"),)
    id = Column(Integer, primary_key=True)
    sku = Column(String(80), nullable=False, unique=True)
    product_id = Column(ForeignKey("products.id"), nullable=False, index=True)
    options = Column(JSON, nullable=False, default=dict)  # {"size": "M", "colour": "navy"}
    options_zh = Column(JSON, nullable=False, default=dict)  # {"尺码": "M", "颜色": "藏青"}
    price_cents = Column(Integer, nullable=False)
    currency = Column(String(3), nullable=False, default="USD")
    stock = Column(Integer, nullable=False, default=0)
    product = relationship("Product", back_populates="variants")


class ProductCopy(Base):
    """A product description written ahead, valid while the facts it was written from stay the same."""

    __tablename__ = "product_copies"
    __table_args__ = (UniqueConstraint("product_id", "language"),)
    id = Column(Integer, primary_key=True)
    product_id = Column(ForeignKey("products.id"), nullable=False)
    language = Column(String(2), nullable=False)
    text = Column(Text, nullable=False)
    writer = Column(String(40), nullable=False)  # "gemma", "template"
    facts_fingerprint = Column(String(64), nullable=False)
    created_at = Column(UtcDateTime, nullable=False)


class Review(Base):
    """What a customer wrote about a product."""

    __tablename__ = "reviews"
    id = Column(Integer, primary_key=True)
    external_id = Column(String(80), nullable=False, unique=True)
    product_id = Column(ForeignKey("products.id"), nullable=False, index=True)
    customer_id = Column(ForeignKey("customers.id"), nullable=True)
    stars = Column(Integer, nullable=False)
    language = Column(String(2), nullable=False)
    text = Column(Text, nullable=False)
    created_at = Column(UtcDateTime, nullable=False)


class ShoppingEvent(Base):
    """A view, cart addition or purchase, from which recommendations learn taste."""

    __tablename__ = "shopping_events"
    __table_args__ = (Index("ix_shopping_events_customer_at", "customer_id", "at"),)
    id = Column(Integer, primary_key=True)
    external_id = Column(String(80), nullable=False, unique=True)
    customer_id = Column(ForeignKey("customers.id"), nullable=False)
    product_id = Column(ForeignKey("products.id"), nullable=False)
    kind = Column(String(10), nullable=False)  # view, cart, purchase
    at = Column(UtcDateTime, nullable=False)
