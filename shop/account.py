"""A customer's account, as it is told to that customer: the default address and the saved ways to pay."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.money import Money
from shop.orders import AddressView, address_view
from shop.tables import Address, PaymentMethod


@dataclass(frozen=True)
class PaymentMethodView:
    """A saved way to pay. ``label`` is masked ("Visa ending 4242"); ``balance`` is what a gift card holds."""

    id: int
    kind: str
    label: str
    balance: Money | None


@dataclass(frozen=True)
class AccountView:
    """What the shop keeps of one customer; ``default_address`` is None where none is saved."""

    default_address: AddressView | None
    payment_methods: tuple[PaymentMethodView, ...]

    @property
    def gift_cards(self) -> tuple[PaymentMethodView, ...]:
        """The methods that hold a balance."""
        return tuple(method for method in self.payment_methods if method.balance is not None)


def get_account(session: Session, customer_id: int, currency: str = "USD") -> AccountView:
    """One customer's account as it stands now. Balances are in ``currency``: the table names none."""
    addresses = session.scalars(select(Address).where(Address.customer_id == customer_id, Address.is_default))
    default = next((address_view(vars(address)) for address in addresses), None)
    methods = session.scalars(
        select(PaymentMethod).where(PaymentMethod.customer_id == customer_id).order_by(PaymentMethod.id)
    )
    return AccountView(default, tuple(_method_view(method, currency) for method in methods))


def _method_view(row: PaymentMethod, currency: str) -> PaymentMethodView:
    held = row.balance_cents or 0 if row.kind == "gift_card" else None
    balance = None if held is None else Money.from_cents(held, currency)
    return PaymentMethodView(row.id, row.kind, row.label, balance)
