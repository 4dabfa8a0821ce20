"""What a customer looked at and bought, as recommendations need it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.tables import Order, OrderItem, ShoppingEvent, Variant


@dataclass(frozen=True)
class Interest:
    """A customer's interest in products."""

    events: tuple[tuple[int, str], ...]
    """Product id and kind ("view", "cart", "purchase") of each event."""
    ordered: frozenset[int]
    """Ids of products in orders that were not cancelled, also of those older than the events."""


def interest_of(session: Session, customer_id: int) -> Interest:
    """All that is known of one customer."""
    query = select(ShoppingEvent.product_id, ShoppingEvent.kind).where(ShoppingEvent.customer_id == customer_id)
    ordered = session.scalars(
        select(Variant.product_id)
        .join(OrderItem, OrderItem.variant_id == Variant.id)
        .join(Order, Order.id == OrderItem.order_id)
        .where(Order.customer_id == customer_id, Order.status != "cancelled")
    )
    events = tuple((product_id, kind) for product_id, kind in session.execute(query))
    return Interest(events, frozenset(ordered))
