"""What a customer could ask for: which changes an order allows now, and which methods could pay or be refunded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.changes.case import committed_changes
from shop.changes.desk import open_case, receipt_of
from shop.changes.money import paid_by_method
from shop.changes.plan import Receipt
from shop.money import Money
from shop.policy import Kind, OrderRule, PaymentRule, Policy, ReturnRule, SwapRule
from shop.tables import PaymentMethod


@dataclass(frozen=True)
class MethodChoice:
    """A payment method of the customer. ``paid``: what this order still holds of it; ``balance``: gift cards'."""

    id: int
    kind: str
    label: str
    paid: Money
    balance: Money | None
    may_pay: bool
    may_get_refund: bool


def check_change(session: Session, policy: Policy, conversation_id: str, number: str, kind: Kind) -> None:
    """Whether an order of this conversation's customer allows a kind of change at all, before any detail is asked.

    Raises NotFound and NotAllowed as ``propose`` would.
    """
    case = open_case(session, policy, conversation_id)
    rule = policy.rule(kind)
    if isinstance(rule, OrderRule):
        case.check_order(case.order(number), kind, rule)


def payment_choices(
    session: Session, policy: Policy, conversation_id: str, number: str, kind: Kind
) -> tuple[MethodChoice, ...]:
    """The customer's methods, and what each may do in a kind of change of this order. Raises like ``check_change``."""
    case = open_case(session, policy, conversation_id)
    order, rule = case.order(number), policy.rule(kind)
    pay_with = rule.pay_with if isinstance(rule, PaymentRule | SwapRule) else ()
    refund_to = rule.refund_to if isinstance(rule, ReturnRule | SwapRule) else ()
    paid = paid_by_method(case, order)
    query = select(PaymentMethod).where(PaymentMethod.customer_id == case.customer.id).order_by(PaymentMethod.id)
    return tuple(
        MethodChoice(
            id=method.id,
            kind=method.kind,
            label=method.label,
            paid=Money.from_cents(paid.get(method.id, 0), order.currency),
            balance=_balance(method, order.currency),
            may_pay=method.kind in pay_with,
            may_get_refund=method.kind in refund_to or ("original" in refund_to and paid.get(method.id, 0) > 0),
        )
        for method in session.scalars(query)
    )


def changes_made(session: Session, policy: Policy, conversation_id: str, number: str) -> tuple[Receipt, ...]:
    """The changes of an order so far, oldest first: what was returned, what is still to come back, money on its way.

    Raises NotFound and NotAllowed (``not_identified``).
    """
    order = open_case(session, policy, conversation_id).order(number)
    return tuple(receipt_of(row) for row in committed_changes(session, order.id))


def _balance(method: Any, currency: str) -> Money | None:
    return Money.from_cents(method.balance_cents or 0, currency) if method.kind == "gift_card" else None
