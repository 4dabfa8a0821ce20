"""Changes of orders and accounts in two steps: ``propose`` says exactly what will happen, ``commit`` does it once.

The rules come from ``shop.policy``. Import from here.
"""

from shop.changes.choices import MethodChoice, changes_made, check_change, payment_choices
from shop.changes.desk import commit, propose, receive_goods, withdraw
from shop.changes.plan import Line, MoneyMove, Plan, Proposal, Receipt
from shop.changes.wishes import (
    AnyWish,
    CancelOrder,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItem,
    ItemChoice,
    OrderWish,
    PostalAddress,
    ReturnItem,
    Swap,
)

__all__ = [
    "AnyWish",
    "CancelOrder",
    "ChangeAddress",
    "ChangeDefaultAddress",
    "ChangeItems",
    "ChangePayment",
    "ExchangeItem",
    "ItemChoice",
    "Line",
    "MethodChoice",
    "MoneyMove",
    "OrderWish",
    "Plan",
    "PostalAddress",
    "Proposal",
    "Receipt",
    "ReturnItem",
    "Swap",
    "changes_made",
    "check_change",
    "commit",
    "payment_choices",
    "propose",
    "receive_goods",
    "withdraw",
]
