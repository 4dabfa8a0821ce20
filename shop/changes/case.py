"""One customer's case before the policy: the rows a change is about, and the rules every order change obeys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.changes.plan import Plan
from shop.clock import now
from shop.errors import NotAllowed, NotFound
from shop.orders import normal_number
from shop.policy import Kind, OrderRule, Policy, Reason
from shop.tables import ChangeProposal, Customer, Order, PaymentMethod, Variant


@dataclass(frozen=True)
class Case:
    """A customer, the policy, and the database to look things up in."""

    session: Session
    policy: Policy
    customer: Customer

    def order(self, number: str) -> Any:
        """The customer's order. Raises NotFound, alike for an unknown one and for somebody else's."""
        wanted = normal_number(number)
        query = select(Order).where(Order.customer_id == self.customer.id, Order.number == wanted)
        order = self.session.scalars(query).one_or_none()
        if order is None:
            raise NotFound(f"this customer has no order {wanted}")
        return order

    def method(self, method_id: int | None) -> PaymentMethod | None:
        """The customer's payment method; None for None. Raises NotFound like ``order``."""
        if method_id is None:
            return None
        query = select(PaymentMethod).where(
            PaymentMethod.id == method_id, PaymentMethod.customer_id == self.customer.id
        )
        method = self.session.scalars(query).one_or_none()
        if method is None:
            raise NotFound("this customer has no such payment method")
        return method

    def variant(self, variant_id: int) -> Any:
        """A variant. Raises NotFound."""
        variant = self.session.get(Variant, variant_id)
        if variant is None:
            raise NotFound("there is no such variant")
        return variant

    def check_order(self, order: Any, kind: Kind, rule: OrderRule, made: Sequence[Any] | None = None) -> None:
        """What holds whatever the details: the order's state, what was done to it before, the window.

        ``made`` are the order's committed changes, where they are at hand already. Raises NotAllowed.
        """
        if order.status not in rule.states:
            allowed = " or ".join(state.replace("_", " ") for state in rule.states)
            status = order.status.replace("_", " ")
            raise NotAllowed("wrong_state", f"order {order.number} is {status}, and it would have to be {allowed}")
        changes = committed_changes(self.session, order.id) if made is None else made
        earlier = [change.kind for change in changes if change.kind in rule.not_after]
        if earlier:
            raise NotAllowed(
                "changed_before", f"after {earlier[0].replace('_', ' ')}, order {order.number} cannot be changed so"
            )
        check_window(order, getattr(rule, "window_days", None))


def committed_changes(session: Session, order_id: int) -> Sequence[Any]:
    """The changes made to an order so far, as rows, oldest first."""
    query = select(ChangeProposal).where(ChangeProposal.order_id == order_id, ChangeProposal.state == "committed")
    return session.scalars(query.order_by(ChangeProposal.id)).all()


def done_plan(row: Any) -> Plan:
    """What a committed change did."""
    return Plan.model_validate(row.detail["done"])


def check_window(order: Any, window_days: int | None) -> None:
    """Raises NotAllowed when more whole days (UTC) than the window passed since the last parcel came."""
    if window_days is None:
        return
    delivered_at = last_delivery(order)
    if delivered_at is None:
        raise NotAllowed("delivery_unknown", f"nothing says when order {order.number} was delivered")
    days = (now().date() - delivered_at.date()).days
    if days > window_days:
        raise NotAllowed(
            "window_over", f"order {order.number} came {days} days ago, and the window is {window_days} days"
        )


def last_delivery(order: Any) -> datetime | None:
    """When the last parcel came; None while one is missing or none is known."""
    times = [shipment.delivered_at for shipment in order.shipments]
    return max(times) if times and all(times) else None


def check_reason(reason: str, reasons: tuple[Reason, ...]) -> None:
    """Raises NotAllowed when the policy asks for a reason and this is none of those it accepts."""
    codes = [accepted.code for accepted in reasons]
    if codes and reason not in codes:
        raise NotAllowed("reason_not_accepted", f"the reason {reason!r} is not one of: {', '.join(codes)}")
