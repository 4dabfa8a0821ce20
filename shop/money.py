"""Amounts of money: an exact decimal with its currency, stored as whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from shop.errors import BadInput

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥"}
_CENT = Decimal("0.01")


@dataclass(frozen=True, order=False)
class Money:
    """An amount in one currency (ISO 4217 code), always at two decimals."""

    amount: Decimal
    currency: str = "USD"

    def __post_init__(self) -> None:
        rounded = Decimal(self.amount).quantize(_CENT, ROUND_HALF_UP)
        object.__setattr__(self, "amount", rounded + 0)  # nothing is never "-0.00"

    @classmethod
    def from_cents(cls, cents: int, currency: str = "USD") -> Money:
        """Whole cents, as the database holds them."""
        return cls(Decimal(cents) / 100, currency)

    @property
    def cents(self) -> int:
        """The amount in whole cents."""
        return int(self.amount * 100)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.amount * quantity, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __str__(self) -> str:
        """As shoppers read it: ``$1,299.00``; a currency without a symbol here keeps its code."""
        symbol = _SYMBOLS.get(self.currency)
        sign = "-" if self.amount < 0 else ""
        figure = f"{abs(self.amount):,.2f}"
        return f"{sign}{symbol}{figure}" if symbol else f"{sign}{figure} {self.currency}"

    def as_json(self) -> dict[str, str]:
        """``{"amount": "12.50", "currency": "USD"}``."""
        return {"amount": str(self.amount), "currency": self.currency}

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise BadInput(f"cannot combine {self.currency} with {other.currency}")
        return other
