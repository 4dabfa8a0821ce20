"""Where the money is that goes back: what was sent, what waits for the goods, and when it arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from actions.desk.telling import money_lines
from actions.facts import line
from actions.order_skill import OrderSkill, OrderWish, meant_orders
from actions.skill import Events, remember
from actions.turn import Turn
from actions.wording import day, joined, word
from shop.changes import Receipt, changes_made
from shop.orders import OrderView
from shop.tables import Customer


class RefundStatus(OrderSkill):
    """Where the money is that goes back."""

    skill = "refund_status"

    def serve(self, turn: Turn, customer: Customer, wish: OrderWish) -> Events:
        """Tell the refunds of the named order, or of the one where money moved last."""
        orders = meant_orders(turn, customer, wish)
        made = _refunding(turn, orders)
        concerned = [order for order in orders if wish.order_number or order.refunded.cents or made[order.number]]
        concerned = concerned or [order for order in orders if not order.open]
        if not concerned:
            if orders:
                turn.say("utter_no_refund")
            return []
        order = max(concerned, key=lambda each: _moment(each, made[each.number]))
        _tell(turn, order, made[order.number])
        turn.offer("talk_to_person")
        return remember(current_order=order.number)


def _refunding(turn: Turn, orders: Sequence[OrderView]) -> dict[str, list[Receipt]]:
    """Of each order, by number, the changes that send money back, oldest first."""
    policy, conversation_id = turn.services.policy, turn.conversation_id
    with turn.services.database.read() as unit:
        made = {order.number: changes_made(unit.session, policy, conversation_id, order.number) for order in orders}
    return {number: [each for each in changes if _sends_back(each)] for number, changes in made.items()}


def _sends_back(change: Receipt) -> bool:
    return any(move.cents < 0 for move in change.plan.moves)


def _moment(order: OrderView, receipts: Sequence[Receipt]) -> tuple[bool, datetime]:
    """When money of an order was last sent or promised; orders without any come after all others, newest first."""
    moments = [payment.at for payment in order.payments if payment.amount.cents < 0]
    moments += [receipt.committed_at for receipt in receipts]
    return bool(moments), max(moments, default=order.placed_at)


def _tell(turn: Turn, order: OrderView, receipts: Sequence[Receipt]) -> None:
    language = turn.language
    if order.refunded.cents or not receipts:
        response = "utter_refunded" if order.refunded.cents else "utter_not_refunded"
        state = word("order_status", order.status, language)
        turn.say(response, number=order.number, amount=str(order.refunded), status=state)
    if receipts:
        lines = [
            line(day(receipt.completed_at or receipt.committed_at, language), told, language)
            for receipt in receipts
            for told in money_lines(receipt.plan, language, waits=receipt.completed_at is None)
        ]
        names = joined([item.name for item in order.items[:3]], language)
        turn.say("utter_order_facts", number=order.number, items=names, lines="\n".join(lines))
