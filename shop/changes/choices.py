"""What a customer could ask for: which changes an order allows now, and which methods could pay or be refunded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.changes.case import Case, committed_changes
from shop.changes.desk import open_case, receipt_of
from shop.changes.money import paid_by_method
from shop.changes.plan import Receipt
from shop.changes.wishes import PostalAddress
from shop.errors import NotAllowed
from shop.money import Money
from shop.policy import Kind, OrderRule, PaymentRule, Policy, ReturnRule, SwapRule
from shop.tables import Address, ChangeProposal, Order, PaymentMethod, Product, Variant

_OFTEN = 3


@dataclass(frozen=True)
class MethodChoice:
    """A payment method of the customer. ``paid``: what this order still holds of it; ``balance``: gift cards'."""

    id: int
    kind: str
    label: str
    paid: Money
    balance: Money | None
    may_pay: bool
    may_get_refund: bool


@dataclass(frozen=True)
class KnownAddress:
    """An address of the customer: in their account, or that orders of theirs go to."""

    address: PostalAddress
    is_default: bool
    in_account: bool
    order_numbers: tuple[str, ...]


def known_addresses(session: Session, policy: Policy, conversation_id: str) -> tuple[KnownAddress, ...]:
    """The addresses of this conversation's customer, the default one first, each once.

    Raises NotAllowed (``not_identified``).
    """
    customer = open_case(session, policy, conversation_id).customer
    default = next((row for row in customer.addresses if row.is_default), None)
    found: dict[PostalAddress, list[str]] = {}
    for row in sorted(customer.addresses, key=lambda row: row is not default):
        found.setdefault(PostalAddress.stored(vars(row)), [])
    own = set(found)
    orders = session.scalars(select(Order).where(Order.customer_id == customer.id).order_by(Order.placed_at.desc()))
    for order in orders:
        found.setdefault(PostalAddress.stored(order.shipping_address), []).append(order.number)
    wanted = PostalAddress.stored(vars(default)) if default else None
    return tuple(
        KnownAddress(address, address == wanted, address in own, tuple(numbers)) for address, numbers in found.items()
    )


def region_and_country(session: Session, city: str, postcode: str) -> tuple[str, str] | None:
    """Where a city lies, as far as the shop has often sent there: with the postcode's beginning if it knows that.

    None where fewer than ``_OFTEN`` addresses are known, so that nobody learns of one customer's.
    """
    query = select(Address.region, Address.country, Address.postcode).where(func.lower(Address.city) == city.lower())
    places: Counter[tuple[str, str]] = Counter()
    rows = session.execute(query).all()
    for region, country, near in rows:
        places[region, country] += 1 + len(rows) * (near[:2] == postcode[:2])
    return places.most_common(1)[0][0] if len(rows) >= _OFTEN else None


@dataclass(frozen=True)
class VariantChoice:
    """A variant that may come instead of another of its product. Options are by name, in English and Chinese."""

    id: int
    external_id: str
    options: dict[str, str]
    options_zh: dict[str, str]
    price: Money
    stock: int


def names_of_numbers(session: Session, numbers: Collection[str]) -> dict[str, str]:
    """Number of a variant or a product, as the shop writes them -> the product's English name."""
    of_variants = select(Variant.sku, Product.name_en).join(Product).where(Variant.sku.in_(numbers))
    of_products = select(Product.external_id, Product.name_en).where(Product.external_id.in_(numbers))
    return {number: name for query in (of_products, of_variants) for number, name in session.execute(query)}


def variant_choices(session: Session, variant_id: int) -> tuple[VariantChoice, ...]:
    """All variants of the product that a variant is of, itself among them, sold out or not."""
    product_id = select(Variant.product_id).where(Variant.id == variant_id).scalar_subquery()
    query = select(Variant).where(Variant.product_id == product_id).order_by(Variant.id)
    return tuple(
        VariantChoice(
            id=row.id,
            external_id=row.sku,
            options=dict(row.options),
            options_zh=dict(row.options_zh or {}),
            price=Money.from_cents(row.price_cents, row.currency),
            stock=row.stock,
        )
        for row in session.scalars(query)
    )


def check_change(session: Session, policy: Policy, conversation_id: str, number: str, kind: Kind) -> None:
    """Whether an order of this conversation's customer allows a kind of change at all, before any detail is asked.

    Raises NotFound and NotAllowed as ``propose`` would.
    """
    case = open_case(session, policy, conversation_id)
    rule = policy.rule(kind)
    if isinstance(rule, OrderRule):
        case.check_order(case.order(number), kind, rule)


def allowed_changes(session: Session, policy: Policy, conversation_id: str) -> dict[Kind, set[str]]:
    """Kind of change of an order -> the numbers of this conversation's customer's orders that allow it at all.

    What ``check_change`` says of each, read at once. Raises NotAllowed (``not_identified``).
    """
    case = open_case(session, policy, conversation_id)
    orders = session.scalars(select(Order).where(Order.customer_id == case.customer.id)).all()
    made: dict[int, list[Any]] = {order.id: [] for order in orders}
    query = select(ChangeProposal).where(ChangeProposal.customer_id == case.customer.id)
    for change in session.scalars(query.where(ChangeProposal.state == "committed").order_by(ChangeProposal.id)):
        made.setdefault(change.order_id, []).append(change)
    return {kind: {o.number for o in orders if _allows(case, o, kind, made[o.id])} for kind in get_args(Kind)}


def _allows(case: Case, order: Any, kind: Kind, made: list[Any]) -> bool:
    rule = getattr(case.policy.changes, kind)
    if not isinstance(rule, OrderRule):
        return rule is not None
    try:
        case.check_order(order, kind, rule, made)
    except NotAllowed:
        return False
    return True


def payment_choices(
    session: Session, policy: Policy, conversation_id: str, number: str, kind: Kind
) -> tuple[MethodChoice, ...]:
    """The customer's methods, and what each may do in a kind of change of this order. Raises like ``check_change``."""
    case = open_case(session, policy, conversation_id)
    order, rule = case.order(number), policy.rule(kind)
    pay_with = rule.pay_with if isinstance(rule, PaymentRule | SwapRule) else ()
    refund_to = rule.refund_to if isinstance(rule, ReturnRule | SwapRule) else ()
    paid = paid_by_method(case, order)
    query = select(PaymentMethod).where(PaymentMethod.customer_id == case.customer.id).order_by(PaymentMethod.id)
    return tuple(
        MethodChoice(
            id=method.id,
            kind=method.kind,
            label=method.label,
            paid=Money.from_cents(paid.get(method.id, 0), order.currency),
            balance=_balance(method, order.currency),
            may_pay=method.kind in pay_with,
            may_get_refund=method.kind in refund_to or ("original" in refund_to and paid.get(method.id, 0) > 0),
        )
        for method in session.scalars(query)
    )


def changes_made(session: Session, policy: Policy, conversation_id: str, number: str) -> tuple[Receipt, ...]:
    """The changes of an order so far, oldest first: what was returned, what is still to come back, money on its way.

    Raises NotFound and NotAllowed (``not_identified``).
    """
    order = open_case(session, policy, conversation_id).order(number)
    return tuple(receipt_of(row) for row in committed_changes(session, order.id))


def _balance(method: Any, currency: str) -> Money | None:
    return Money.from_cents(method.balance_cents or 0, currency) if method.kind == "gift_card" else None
