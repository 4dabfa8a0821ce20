"""Questions of fact about one's own orders and account: answered with what the shop knows, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from actions.facts import asked, bracketed, label, line, words
from actions.order_card import order_card
from actions.order_facts import OF_ITEMS, asked_facts, extreme_lines, item_line, order_lines, sums
from actions.order_meant import Meant, orders_meant
from actions.order_skill import OFFERED_ORDERS, OrderSkill, OrderWish
from actions.skill import Events, remember
from actions.turn import Turn
from actions.wording import day, joined, payload, word
from shop.account import AccountView, get_account
from shop.catalogue import get_products
from shop.orders import OrderItemView, OrderView, list_orders
from shop.tables import Customer
from shop.vocabulary import has_cjk, stems

#: Of so many orders at most the facts are told one by one.
TOLD_ORDERS = 4
#: So many lines of items at most are told in one answer.
TOLD_ITEMS = 12


class OrderDetails(OrderSkill):
    """Facts of one or several orders: number of the parcel, address, items and options, money, times."""

    skill = "order_details"

    def serve(self, turn: Turn, customer: Customer, wish: OrderWish) -> Events:
        """Tell the facts asked for, or in short what the order is."""
        text = turn.text or turn.entity("question")
        with turn.services.database.read() as unit:
            orders = list_orders(unit.session, customer.id, turn.language)
        if not orders:
            turn.say("utter_no_orders")
            turn.offer("find_product", "recommend")
            return []
        meant = orders_meant(turn, text, orders)
        if meant.unknown:
            self._unknown(turn, meant, orders)
        facts = asked_facts(text, bool(meant.items))
        for_items = meant.items and set(facts) <= OF_ITEMS and not {"most_expensive", "cheapest"} & set(facts)
        if for_items:
            self._tell_items(turn, meant, facts, text)
        elif facts:
            self._tell_orders(turn, meant, facts, text)
        else:
            self._overview(turn, meant.orders[:TOLD_ORDERS])
        if meant.guessed:
            _offer(turn, orders, meant.orders, text)
        return remember(current_order=meant.orders[0].number) if meant.orders else []

    @staticmethod
    def _unknown(turn: Turn, meant: Meant, orders: Sequence[OrderView]) -> None:
        if meant.unknown.startswith("#"):
            turn.say("utter_order_not_found", number=meant.unknown)
        else:
            turn.say("utter_not_ordered", product=meant.unknown)
        if not meant.orders:
            _offer(turn, orders, (), turn.text)

    @staticmethod
    def _tell_items(turn: Turn, meant: Meant, facts: Sequence[str], text: str) -> None:
        """The named items, whichever orders they are in; with their sum where money is asked of several."""
        language, several = turn.language, len({order.id for _, order in meant.lines}) > 1
        money = "price" in facts
        lines = [
            item_line(item, language, text, price=money or "options" not in facts) + _origin(order, several, language)
            for item, order in meant.lines[:TOLD_ITEMS]
        ]
        lines += _product_facts(turn, [item for item, _ in meant.lines], text)
        if money and len(meant.lines) > 1:
            lines.append(_together(meant, language))
        number = joined(list(dict.fromkeys(order.number for _, order in meant.lines)), language)
        turn.say("utter_items_ordered", number=number, lines="\n".join(lines))

    @staticmethod
    def _tell_orders(turn: Turn, meant: Meant, facts: Sequence[str], text: str) -> None:
        """Each order by itself; the sum of what was paid below several."""
        language = turn.language
        told = meant.orders[:TOLD_ORDERS]
        if "status" in facts and len(told) > 1:
            facts = list(dict.fromkeys(("status", "placed", *facts)))
        for order in told:
            items = meant.items_of(order)
            standing = [item for item in items if item.stands] or items
            lines = order_lines(order, facts, language)
            lines += extreme_lines(standing, facts, language)
            if set(facts) & {"items", "options", "price"}:
                lines += [item_line(item, language, text if meant.items else "") for item in items[:TOLD_ITEMS]]
                lines += _product_facts(turn, items, text) if meant.items else []
            names = joined([item.name for item in order.items[:3]], language)
            turn.say("utter_order_facts", number=order.number, items=names, lines="\n".join(lines))
        for fact in ("paid", "total"):
            if fact in facts and len(meant.orders) > 1:
                amount = sums(getattr(order, fact) for order in meant.orders)
                turn.say(
                    "utter_orders_together", count=len(meant.orders), fact=label("order", fact, language), amount=amount
                )

    @staticmethod
    def _overview(turn: Turn, orders: Sequence[OrderView]) -> None:
        language = turn.language
        for order in orders:
            turn.say(
                "utter_order_overview",
                number=order.number,
                placed=day(order.placed_at, language),
                status=word("order_status", order.status, language),
                total=str(order.total),
                lines="\n".join(item_line(item, language) for item in order.items[:TOLD_ITEMS]),
            )
            turn.show("order_card", order=order_card(order, language))


class AccountBalance(OrderSkill):
    """What the shop keeps of the customer: gift cards' balances, ways to pay, default address."""

    skill = "account_balance"

    def serve(self, turn: Turn, customer: Customer, wish: OrderWish) -> Events:
        """Tell what is asked for, or all of it."""
        with turn.services.database.read() as unit:
            account = get_account(unit.session, customer.id)
        facts = asked("account", turn.text) or ["gift_card", "methods", "address"]
        lines = [
            line(label("account", fact, turn.language), _kept(account, fact, turn.language), turn.language)
            for fact in facts
        ]
        turn.say("utter_account_facts", lines="\n".join(lines))
        return []


def _kept(account: AccountView, fact: str, language: str) -> str:
    if fact == "address":
        return account.default_address.text if account.default_address else words("no_address", language)
    if fact == "methods":
        labels = [method.label for method in account.payment_methods]
        return joined(labels, language) or words("no_method", language)
    cards = [f"{card.balance}{bracketed(card.label, language)}" for card in account.gift_cards]
    return joined(cards, language) or words("no_gift_card", language)


def _together(meant: Meant, language: str) -> str:
    """The sum of the named items that are still the customer's."""
    standing = [item.price for item, order in meant.lines if item.stands and order.status != "cancelled"]
    whole = len(standing) == len(meant.lines)
    amounts = standing or [meant.lines[0][0].price * 0]
    return line(words("together" if whole else "together_standing", language), sums(amounts), language)


def _origin(order: OrderView, several: bool, language: str) -> str:
    """Where an item is from, where items of several orders are told together or its order was cancelled."""
    cancelled = f" · {word('order_status', order.status, language)}" if order.status == "cancelled" else ""
    return (f" · {order.number}" if several else "") + cancelled


def _product_facts(turn: Turn, items: Sequence[OrderItemView], text: str) -> list[str]:
    """What the catalogue says of the items and the question names: ``Storm Jacket · Shell: recycled nylon``."""
    with turn.services.database.read() as unit:
        products = get_products(unit.session, dict.fromkeys(item.product_id for item in items), turn.language)
    options = {name for item in items for name in item.option_map[turn.language]}
    return [
        f"{product.name} · {line(name, value, turn.language)}"
        for product in products
        for name, value in product.facts
        if _named(name, text) and name.lower() not in options
    ]


def _named(name: str, text: str) -> bool:
    return name in text if has_cjk(name) else bool(stems(name)) and set(stems(text)).issuperset(stems(name))


def _offer(turn: Turn, orders: Sequence[OrderView], told: Sequence[OrderView], text: str) -> None:
    """Offer the other orders for the same question."""
    for order in [order for order in orders if order not in told][:OFFERED_ORDERS]:
        title = f"{order.number} · {order.items[0].name if order.items else day(order.placed_at, turn.language)}"
        asking = {"order_number": order.number, "question": text}
        turn.offer({"title": title, "payload": payload("order_details", asking)})
