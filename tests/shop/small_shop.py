"""A shop small enough to know by heart: one lamp, one keyboard, two customers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from shop import changes
from shop.changes import AnyWish, Proposal, Receipt
from shop.clock import now
from shop.conversations import open_conversation
from shop.policy import Policy, load_policy
from shop.tables import (
    Address,
    Customer,
    Order,
    OrderItem,
    Payment,
    PaymentMethod,
    Product,
    Shipment,
    Variant,
)
from shop.unit_of_work import Database

HOME = {"line1": "48 Heron Way", "line2": "", "city": "Seattle", "region": "WA", "postcode": "98103"}
HOME["country"] = "United States"
DOCS = Path(__file__).parents[2] / "docs" / "policy.md"

_numbers = itertools.count(1_000_000)


def demo_policy(**changed: dict[str, Any]) -> Policy:
    """The demo shop's policy, with some words of some changes put differently: ``return_item={...}``."""
    data = load_policy().model_dump()
    for kind, words in changed.items():
        data["changes"][kind] = {**data["changes"][kind], **words} if words is not None else None
    return Policy.model_validate(data)


def tau2_policy() -> Policy:
    """The policy in docs/policy.md."""
    block = DOCS.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    return Policy.model_validate(yaml.safe_load(block))


@dataclass
class SmallShop:
    """The ids of what is in the shop, and ways to use it. Prices: lamps 40, 50 and 30 dollars."""

    database: Database
    policy: Policy = field(default_factory=load_policy)
    customer_id: int = 0
    conversation_id: str = ""
    methods: dict[str, int] = field(default_factory=dict)  # card, paypal, gift -> id
    variants: dict[str, int] = field(default_factory=dict)  # black, white, red lamps; linear, clicky keyboards -> id

    def order(
        self, status: str, items: dict[str, int], paid: dict[str, int], shipping_cents: int = 495, days_ago: int = 5
    ) -> str:
        """A new order of the customer: items by variant -> quantity, paid by method -> cents. Its number."""
        placed_at = now() - timedelta(days=days_ago + 4)
        with self.database.work() as unit:
            lines = [self._item(unit.session, name, quantity) for name, quantity in items.items()]
            order = Order(
                number=f"#W{next(_numbers)}",
                customer_id=self.customer_id,
                status=status,
                placed_at=placed_at,
                shipping_cents=shipping_cents,
                shipping_address={"name": "Emma Clarke", **HOME},
                items=lines,
                payments=[
                    Payment(payment_method_id=self.methods[name], amount_cents=cents, at=placed_at)
                    for name, cents in paid.items()
                ],
            )
            if status not in ("pending", "processed", "cancelled"):
                delivered_at = None if status == "shipped" else now() - timedelta(days=days_ago)
                order.shipments = [Shipment(carrier="UPS", tracking_number="1Z", delivered_at=delivered_at)]
            unit.session.add(order)
            unit.commit()
            return str(order.number)

    def _item(self, session: Any, name: str, quantity: int) -> OrderItem:
        variant = session.get(Variant, self.variants[name])
        return OrderItem(variant_id=variant.id, quantity=quantity, unit_price_cents=variant.price_cents)

    def items(self, number: str) -> dict[str, int]:
        """Variant name -> id of the first line that holds it."""
        names = {variant_id: name for name, variant_id in self.variants.items()}
        return {names[item.variant_id]: item.id for item in reversed(self.look(number).items)}

    def propose(self, wish: AnyWish, key: str = "", conversation_id: str = "") -> Proposal:
        """``changes.propose``, kept."""
        return self._kept(changes.propose, conversation_id, wish, key)

    def commit(self, proposal_id: int, conversation_id: str = "") -> Receipt:
        """``changes.commit``, kept."""
        return self._kept(changes.commit, conversation_id, proposal_id)

    def withdraw(self, proposal_id: int, conversation_id: str = "") -> Proposal:
        """``changes.withdraw``, kept."""
        return self._kept(changes.withdraw, conversation_id, proposal_id)

    def _kept(self, call: Callable[..., Any], conversation_id: str, *arguments: Any) -> Any:
        with self.database.work() as unit:
            try:
                return call(unit.session, self.policy, conversation_id or self.conversation_id, *arguments)
            finally:
                unit.commit()

    def make(self, wish: AnyWish) -> Receipt:
        """Propose and commit."""
        return self.commit(self.propose(wish).id)

    def receive(self, proposal_id: int) -> Receipt:
        """``changes.receive_goods``, kept when it succeeds."""
        with self.database.work() as unit:
            receipt = changes.receive_goods(unit.session, proposal_id, "staff:ana")
            unit.commit()
            return receipt

    def look(self, number: str) -> Any:
        """The order as it is stored, with items and payments, for reading only."""
        with self.database.read() as unit:
            order = unit.session.query(Order).filter_by(number=number).one()
            unit.session.expunge_all()  # or the end of the unit would empty it
            return order

    def paid(self, number: str) -> dict[str, int]:
        """Method -> cents it has paid and not got back, methods at nought left out."""
        names = {method_id: name for name, method_id in self.methods.items()}
        sums: dict[str, int] = {}
        for payment in self.look(number).payments:
            name = names[payment.payment_method_id]
            sums[name] = sums.get(name, 0) + payment.amount_cents
        return {name: cents for name, cents in sums.items() if cents}

    def stock(self, name: str) -> int:
        """How many of a variant are for sale."""
        with self.database.read() as unit:
            return int(unit.session.get(Variant, self.variants[name]).stock)

    def balance(self) -> int:
        """Cents on the gift card."""
        with self.database.read() as unit:
            return int(unit.session.get(PaymentMethod, self.methods["gift"]).balance_cents)

    def set(self, table: Any, row_id: int, **values: Any) -> None:
        """The shop changes a row by other ways than a proposal."""
        with self.database.work() as unit:
            row = unit.session.get(table, row_id)
            for name, value in values.items():
                setattr(row, name, value)
            unit.commit()

    def conversation(self, customer_id: int | None) -> str:
        """A new conversation."""
        with self.database.work() as unit:
            opened = open_conversation(unit.session, "en", customer_id)
            unit.commit()
            return str(opened.id)

    def customer(self, gift_cents: int = 6_000) -> tuple[int, dict[str, int]]:
        """A new customer and the ids of their payment methods."""
        number = next(_numbers)
        kinds = {"card": "credit_card", "paypal": "paypal", "gift": "gift_card"}
        with self.database.work() as unit:
            customer = Customer(
                external_id=f"c{number}", email=f"c{number}@example.com", name="Emma Clarke", created_at=now()
            )
            customer.addresses = [Address(is_default=True, **HOME)]
            customer.payment_methods = [
                PaymentMethod(
                    external_id=f"{name}{number}",
                    kind=kind,
                    label=f"Emma's {name}",
                    balance_cents=gift_cents if name == "gift" else None,
                )
                for name, kind in kinds.items()
            ]
            unit.session.add(customer)
            unit.commit()
            return customer.id, {name: method.id for name, method in zip(kinds, customer.payment_methods, strict=True)}


def small_shop(database: Database, policy: Policy | None = None, gift_cents: int = 6_000, stock: int = 3) -> SmallShop:
    """A fresh small shop in a database that may hold others."""
    shop = SmallShop(database, policy or load_policy())
    with database.work() as unit:
        lamp = _product("Desk lamp", "台灯", {"black": 4_000, "white": 5_000, "red": 3_000}, "colour", stock)
        keyboard = _product("Keyboard", "键盘", {"linear": 9_000, "clicky": 9_000}, "switches", stock)
        unit.session.add_all([lamp, keyboard])
        unit.commit()
        shop.variants = {
            next(iter(variant.options.values())): variant.id for variant in [*lamp.variants, *keyboard.variants]
        }
    shop.customer_id, shop.methods = shop.customer(gift_cents)
    shop.conversation_id = shop.conversation(shop.customer_id)
    return shop


def _product(name_en: str, name_zh: str, prices: dict[str, int], option: str, stock: int) -> Product:
    number = next(_numbers)
    product = Product(
        external_id=f"p{number}", department="home", category_en="thing", name_en=name_en, name_zh=name_zh
    )
    product.variants = [
        Variant(sku=f"{number}-{value}", options={option: value}, price_cents=cents, stock=stock)
        for value, cents in prices.items()
    ]
    return product
