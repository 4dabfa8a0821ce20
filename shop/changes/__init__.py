"""Changes of orders and accounts in two steps: ``propose`` says exactly what will happen, ``commit`` does it once.

The rules come from ``shop.policy``. Import from here.
"""

from shop.changes.choices import (
    KnownAddress,
    MethodChoice,
    VariantChoice,
    allowed_changes,
    changes_made,
    check_change,
    known_addresses,
    names_of_numbers,
    payment_choices,
    region_and_country,
    variant_choices,
)
from shop.changes.desk import commit, preview, propose, receive_goods, withdraw
from shop.changes.plan import Line, MoneyMove, Plan, Proposal, Receipt
from shop.changes.planning import ruled_out
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
    "KnownAddress",
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
    "VariantChoice",
    "allowed_changes",
    "changes_made",
    "check_change",
    "commit",
    "known_addresses",
    "names_of_numbers",
    "payment_choices",
    "preview",
    "propose",
    "receive_goods",
    "region_and_country",
    "ruled_out",
    "variant_choices",
    "withdraw",
]
