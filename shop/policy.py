"""What the shop allows, as data: read from YAML, checked once, never changed. docs/policy.md explains the format."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shop.errors import BadInput, NotAllowed

Kind = Literal[
    "cancel_order",
    "change_address",
    "change_payment",
    "change_items",
    "return_item",
    "exchange_item",
    "change_default_address",
]
OrderStatus = Literal[
    "pending", "processed", "shipped", "delivered", "cancelled", "return_requested", "exchange_requested", "returned"
]
PaymentKind = Literal["credit_card", "paypal", "gift_card"]
#: Where money may go back to: the methods the order was paid with, or any method of a kind.
RefundRoute = Literal["original", "credit_card", "paypal", "gift_card"]
IdentityWay = Literal["token", "email_code", "email", "name_and_postcode"]
#: When something happens: with the customer's yes, or when the goods have come back and were checked.
Phase = Literal["at_commit", "on_receipt"]
StockPhase = Literal["at_commit", "on_receipt", "never"]


class Part(BaseModel):
    """What all parts of a policy share: an unknown word is an error, not a rule that silently never holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reason(Part):
    """An accepted reason: as it is stored, and as shoppers read it."""

    code: str = Field(min_length=1, max_length=80)
    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class OrderRule(Part):
    """A change of an order: in which states, and after which other changes of the same order no more."""

    states: tuple[OrderStatus, ...] = Field(min_length=1)
    not_after: tuple[Kind, ...] = ()


class CancelRule(OrderRule):
    """Cancelling a whole order; the money goes back the way it came."""

    reasons: tuple[Reason, ...] = Field(min_length=1)
    refund_shipping: bool
    stock_back: Literal["at_commit", "never"]


class AddressRule(OrderRule):
    """Sending an order elsewhere. ``same_country``: only where delivery costs the same."""

    same_country: bool


class PaymentRule(OrderRule):
    """Paying the whole order with one other method."""

    pay_with: tuple[PaymentKind, ...] = Field(min_length=1)


class ItemsRule(OrderRule):
    """A change of some items. ``excluded_options``: option -> values of variants it is not offered for."""

    excluded_options: dict[str, tuple[str, ...]] = {}


class SwapRule(ItemsRule):
    """Another variant of the same product instead; the price difference is charged or refunded."""

    pay_with: tuple[PaymentKind, ...] = Field(min_length=1)
    refund_to: tuple[RefundRoute, ...] = Field(min_length=1)
    stock_out: Literal["at_commit", "never"]


class ChangeItemsRule(SwapRule):
    """Other variants before the order is sent."""

    stock_back: Literal["at_commit", "never"]


class ExchangeRule(SwapRule):
    """Other variants after delivery. ``window_days`` empty: no matter how long ago."""

    window_days: int | None = Field(ge=0)
    money: Phase
    stock_back: StockPhase


class ReturnRule(ItemsRule):
    """Giving items back for their price; the delivery charge stays. Without ``reasons`` none is asked for."""

    window_days: int | None = Field(ge=0)
    reasons: tuple[Reason, ...]
    refund_to: tuple[RefundRoute, ...] = Field(min_length=1)
    money: Phase
    stock_back: StockPhase


class DefaultAddressRule(Part):
    """Another default address of the customer: allowed where it stands, with nothing to set."""


class Changes(Part):
    """The changes a shop offers; one that is left out is not offered."""

    cancel_order: CancelRule | None = None
    change_address: AddressRule | None = None
    change_payment: PaymentRule | None = None
    change_items: ChangeItemsRule | None = None
    return_item: ReturnRule | None = None
    exchange_item: ExchangeRule | None = None
    change_default_address: DefaultAddressRule | None = None


class Policy(Part):
    """A shop's whole policy."""

    identity: tuple[IdentityWay, ...] = Field(min_length=1)
    refund_business_days: dict[PaymentKind, tuple[int, int]]  # from when the money leaves to when it arrives
    goods_check_business_days: int = Field(ge=0)  # from when goods come back to when they are checked
    changes: Changes

    @model_validator(mode="after")
    def _delays_are_whole(self) -> Policy:
        for kind in get_args(PaymentKind):
            if kind not in self.refund_business_days:
                raise ValueError(f"refund_business_days says nothing of {kind}")
            earliest, latest = self.refund_business_days[kind]
            if not 0 <= earliest <= latest:
                raise ValueError(f"refund_business_days of {kind} must count up from 0, got {earliest} to {latest}")
        return self

    def rule(self, kind: Kind) -> OrderRule | DefaultAddressRule:
        """The rule of a change. Raises NotAllowed (``not_offered``) where the shop does not offer it."""
        found: OrderRule | DefaultAddressRule | None = getattr(self.changes, kind)
        return offered(found, kind)


RuleT = TypeVar("RuleT", bound=OrderRule | DefaultAddressRule)


def offered(rule: RuleT | None, kind: Kind) -> RuleT:
    """The rule itself. Raises NotAllowed (``not_offered``) where the policy has none for a kind of change."""
    if rule is None:
        raise NotAllowed("not_offered", f"this shop does not offer {kind.replace('_', ' ')}")
    return rule


def load_policy(path: str | Path = "") -> Policy:
    """The policy of a YAML file (the setting ``policy_file``); without a path, the demo shop's.

    Raises BadInput, which names each fault and its place, if the file is missing or is no policy.
    """
    path = Path(path or Path(__file__).with_name("policy.yml"))
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"the policy {path} cannot be read: {error}") from error
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise BadInput(f"the policy {path} is not valid: {faults}") from error
