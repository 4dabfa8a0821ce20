"""Where is my order: the state of one order, told and shown."""

from __future__ import annotations

from actions.order_card import order_card
from actions.order_skill import OrderSkill, OrderWish, meant_orders, offer_orders
from actions.skill import Events, remember
from actions.turn import Turn
from actions.wording import day, joined, word
from shop.orders import OrderView
from shop.tables import Customer


class TrackOrder(OrderSkill):
    """Tells where one order is; with several under way, the others are a tap away."""

    skill = "track_order"

    def serve(self, turn: Turn, customer: Customer, wish: OrderWish) -> Events:
        """Show the likeliest order."""
        orders = meant_orders(turn, customer, wish)
        if not orders:
            return []
        order, others = orders[0], [other for other in orders[1:] if other.open]
        tell_state(turn, order)
        turn.show("order_card", order=order_card(order, turn.language))
        offer_orders(turn, tuple(others), self.skill)
        if len(orders) > 1:
            turn.offer("order_history")
        if order.delayed or turn.upset:
            turn.offer("talk_to_person")
        return remember(current_order=order.number)


class OrderHistory(OrderSkill):
    """The customer's latest orders."""

    skill = "order_history"

    def serve(self, turn: Turn, customer: Customer, wish: OrderWish) -> Events:
        """List them in words, each a tap away."""
        orders = meant_orders(turn, customer, OrderWish())
        if orders:
            newest = tuple(sorted(orders, key=lambda order: order.placed_at, reverse=True))
            turn.say("utter_order_history", count=len(newest), lines="\n".join(_line(o, turn) for o in newest[:5]))
            offer_orders(turn, newest, "track_order")
        return []


def tell_state(turn: Turn, order: OrderView) -> None:
    """One sentence on where the order is, and one more when it is late."""
    shipment = order.shipments[-1] if order.shipments else None
    values = {
        "number": order.number,
        "items": joined([item.name for item in order.items[:3]], turn.language),
        "status": word("order_status", order.status, turn.language),
        "carrier": shipment.carrier if shipment else "",
        "refunded": str(order.refunded),
    }
    due = shipment.expected_delivery_at if shipment else None
    if order.status == "shipped" and due and not order.delayed:
        turn.say("utter_order_on_its_way", due=day(due, turn.language), **values)
    elif order.status == "shipped" and order.delayed:
        turn.say("utter_order_delayed", due=day(due, turn.language) if due else "", **values)
    elif order.status == "delivered" and shipment and shipment.delivered_at:
        turn.say("utter_order_delivered", delivered=day(shipment.delivered_at, turn.language), **values)
    elif order.status == "cancelled" and order.refunded.cents:
        turn.say("utter_order_cancelled_refunded", **values)
    else:
        turn.say("utter_order_state", **values)


def _line(order: OrderView, turn: Turn) -> str:
    names = joined([item.name for item in order.items[:2]], turn.language)
    status = word("order_status", order.status, turn.language)
    return f"{order.number} · {day(order.placed_at, turn.language)} · {names} · {order.total} · {status}"
