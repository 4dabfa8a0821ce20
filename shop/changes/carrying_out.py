"""Doing what a plan says. Nothing here decides: the plan was checked under the locks that are held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.changes.case import committed_changes, done_plan
from shop.changes.plan import Line, Plan
from shop.clock import now
from shop.errors import NotAllowed
from shop.policy import Phase
from shop.tables import Address, AuditEntry, Customer, Order, OrderItem, Payment, PaymentMethod, Variant


def lock_rows(session: Session, customer_id: int, plan: Plan) -> None:
    """Lock everything a plan reads to decide and then writes, always in one order, and forget older readings."""
    variant_ids = {line.variant_id for line in plan.lines} | {line.new_variant_id for line in plan.lines}
    for query in (
        select(Customer.id).where(Customer.id == customer_id),
        select(Order.id).where(Order.id == plan.order_id),
        select(PaymentMethod.id).where(PaymentMethod.customer_id == customer_id).order_by(PaymentMethod.id),
        select(Variant.id).where(Variant.id.in_(variant_ids - {None})).order_by(Variant.id),
    ):
        # Weaker than FOR UPDATE: others may still add rows that point at these.
        session.execute(query.with_for_update(key_share=True)).all()
    session.flush()
    session.expire_all()


def carry_out(session: Session, customer: Any, plan: Plan) -> Plan:
    """Do all that happens with the customer's yes; the plan comes back with the ids of the lines as they are now."""
    if plan.order_id is None:
        _set_default_address(session, customer, plan)
        return plan
    order: Any = session.get(Order, plan.order_id)
    done = plan.model_copy(update={"lines": _take_lines(session, order, plan.lines)})
    _CARRY_OUT.get(plan.kind, _only_move)(session, order, done)
    _move(session, done, "at_commit")
    order.status = plan.status_after
    return done


def receive(session: Session, plan: Plan, change_id: int) -> None:
    """Do all that waits until the goods of a change are back.

    Raises NotAllowed, with nothing done, where a gift card no longer holds what is due.
    """
    _check_cards(session, plan)
    order: Any = session.get(Order, plan.order_id)
    if plan.kind == "exchange_item":
        _replace_items(session, order, plan)
    _move(session, plan, "on_receipt")
    waiting = [row for row in committed_changes(session, order.id) if row.completed_at is None and row.id != change_id]
    if waiting:
        order.status = done_plan(waiting[-1]).status_after
    else:
        order.status = "returned" if any(item.state == "returned" for item in order.items) else "delivered"


def audit(session: Session, actor: str, action: str, plan: Plan, customer_id: int) -> None:
    """Write down who did it, with the whole plan."""
    subject = f"order:{plan.order_number}" if plan.order_number else f"customer:{customer_id}"
    detail = plan.model_dump(mode="json", exclude_defaults=True)
    session.add(AuditEntry(at=now(), actor=actor, action=action, subject=subject, detail=detail))


def _cancel(session: Session, order: Any, plan: Plan) -> None:
    order.cancelled_reason = plan.reason


def _change_address(session: Session, order: Any, plan: Plan) -> None:
    order.shipping_address = plan.address_after


def _replace_items(session: Session, order: Any, plan: Plan) -> None:
    items = {item.id: item for item in order.items}
    for line in plan.lines:
        item = items[line.item_id]
        item.variant = session.get(Variant, line.new_variant_id)
        item.unit_price_cents, item.state = line.new_unit_cents, "ordered"


def _mark(state: str) -> Callable[[Session, Any, Plan], None]:
    def mark_items(session: Session, order: Any, plan: Plan) -> None:
        items = {item.id: item for item in order.items}
        for line in plan.lines:
            items[line.item_id].state = state

    return mark_items


def _only_move(session: Session, order: Any, plan: Plan) -> None:
    """A change of payment is its moves of money and nothing else."""


_CARRY_OUT: dict[str, Callable[[Session, Any, Plan], None]] = {
    "cancel_order": _cancel,
    "change_address": _change_address,
    "change_items": _replace_items,
    "return_item": _mark("returned"),
    "exchange_item": _mark("exchanged"),
}


def _take_lines(session: Session, order: Any, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Give each line a row of its own: a part of a row is split off, so that states are of whole rows."""
    items = {item.id: item for item in order.items}
    taken = []
    for line in lines:
        item = items[line.item_id]
        if line.quantity < item.quantity:
            item.quantity -= line.quantity
            item = OrderItem(variant_id=item.variant_id, quantity=line.quantity, unit_price_cents=item.unit_price_cents)
            order.items.append(item)
            session.flush()
        taken.append(line.model_copy(update={"item_id": item.id}))
    return tuple(taken)


def _move(session: Session, plan: Plan, phase: Phase) -> None:
    """Move the goods and the money whose time has come."""
    for line in plan.lines:
        if plan.stock_back == phase:
            _change_stock(session, line.variant_id, line.quantity)
        if plan.stock_out == phase and line.new_variant_id is not None:
            _change_stock(session, line.new_variant_id, -line.quantity)
    if plan.money != phase:
        return
    order: Any = session.get(Order, plan.order_id)
    for move in plan.moves:
        method: Any = session.get(PaymentMethod, move.payment_method_id)
        order.payments.append(Payment(method=method, amount_cents=move.cents, at=now()))
        if method.kind == "gift_card":
            method.balance_cents = (method.balance_cents or 0) - move.cents


def _change_stock(session: Session, variant_id: int, quantity: int) -> None:
    variant: Any = session.get(Variant, variant_id)
    variant.stock += quantity


def _check_cards(session: Session, plan: Plan) -> None:
    """Money that waited for goods: the card may have been spent in between."""
    for move in plan.moves if plan.money == "on_receipt" else ():
        card: Any = session.get(PaymentMethod, move.payment_method_id)
        if card.kind == "gift_card" and (card.balance_cents or 0) < move.cents:
            raise NotAllowed("gift_card_too_small", f"{card.label} does not hold enough")


def _set_default_address(session: Session, customer: Any, plan: Plan) -> None:
    after = plan.address_after or {}
    for row in customer.addresses:
        row.is_default = False
    known = [row for row in customer.addresses if all(getattr(row, name) == text for name, text in after.items())]
    if known:
        known[0].is_default = True
    else:
        customer.addresses.append(Address(is_default=True, **after))
