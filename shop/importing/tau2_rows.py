"""The rows of tau2-bench's retail ``db.json``.

The layout: https://github.com/sierra-research/tau2-bench. It holds no dates, no stock counts, no currency and
no Chinese names; docs/importing.md says what stands in their place.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shop.importing import fields as f
from shop.importing.records import CustomerRecord, OrderRecord, ProductRecord, RecordRefused
from shop.importing.rows import payment_label
from shop.importing.shopify import UNCOUNTED
from shop.importing.wording import shown

_DEPARTMENT = "general"
_STATUSES = {
    "pending": "pending",
    "pending (item modified)": "pending",
    "processed": "processed",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "return requested": "return_requested",
    "exchange requested": "exchange_requested",
}


def _status(value: str) -> str:
    if value not in _STATUSES:
        raise ValueError(f"it must be one of {', '.join(_STATUSES)}")
    return _STATUSES[value]


class Tau2Row(BaseModel):
    """What all rows share: names we have no use for are passed over."""

    model_config = ConfigDict(extra="ignore")


class Tau2Variant(Tau2Row):
    """One item for sale. The layout says whether there is any, not how many."""

    item_id: f.Id
    options: dict[f.Needed40, f.Needed80]
    available: bool = Field(strict=True)
    price: f.Price

    def variant(self, currency: str) -> tuple[str, dict[str, Any]]:
        """Its SKU and what is to be stored."""
        stock = UNCOUNTED if self.available else 0
        return self.item_id, {
            "options": self.options,
            "price_cents": self.price,
            "currency": currency,
            "stock": stock,
        }


class Tau2Product(Tau2Row):
    """A product with its variants by id."""

    product_id: f.Id
    name: f.Needed60
    variants: dict[str, Tau2Variant] = Field(min_length=1)

    def record(self, currency: str) -> ProductRecord:
        """What is to be stored."""
        for key, variant in self.variants.items():
            if key != variant.item_id:
                raise RecordRefused(f"item_id is {shown(variant.item_id)}, not its key", ("variants", key))
        # Each product is a kind of thing ("Running Shoes"): its name is its category too.
        values = {"name_en": self.name, "category_en": self.name.lower(), "department": _DEPARTMENT}
        variants = tuple(variant.variant(currency) for variant in self.variants.values())
        return ProductRecord(self.product_id, values, variants)


class Tau2Address(Tau2Row):
    """An address of a user or an order."""

    address1: f.Needed160
    address2: f.Text160 = ""
    city: f.Needed80
    country: f.Needed60
    state: f.Text80 = ""
    zip: f.Text20 = ""

    def values(self) -> dict[str, Any]:
        """The columns of an address."""
        return {
            "line1": self.address1,
            "line2": self.address2,
            "city": self.city,
            "region": self.state,
            "postcode": self.zip,
            "country": self.country,
        }


class Tau2Method(Tau2Row):
    """A way to pay."""

    id: f.Id
    source: Literal["credit_card", "paypal", "gift_card"]
    brand: f.Text40 = ""
    last_four: f.LastFour = ""
    balance: f.Price | None = None

    def method(self) -> tuple[str, dict[str, Any]]:
        """Its id and what is to be stored."""
        return self.id, {
            "kind": self.source,
            "label": payment_label(self.source, self.last_four, self.brand),
            "last_four": self.last_four,
            "balance_cents": self.balance,
        }


class Tau2Name(Tau2Row):
    """A user's name."""

    first_name: f.Needed60
    last_name: f.Text60 = ""


class Tau2User(Tau2Row):
    """A customer."""

    user_id: f.Id
    name: Tau2Name
    address: Tau2Address
    email: f.Email
    payment_methods: dict[str, Tau2Method]

    def record(self, currency: str) -> CustomerRecord:
        """What is to be stored."""
        name = f"{self.name.first_name} {self.name.last_name}".strip()
        address = {**self.address.values(), "is_default": True}
        methods = tuple(method.method() for method in self.payment_methods.values())
        return CustomerRecord(self.user_id, {"name": name, "email": self.email}, (address,), methods)


class Tau2Item(Tau2Row):
    """One item of an order."""

    item_id: f.Id
    price: f.Price


class Tau2Fulfillment(Tau2Row):
    """The parcels of some items."""

    tracking_id: list[f.Needed40]


class Tau2Transaction(Tau2Row):
    """Money paid or paid back."""

    transaction_type: Literal["payment", "refund"]
    amount: f.Price
    payment_method_id: f.Id

    def payment(self) -> tuple[str, dict[str, Any]]:
        """The id of its method and what is to be stored: money that went back is negative."""
        sign = 1 if self.transaction_type == "payment" else -1
        return self.payment_method_id, {"amount_cents": sign * self.amount}


class Tau2Order(Tau2Row):
    """An order. The layout holds no times."""

    order_id: f.OrderNumber
    user_id: f.Id
    address: Tau2Address
    items: list[Tau2Item] = Field(min_length=1)
    fulfillments: list[Tau2Fulfillment]
    payment_history: list[Tau2Transaction]
    status: Annotated[str, AfterValidator(_status)]
    cancel_reason: f.Text80 = ""

    def record(self, currency: str) -> OrderRecord:
        """What is to be stored."""
        return OrderRecord(
            number=self.order_id,
            customer_id=self.user_id,
            values={
                "status": self.status,
                "currency": currency,
                "shipping_address": {"name": "", **self.address.values()},
                "cancelled_reason": self.cancel_reason,
            },
            items=tuple((item.item_id, {"quantity": 1, "unit_price_cents": item.price}) for item in self.items),
            shipments=tuple(
                {"carrier": "", "tracking_number": number} for sent in self.fulfillments for number in sent.tracking_id
            ),
            payments=tuple(transaction.payment() for transaction in self.payment_history),
        )
