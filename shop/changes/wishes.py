"""What a customer may ask for. A wish names things by the ids that the shop's views give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from shop.errors import BadInput


class Wish(BaseModel):
    """What all wishes share."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _text(longest: int, shortest: int = 0) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest)


class PostalAddress(Wish):
    """Where parcels go, as wide as the columns of ``shop.tables.Address``."""

    line1: Annotated[str, _text(160, 1)]
    line2: Annotated[str, _text(160)] = ""
    city: Annotated[str, _text(80, 1)]
    region: Annotated[str, _text(80)] = ""
    postcode: Annotated[str, _text(20)] = ""
    country: Annotated[str, _text(60, 1)]

    @classmethod
    def read(cls, values: Mapping[str, object]) -> PostalAddress:
        """An address from loose values. Raises BadInput, which names the fields that are missing or too long."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            faults = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())
            raise BadInput(f"this is no complete address: {faults}") from error

    @classmethod
    def stored(cls, values: Mapping[str, object]) -> PostalAddress:
        """The address of a row or a record of the shop, taken as it is; parts that it lacks are empty."""
        parts: dict[str, Any] = {name: values.get(name) or "" for name in cls.model_fields}
        return cls.model_construct(None, **parts)


class ItemChoice(Wish):
    """Some of one line of an order; ``quantity`` empty means all of it."""

    item_id: int
    quantity: int | None = Field(None, ge=1)


class Swap(ItemChoice):
    """Some of one line of an order for another variant."""

    variant_id: int


class CancelOrder(Wish):
    """Cancel a pending order; ``reason`` is one of the policy's codes."""

    kind: Literal["cancel_order"] = "cancel_order"
    order_number: str
    reason: str


class ChangeAddress(Wish):
    """Send a pending order elsewhere."""

    kind: Literal["change_address"] = "change_address"
    order_number: str
    address: PostalAddress


class ChangePayment(Wish):
    """Pay a pending order with one other method."""

    kind: Literal["change_payment"] = "change_payment"
    order_number: str
    payment_method_id: int


class ChangeItems(Wish):
    """Other variants in a pending order. The method is for the price difference."""

    kind: Literal["change_items"] = "change_items"
    order_number: str
    swaps: tuple[Swap, ...]
    payment_method_id: int | None = None


class ReturnItem(Wish):
    """Give items of a delivered order back. Without a method the refund goes where the money came from."""

    kind: Literal["return_item"] = "return_item"
    order_number: str
    items: tuple[ItemChoice, ...]
    reason: str = ""
    payment_method_id: int | None = None


class ExchangeItem(Wish):
    """Other variants for items of a delivered order. The method is for the price difference."""

    kind: Literal["exchange_item"] = "exchange_item"
    order_number: str
    swaps: tuple[Swap, ...]
    payment_method_id: int | None = None


class ChangeDefaultAddress(Wish):
    """Where the customer's next orders go unless they say otherwise."""

    kind: Literal["change_default_address"] = "change_default_address"
    address: PostalAddress


OrderWish = CancelOrder | ChangeAddress | ChangePayment | ChangeItems | ReturnItem | ExchangeItem
AnyWish = OrderWish | ChangeDefaultAddress

_WISHES: TypeAdapter[AnyWish] = TypeAdapter(Annotated[AnyWish, Field(discriminator="kind")])


def read_wish(stored: object) -> AnyWish:
    """A wish from its JSON."""
    return _WISHES.validate_python(stored)
