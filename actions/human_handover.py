"""Handing the conversation to a person, with what they need to know."""

from __future__ import annotations

from actions.skill import Events, Skill, remember
from actions.turn import Turn
from actions.wording import day, word
from shop.conversations import hand_over, messages_after
from shop.orders import list_orders

#: How many of the shopper's last messages the summary quotes.
QUOTED_MESSAGES = 4


class HumanHandover(Skill):
    """Puts the conversation into the queue of the people."""

    skill = "human_handover"
    acknowledges = False
    closes = True

    def handle(self, turn: Turn) -> Events:
        """Queue it and say so."""
        hand_to_person(turn, turn.slot("handover_reason") or "asked")
        return remember(offer=None, handover_reason=None)


def hand_to_person(turn: Turn, reason: str) -> None:
    """Queue the conversation with its reason and a summary; the bot is silent from then on."""
    summary = summarise(turn, reason)
    with turn.services.database.work() as unit:
        hand_over(unit.session, turn.conversation_id, reason, summary)
        unit.commit()
    turn.say("utter_handed_over")


def summarise(turn: Turn, reason: str) -> str:
    """Who, why, about which order, and the last words."""
    customer = turn.customer
    lines = [f"Reason: {word('reason', reason, 'en')}", f"Language: {turn.language}"]
    lines.append(f"Customer: {customer.name} <{customer.email}>" if customer else "Customer: not identified")
    with turn.services.database.read() as unit:
        if customer:
            orders = [order for order in list_orders(unit.session, customer.id, "en") if order.open]
            lines += [f"Open order: {o.number}, {o.status}, placed {day(o.placed_at, 'en')}" for o in orders[:3]]
        said = [m.text for m in messages_after(unit.session, turn.conversation_id, 0) if m.author == "shopper"]
    lines += [f"Shopper: {text}" for text in said[-QUOTED_MESSAGES:]]
    if turn.upset or turn.slot("upset_turns"):
        lines.append("The shopper is upset.")
    return "\n".join(lines)
