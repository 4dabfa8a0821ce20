"""Where money of a change goes: what each method has paid so far, and how a refund or a charge is spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shop.changes.case import Case, committed_changes, done_plan
from shop.changes.plan import MoneyMove
from shop.errors import NotAllowed
from shop.policy import PaymentKind, Policy, RefundRoute
from shop.tables import PaymentMethod


def paid_by_method(case: Case, order: Any) -> dict[int, int]:
    """Payment method id -> cents it has paid and not got back, money that waits for goods counted as moved.

    In the order of the methods' first payments.
    """
    paid: dict[int, int] = {}
    for payment in order.payments:
        paid[payment.payment_method_id] = paid.get(payment.payment_method_id, 0) + payment.amount_cents
    for row in committed_changes(case.session, order.id):
        plan = done_plan(row)
        if row.completed_at is None and plan.money == "on_receipt":
            for move in plan.moves:
                paid[move.payment_method_id] = paid.get(move.payment_method_id, 0) + move.cents
    return paid


def charge(cents: int, method: PaymentMethod | None, pay_with: Sequence[PaymentKind]) -> MoneyMove:
    """The move that takes ``cents`` from one method.

    Raises NotAllowed when no method was named, it may not be used, or it is a gift card that holds too little.
    """
    if method is None:
        raise NotAllowed("method_needed", "it costs more, and no payment method was named")
    if method.kind not in pay_with:
        raise NotAllowed("method_not_accepted", f"{method.label} cannot be used to pay for this")
    if method.kind == "gift_card" and (method.balance_cents or 0) < cents:
        raise NotAllowed("gift_card_too_small", f"{method.label} does not hold enough")
    return MoneyMove(payment_method_id=method.id, method_kind=method.kind, label=method.label, cents=cents)


def refund(
    case: Case, order: Any, cents: int, chosen: PaymentMethod | None, refund_to: Sequence[RefundRoute]
) -> tuple[MoneyMove, ...]:
    """The moves that give ``cents`` back: to the chosen method where its kind may take it, else the way it came.

    Raises NotAllowed when a method must be named, the named one may not be used, or the order's methods paid
    less than is to go back.
    """
    if not cents:
        return ()
    if chosen is not None and chosen.kind in refund_to:
        return (refund_move(case.policy, chosen, cents),)
    if "original" not in refund_to:
        if chosen is None:
            raise NotAllowed("method_needed", "money goes back, and no payment method was named")
        raise NotAllowed("method_not_accepted", f"a refund cannot go to {chosen.label}")
    paid = paid_by_method(case, order)
    if chosen is not None and paid.get(chosen.id, 0) <= 0:
        raise NotAllowed("method_not_accepted", f"a refund cannot go to {chosen.label}: it did not pay this order")
    return _the_way_it_came(case, order, cents, paid, chosen)


def refund_move(policy: Policy, method: Any, cents: int) -> MoneyMove:
    """The move that gives ``cents`` back to one method."""
    from_days, to_days = policy.refund_business_days[method.kind]
    return MoneyMove(
        payment_method_id=method.id,
        method_kind=method.kind,
        label=method.label,
        cents=-cents,
        from_days=from_days,
        to_days=to_days,
    )


def _the_way_it_came(
    case: Case, order: Any, cents: int, paid: dict[int, int], first: PaymentMethod | None
) -> tuple[MoneyMove, ...]:
    """The chosen method first, then the last that paid; none gets back more than it paid."""
    order_of_refund = sorted(reversed(list(paid)), key=lambda method_id: first is None or method_id != first.id)
    moves = []
    for method_id in order_of_refund:
        part = min(cents, paid[method_id])
        if part > 0:
            moves.append(refund_move(case.policy, case.session.get(PaymentMethod, method_id), part))
            cents -= part
    if cents:
        raise NotAllowed("paid_too_little", f"less was paid for order {order.number} than would go back")
    return tuple(moves)
