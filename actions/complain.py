"""Complaints that are heard: what went wrong is looked up, and a person is near."""

from __future__ import annotations

from actions.answer_question import quote
from actions.human_handover import hand_to_person
from actions.order_card import order_card
from actions.order_skill import OrderSkill, OrderWish, meant_orders, offer_orders
from actions.skill import Events, Skill, remember
from actions.track_order import tell_state
from actions.turn import Turn
from shop.orders import list_orders
from shop.tables import Customer


class Complain(Skill):
    """The first complaint gets an apology, the trouble that is on record, and an offer; the second a person."""

    skill = "complain"
    acknowledges = False

    def handle(self, turn: Turn) -> Events:
        """Hear it."""
        count = int(turn.slot("complaints") or 0) + 1
        if count >= 2:
            turn.say("utter_complaint_again")
            hand_to_person(turn, "complaint")
            return remember(complaints=0, offer=None)
        turn.say("utter_complaint")
        self._name_the_trouble(turn)
        turn.say("utter_offer_person")
        turn.offer("accept", "decline")
        return remember(complaints=count, offer="human_handover", handover_reason="complaint")

    def _name_the_trouble(self, turn: Turn) -> None:
        """A delayed parcel on record is most likely what the anger is about."""
        if turn.customer is None:
            return
        with turn.services.database.read() as unit:
            orders = list_orders(unit.session, turn.customer.id, turn.language)
        delayed = next((order for order in orders if order.delayed), None)
        if delayed:
            tell_state(turn, delayed)


class DeliveryProblem(OrderSkill):
    """Late, lost, or not where it was said to be."""

    skill = "delivery_problem"

    def serve(self, turn: Turn, customer: Customer, wish: OrderWish) -> Events:
        """Show what the carrier reported, what the shop promises, and offer a person."""
        orders = meant_orders(turn, customer, wish)
        if not orders:
            return []
        concerned = next((o for o in orders if o.delayed), None) if not wish.order_number else None
        order = concerned or orders[0]
        tell_state(turn, order)
        turn.show("order_card", order=order_card(order, turn.language))
        quote(turn, turn.text or "my parcel is late", category="shipping")
        return offer_person(turn, "delivery")


class DamagedItem(OrderSkill):
    """Broken, wrong, or incomplete."""

    skill = "damaged_item"

    def serve(self, turn: Turn, customer: Customer, wish: OrderWish) -> Events:
        """Apologise, say what the shop does about it, and offer a person who arranges it."""
        turn.say("utter_sorry_damaged")
        quote(turn, turn.text or "my item arrived damaged", category="returns")
        return offer_person(turn, "damaged")


class AskWhy(OrderSkill):
    """Why something happened: from the order's own record where it tells, else from the articles."""

    skill = "ask_why"

    def serve(self, turn: Turn, customer: Customer, wish: OrderWish) -> Events:
        """Give the recorded cause, never a guess."""
        orders = meant_orders(turn, customer, wish)
        order = next((o for o in orders if o.delayed or o.cancelled_reason), None)
        if order and order.delayed:
            tell_state(turn, order)
            turn.show("order_card", order=order_card(order, turn.language))
        elif order and (wish.order_number or "cancel" in turn.text.lower() or "取消" in turn.text):
            turn.say("utter_cancelled_because", number=order.number, reason=order.cancelled_reason)
        elif orders and orders[0].status == "shipped" and _asks_about_delay(turn.text):
            tell_state(turn, orders[0])
        elif not quote(turn, turn.text):
            turn.say("utter_why_unknown")
            offer_orders(turn, orders, "track_order")
        return offer_person(turn, "unanswered")


def _asks_about_delay(text: str) -> bool:
    return any(word in text.lower() for word in ("late", "long", "slow", "delay", "慢", "没到", "延误", "还没", "久"))


def offer_person(turn: Turn, reason: str) -> Events:
    """Offer a person; the reason is kept for the hand-over."""
    turn.offer("talk_to_person")
    return remember(offer="human_handover", handover_reason=reason)
