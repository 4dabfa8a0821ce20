"""The rows of Aisle's own layout, as JSON holds them; CSV is brought into the same shape first.

A field's alias is its name in files, the field's own name is the column it goes to. What is left out is
not set, so that an import touches only what its file gives.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shop.importing import fields as f
from shop.importing.records import CustomerRecord, EventRecord, OrderRecord, ProductRecord, ReviewRecord
from shop.vocabulary import has_cjk

OrderStatus = Literal[
    "pending",
    "processed",
    "shipped",
    "delivered",
    "cancelled",
    "return_requested",
    "exchange_requested",
    "returned",
]
ScanCode = Literal[
    "label_created",
    "picked_up",
    "in_transit",
    "delayed",
    "out_for_delivery",
    "delivery_attempted",
    "delivered",
    "returned_to_sender",
]


class Row(BaseModel):
    """What all rows share: a name they do not know is refused, for it is mostly a typing error."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _leave_out_null(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data

    def given(self, *without: str) -> dict[str, Any]:
        """The values the file gives, by column."""
        return self.model_dump(exclude_unset=True, exclude=set(without))


class Fact(Row):
    """One fact of a product: label and value in each language that has it."""

    key: f.Needed60
    en: list[f.LongText] | None = Field(default=None, min_length=2, max_length=2)
    zh: list[f.LongText] | None = Field(default=None, min_length=2, max_length=2)


class VariantRow(Row):
    """One buyable form of a product."""

    sku: f.Id
    price_cents: f.Price = Field(alias="price")
    currency: f.Currency
    stock: f.Stock
    options: dict[f.Needed40, f.Needed80] = {}
    options_zh: dict[f.Needed40, f.Needed80] = {}


class ProductRow(Row):
    """A product with its variants."""

    product_id: f.Id
    name_en: f.Needed160
    name_zh: f.Text160 = ""
    department: f.Needed40
    category_en: f.Needed60
    category_zh: f.Text60 = ""
    brand: f.Text60 = ""
    image: f.Image = ""
    active: f.Flag = 1
    tags: dict[f.Language, list[f.Tag]] = {}
    facts: list[Fact] = []
    variants: list[VariantRow] = Field(min_length=1)

    @model_validator(mode="after")
    def _skus_differ(self) -> ProductRow:
        skus = [variant.sku for variant in self.variants]
        twice = next((sku for sku in skus if skus.count(sku) > 1), None)
        if twice is not None:
            raise ValueError(f"the SKU {twice!r} stands more than once in this product")
        return self

    def record(self) -> ProductRecord:
        """What is to be stored."""
        variants = tuple((variant.sku, variant.given("sku")) for variant in self.variants)
        values = self.given("product_id", "variants", "facts")
        if "facts" in self.model_fields_set:
            values["facts"] = [fact.model_dump(exclude_none=True) for fact in self.facts]
        return ProductRecord(self.product_id, values, variants)


class AddressRow(Row):
    """Where a customer lives."""

    line1: f.Needed160
    line2: f.Text160 = ""
    city: f.Needed80
    region: f.Text80 = ""
    postcode: f.Text20 = ""
    country: f.Needed60
    is_default: bool = False


class PaymentMethodRow(Row):
    """How a customer pays. A label is made where none is given."""

    payment_method_id: f.Id
    kind: Literal["credit_card", "paypal", "gift_card"]
    label: f.Text80 = ""
    last_four: f.LastFour = ""
    balance_cents: f.Price | None = Field(default=None, alias="balance")

    def method(self) -> tuple[str, dict[str, Any]]:
        """Its id and what is to be stored."""
        values = self.given("payment_method_id")
        values["label"] = self.label or payment_label(self.kind, self.last_four)
        return self.payment_method_id, values


def payment_label(kind: str, last_four: str, brand: str = "") -> str:
    """How a payment method is called: ``"Visa ending 4242"``, ``"Gift card"``."""
    words = brand.capitalize() or {"paypal": "PayPal", "gift_card": "Gift card"}.get(kind, "Card")
    return f"{words} ending {last_four}" if last_four else words


class CustomerRow(Row):
    """A customer with addresses and payment methods."""

    customer_id: f.Id
    email: f.Email
    name: f.Needed120
    phone: f.Text40 = ""
    language: f.Language = "en"
    created_at: f.PastTime | None = None
    addresses: list[AddressRow] | None = None
    payment_methods: list[PaymentMethodRow] = []

    def record(self) -> CustomerRecord:
        """What is to be stored. Where no address is marked as the default, the first one is."""
        addresses = None if self.addresses is None else [row.model_dump() for row in self.addresses]
        if addresses and not any(address["is_default"] for address in addresses):
            addresses[0]["is_default"] = True
        values = self.given("customer_id", "addresses", "payment_methods")
        methods = tuple(row.method() for row in self.payment_methods)
        return CustomerRecord(self.customer_id, values, None if addresses is None else tuple(addresses), methods)


class OrderAddress(Row):
    """Where an order goes; without a name it goes to the customer."""

    name: f.Text120 = ""
    line1: f.Needed160
    line2: f.Text160 = ""
    city: f.Needed80
    region: f.Text80 = ""
    postcode: f.Text20 = ""
    country: f.Needed60


class OrderItemRow(Row):
    """So many of one variant."""

    sku: f.Id
    quantity: f.Quantity = 1
    unit_price_cents: f.Price = Field(alias="unit_price")
    state: Literal["ordered", "returned", "exchanged"] = "ordered"


class ScanRow(Row):
    """What a carrier reported."""

    at: f.PastTime
    code: ScanCode
    place: f.Text120 = ""


class ShipmentRow(Row):
    """One parcel."""

    carrier: f.Text20
    tracking_number: f.Needed40
    expected_delivery_at: f.AnyTime | None = None
    delivered_at: f.PastTime | None = None
    scans: list[ScanRow] = []

    def shipment(self) -> dict[str, Any]:
        """What is to be stored: times of scans as ISO text, oldest first."""
        scans = [scan.model_dump() for scan in sorted(self.scans, key=lambda scan: scan.at)]
        return {**self.given("scans"), "scans": [{**scan, "at": scan["at"].isoformat()} for scan in scans]}


class PaymentRow(Row):
    """Money that came or went back; without a time, when the order was placed."""

    payment_method_id: f.Id
    paid: f.Price | None = None
    refunded: f.Price | None = None
    at: f.PastTime | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> PaymentRow:
        if (self.paid is None) == (self.refunded is None):
            raise ValueError("a payment needs either paid or refunded")
        return self

    def payment(self, placed_at: datetime) -> tuple[str, dict[str, Any]]:
        """The id of its method and what is to be stored: money that went back is negative."""
        amount_cents = self.paid if self.paid is not None else -(self.refunded or 0)
        return self.payment_method_id, {"amount_cents": amount_cents, "at": self.at or placed_at}


class OrderRow(Row):
    """An order with all that belongs to it."""

    number: f.OrderNumber
    customer_id: f.Id
    status: OrderStatus
    placed_at: f.PastTime
    currency: f.Currency
    shipping_cents: f.Price = Field(default=0, alias="shipping")
    cancelled_reason: f.Text80 = ""
    shipping_address: OrderAddress = Field(alias="address")
    items: list[OrderItemRow] = Field(min_length=1)
    shipments: list[ShipmentRow] | None = None
    payments: list[PaymentRow] | None = None

    def record(self) -> OrderRecord:
        """What is to be stored."""
        parts = ("number", "customer_id", "items", "shipments", "payments", "shipping_address")
        return OrderRecord(
            number=self.number,
            customer_id=self.customer_id,
            values={**self.given(*parts), "shipping_address": self.shipping_address.model_dump()},
            items=tuple((item.sku, item.model_dump(exclude={"sku"})) for item in self.items),
            shipments=None if self.shipments is None else tuple(row.shipment() for row in self.shipments),
            payments=None if self.payments is None else tuple(row.payment(self.placed_at) for row in self.payments),
        )


class ReviewRow(Row):
    """A review. Its language is read off its text where none is given."""

    review_id: f.Id
    product_id: f.Id
    customer_id: f.Id | None = None
    stars: f.Stars
    language: f.Language | None = None
    text: f.LongText
    created_at: f.PastTime

    def record(self) -> ReviewRecord:
        """What is to be stored."""
        values = self.given("review_id", "product_id", "customer_id")
        values["language"] = self.language or ("zh" if has_cjk(self.text) else "en")
        return ReviewRecord(self.review_id, self.product_id, self.customer_id, values)


class EventRow(Row):
    """A view, an addition to the cart, or a purchase."""

    event_id: f.Id
    customer_id: f.Id
    product_id: f.Id
    kind: Literal["view", "cart", "purchase"]
    at: f.PastTime

    def record(self) -> EventRecord:
        """What is to be stored."""
        return EventRecord(self.event_id, self.product_id, self.customer_id, {"kind": self.kind, "at": self.at})
