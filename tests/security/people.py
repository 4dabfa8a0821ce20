"""The people of the attempts: two victims whose every datum is recognisable, and attackers, fresh for each attempt."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from shop.changes import CancelOrder, ChangeAddress, PostalAddress, commit, propose
from shop.clock import now
from shop.conversations import Choice, Draft, append_message, open_conversation
from shop.identity import request_code
from shop.policy import load_policy
from shop.settings import Settings
from shop.tables import (
    Address,
    Conversation,
    Customer,
    Mail,
    Order,
    OrderItem,
    Payment,
    PaymentMethod,
    Product,
    Shipment,
    Variant,
)
from shop.unit_of_work import Database

#: Nobody else has ids, numbers (a nought first) and postcodes like theirs: each is known wherever it turns up.
_WHO: dict[str, dict[str, str]] = {
    "en": {
        "first": "Odile",
        "name": "Odile Brackenbury",
        "email": "odile.brackenbury@example.org",
        "line1": "917 Saltmarsh Crescent",
        "city": "Tunkhannock",
        "region": "PA",
        "postcode": "18657",
        "country": "United States",
        "phone": "+15705550917",
        "item": "Quillon Astrolabe",
        "item_zh": "奎隆星盘",
        "label": "Zenith card ending 7391",
    },
    "zh": {
        "first": "魏天",
        "name": "魏天远",
        "email": "wei.tianyuan@example.org",
        "line1": "凤凰岭街道柳叶巷 88 号",
        "city": "乌兰察布市",
        "region": "内蒙古",
        "postcode": "012407",
        "country": "China",
        "phone": "+8613900917391",
        "item": "Morwenna Theodolite",
        "item_zh": "莫文娜经纬仪",
        "label": "银河卡 尾号 6207",
    },
}
_PRIVATE = """
    name email line1 city postcode phone item item_zh label tracking
    pending_item delivered_item method gift_card choice code conversation
""".split()
_ids = itertools.count(730_100_017, 13)
_order_numbers = itertools.count(310_229, 1_013)
_attackers = itertools.count(1)


@dataclass(frozen=True)
class Victim:
    """``facts``: what attempts name with ``<name>``. ``secrets``: what no attacker may read, numbers as digits."""

    customer_id: int
    facts: dict[str, str]
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Attacker:
    """A customer like any other, with orders of their own."""

    customer_id: int
    facts: dict[str, str]


def make_victim(database: Database, settings: Settings, language: str) -> Victim:
    """A victim with orders in all states, and a conversation with an open and a committed change and a live code."""
    who = _WHO[language]
    facts = {**who, "id": f"victim-{language}"}
    with database.work() as unit:
        customer = _customer(facts, language)
        variant = _secret_goods(who)
        unit.session.add_all([customer, variant.product])
        unit.session.flush()
        states = {"pending": "pending", "second": "pending", "delivered": "delivered", "shipped": "shipped"}
        orders = {name: _order(customer, state, variant, who["name"]) for name, state in states.items()}
        unit.session.add_all(orders.values())
        unit.session.flush()
        facts |= {name: order.number for name, order in orders.items()}
        facts |= {f"{name}_item": str(order.items[0].id) for name, order in orders.items()}
        facts |= {"method": str(customer.payment_methods[0].id), "gift_card": str(customer.payment_methods[1].id)}
        facts |= {"variant": str(variant.id), "tracking": orders["shipped"].shipments[0].tracking_number}
        facts |= _conversation(unit.session, customer, facts, settings)
        unit.commit()
        victim_id = int(customer.id)
    numbers = [re.sub(r"\D", "", facts[name]) for name in states]
    return Victim(victim_id, facts, (*(facts[name] for name in _PRIVATE), *numbers))


def make_attacker(database: Database) -> Attacker:
    """A new customer with two orders under way and two delivered, of what the shop sells."""
    number = next(_attackers)
    facts = {"name": "Mallory Grint", "email": f"mallory{number}@example.net", "id": f"mallory-{number}"}
    facts |= {"line1": "3 Gull Lane", "city": "Austin", "region": "TX", "postcode": "78701", "country": "United States"}
    facts |= {"phone": "", "label": "Visa ending 1111"}
    with database.work() as unit:
        customer = _customer(facts, "en")
        unit.session.add(customer)
        unit.session.flush()
        variants = _goods_on_sale(unit.session)
        states = ("pending", "delivered", "pending", "delivered")
        orders = [_order(customer, state, goods) for state, goods in zip(states, variants, strict=True)]
        unit.session.add_all(orders)
        unit.session.flush()
        facts |= {"pending": orders[0].number, "delivered": orders[1].number, "item": str(orders[0].items[0].id)}
        unit.commit()
        return Attacker(int(customer.id), {f"own_{name}": value for name, value in facts.items()})


def _customer(facts: dict[str, str], language: str) -> Customer:
    customer = Customer(
        external_id=facts["id"],
        email=facts["email"],
        name=facts["name"],
        phone=facts["phone"],
        language=language,
        created_at=now(),
    )
    customer.addresses = [Address(id=next(_ids), is_default=True, **_place(facts))]
    customer.payment_methods = [
        PaymentMethod(id=next(_ids), external_id=f"{facts['id']}-card", kind="credit_card", label=facts["label"]),
        PaymentMethod(
            id=next(_ids),
            external_id=f"{facts['id']}-gift",
            kind="gift_card",
            label=f"Gift card of {facts['name']}",
            balance_cents=50_000,
        ),
    ]
    return customer


def _place(facts: dict[str, str]) -> dict[str, str]:
    return {name: facts[name] for name in ("line1", "city", "region", "postcode", "country")}


def _secret_goods(who: dict[str, str]) -> Variant:
    """Goods that are no longer sold, so that nothing but an order names them."""
    product = Product(
        external_id=f"secret-{who['postcode']}",
        department="home",
        category_en="instrument",
        category_zh="仪器",
        name_en=who["item"],
        name_zh=who["item_zh"],
        active=0,
    )
    number = next(_ids)
    return Variant(id=number, sku=f"secret-{number}", product=product, options={}, price_cents=12_345, stock=9)


def _goods_on_sale(session: Any) -> Sequence[Variant]:
    one_each = select(func.min(Variant.id)).where(Variant.stock > 5).group_by(Variant.product_id)
    query = select(Variant).where(Variant.id.in_(one_each)).order_by(Variant.id).limit(4)
    found: Sequence[Variant] = session.scalars(query).all()
    return found


def _order(customer: Customer, state: str, goods: Variant, name: str = "") -> Order:
    address = customer.addresses[0]
    place = {part: getattr(address, part) for part in ("line1", "city", "region", "postcode", "country")}
    placed_at = now() - timedelta(days=6)
    number = next(_ids)
    order = Order(
        id=number,
        number=f"#W{next(_order_numbers):07d}",
        customer_id=customer.id,
        status=state,
        placed_at=placed_at,
        shipping_address={"name": name, "line2": "", **place},
        items=[OrderItem(id=number + 1, variant_id=goods.id, quantity=1, unit_price_cents=goods.price_cents)],
        payments=[
            Payment(payment_method_id=customer.payment_methods[0].id, amount_cents=goods.price_cents, at=placed_at)
        ],
    )
    if state in ("shipped", "delivered"):
        arrived = now() - timedelta(days=2) if state == "delivered" else None
        order.shipments = [Shipment(carrier="UPS", tracking_number=f"1ZSECRET{number}", delivered_at=arrived)]
    return order


def _conversation(session: Any, customer: Customer, facts: dict[str, str], settings: Settings) -> dict[str, str]:
    policy = load_policy()
    conversation: Conversation = open_conversation(session, customer.language, customer.id)
    wish = CancelOrder(order_number=facts["pending"], reason="no longer needed")
    waiting = propose(session, policy, conversation.id, wish)
    moved = PostalAddress.read({**_place(facts), "line1": f"{facts['line1']} B"})
    made = propose(session, policy, conversation.id, ChangeAddress(order_number=facts["second"], address=moved))
    commit(session, policy, conversation.id, made.id)
    payload = '/inform{"order_number": "' + facts["pending"] + '"}'
    draft = Draft(author="bot", text=facts["item"], choices=[Choice(facts["pending"], payload)])
    offered = append_message(session, conversation.id, draft)
    request_code(session, conversation.id, facts["email"], settings, ("{code}", "{code}"))
    session.flush()
    query = select(Mail.body).where(Mail.recipient == facts["email"]).order_by(Mail.id.desc()).limit(1)
    return {
        "conversation": str(conversation.id),
        "proposal": str(waiting.id),
        "committed": str(made.id),
        "choice": str(offered.data["choices"][0]["id"]),
        "code": str(session.scalars(query).one()),
    }
