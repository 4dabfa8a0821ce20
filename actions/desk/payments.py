"""The payment method that a text means: "PayPal", "the visa", "the gift card", "the other card"."""

from __future__ import annotations

from collections.abc import Sequence

from actions.desk.words import payment_kinds_in, says
from shop.changes import MethodChoice


def read_method(text: str, methods: Sequence[MethodChoice]) -> MethodChoice | None:
    """The one method that is meant; None when the text names none, or several fit."""
    if says("original_method", text):
        return the_payer(methods)
    by_label = [m for m in methods if _label_words(m) and any(word in text.casefold() for word in _label_words(m))]
    if len(by_label) == 1:
        return by_label[0]
    if says("other_method", text):
        others = [m for m in methods if not m.paid.cents]
        cards = [m for m in others if m.kind == "credit_card"] if "card" in text.casefold() else others
        return _only(cards) or _only(others)
    for kind in payment_kinds_in(text):
        fitting = [m for m in methods if m.kind == kind]
        if fitting:
            return _only(fitting) or _only([m for m in fitting if m.paid.cents])
    return None


def the_payer(methods: Sequence[MethodChoice]) -> MethodChoice | None:
    """The method that paid most of the order."""
    return max((m for m in methods if m.paid.cents > 0), key=lambda m: m.paid.cents, default=None)


def names_method(text: str) -> bool:
    """Whether a text speaks of a way to pay."""
    return bool(payment_kinds_in(text)) or says("other_method", text) or says("original_method", text)


def _only(methods: Sequence[MethodChoice]) -> MethodChoice | None:
    return methods[0] if len(methods) == 1 else None


def _label_words(method: MethodChoice) -> list[str]:
    """What tells a method from others of its kind: its brand and its last four digits."""
    general = {"ending", "in", "card", "gift", "credit", "paypal", "尾号", "with"}
    return [word for word in method.label.casefold().replace("(", " ").replace(")", " ").split() if word not in general]
