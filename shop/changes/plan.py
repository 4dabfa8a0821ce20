"""Exactly what a change will do: item by item, what money goes where and when. Plans are data and do nothing."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from shop.money import Money
from shop.policy import Kind, OrderStatus, PaymentKind, Phase, StockPhase


class Record(BaseModel):
    """What all parts of a plan share: they are stored as JSON and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(Record):
    """One line of the order that changes. Texts are by language code."""

    item_id: int
    quantity: int
    names: dict[str, str]
    variant_id: int
    options: dict[str, str]
    unit_cents: int  # as paid
    new_variant_id: int | None = None  # empty: nothing comes instead
    new_options: dict[str, str] = {}
    new_unit_cents: int = 0

    @property
    def difference_cents(self) -> int:
        """What the whole line costs more from now on; negative: less."""
        return self.quantity * (self.new_unit_cents - self.unit_cents)


class MoneyMove(Record):
    """Money charged to a payment method (positive) or refunded to it (negative).

    A refund arrives ``from_days`` to ``to_days`` business days after it leaves.
    """

    payment_method_id: int
    method_kind: PaymentKind
    label: str
    cents: int
    from_days: int = 0
    to_days: int = 0


class Plan(Record):
    """A whole change. Amounts are cents of ``currency``; ``money`` applies to all moves."""

    kind: Kind
    order_id: int | None = None
    order_number: str = ""
    currency: str = "USD"
    reason: str = ""
    lines: tuple[Line, ...] = ()
    shipping_cents: int = 0  # the delivery charge within the refund
    moves: tuple[MoneyMove, ...] = ()
    money: Phase = "at_commit"
    goods_check_days: int = 0  # business days from when the goods are back to when waiting money leaves
    stock_out: StockPhase = "never"
    stock_back: StockPhase = "never"
    status_before: OrderStatus | None = None
    status_after: OrderStatus | None = None
    address_before: dict[str, str] | None = None
    address_after: dict[str, str] | None = None

    @property
    def total(self) -> Money:
        """What is charged in all; negative: refunded."""
        return self.amount(sum(move.cents for move in self.moves))

    def amount(self, cents: int) -> Money:
        """Cents of this plan as money."""
        return Money.from_cents(cents, self.currency)

    @property
    def waits_for_goods(self) -> bool:
        """Whether something has to come back before all is done."""
        return self.kind in ("return_item", "exchange_item")


class Proposal(Record):
    """A change that waits for the customer's yes, or no longer does. ``state`` as in the table."""

    id: int
    state: str
    plan: Plan


class Receipt(Record):
    """A change that was made; the same however often it is asked for."""

    proposal_id: int
    plan: Plan
    committed_at: datetime
    completed_at: datetime | None  # empty while goods have to come back
