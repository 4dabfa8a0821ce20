"""Which lines of an order a change is about, and what may come instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shop.changes.case import Case
from shop.changes.plan import Line
from shop.changes.wishes import ItemChoice, Swap
from shop.errors import NotAllowed, NotFound
from shop.policy import ItemsRule, SwapRule


def whole_order(order: Any) -> tuple[Line, ...]:
    """Every line that is still the customer's."""
    return tuple(_line(item, item.quantity) for item in order.items if item.state == "ordered")


def chosen_lines(order: Any, choices: Sequence[ItemChoice], rule: ItemsRule) -> tuple[Line, ...]:
    """The lines a customer chose.

    Raises NotFound for an item that is not in the order, NotAllowed for one that is gone already, too many of
    one, or goods the rule leaves out.
    """
    if not choices:
        raise NotAllowed("nothing_chosen", "no item was chosen")
    items = {item.id: item for item in order.items}
    lines = []
    for choice in choices:
        item = items.get(choice.item_id)
        if item is None:
            raise NotFound(f"order {order.number} has no such item")
        if item.state != "ordered":
            raise NotAllowed("item_already_returned", f"{_name(item)} is already {item.state}")
        _check_excluded(item.variant, rule.excluded_options)
        lines.append(_line(item, choice.quantity or item.quantity))
    _check_quantities(lines, items)
    return tuple(lines)


def swapped_lines(case: Case, order: Any, swaps: Sequence[Swap], rule: SwapRule) -> tuple[Line, ...]:
    """The chosen lines with what comes instead, at today's price.

    Raises what ``chosen_lines`` does, and NotAllowed for another product, the same variant, goods sold out.
    """
    lines = chosen_lines(order, swaps, rule)
    variants = [case.variant(swap.variant_id) for swap in swaps]
    items = {item.id: item for item in order.items}
    for line, new in zip(lines, variants, strict=True):
        _check_swap(items[line.item_id].variant, new, order.currency)
        _check_excluded(new, rule.excluded_options)
    # Where stock is not counted, a number above nought only says that there is some.
    counted = rule.stock_out != "never"
    _check_stock(variants, [line.quantity if counted else 0 for line in lines])
    return tuple(
        line.model_copy(
            update={"new_variant_id": new.id, "new_options": options_text(new), "new_unit_cents": new.price_cents}
        )
        for line, new in zip(lines, variants, strict=True)
    )


def options_text(variant: Any) -> dict[str, str]:
    """A variant's options by language: ``{"en": "M, navy", "zh": "M, 藏青"}``."""
    chinese = variant.options_zh or variant.options
    return {"en": ", ".join(variant.options.values()), "zh": ", ".join(chinese.values())}


def _line(item: Any, quantity: int) -> Line:
    product = item.variant.product
    return Line(
        item_id=item.id,
        quantity=quantity,
        names={"en": product.name_en, "zh": product.name_zh or product.name_en},
        variant_id=item.variant_id,
        options=options_text(item.variant),
        unit_cents=item.unit_price_cents,
    )


def _name(item: Any) -> str:
    return str(item.variant.product.name_en)


def _check_quantities(lines: Iterable[Line], items: Mapping[int, Any]) -> None:
    wanted: Counter[int] = Counter()
    for line in lines:
        wanted[line.item_id] += line.quantity
    for item_id, quantity in wanted.items():
        if quantity > items[item_id].quantity:
            bought = items[item_id].quantity
            raise NotAllowed("quantity_too_high", f"{quantity} of {_name(items[item_id])} were named, {bought} bought")


def _check_excluded(variant: Any, excluded: Mapping[str, Sequence[str]]) -> None:
    for option, values in excluded.items():
        if variant.options.get(option) in values:
            value = variant.options[option]
            raise NotAllowed("excluded_goods", f"{variant.product.name_en} ({value}) is excluded from this")


def _check_swap(old: Any, new: Any, currency: str) -> None:
    if new.product_id != old.product_id:
        raise NotAllowed("other_product", f"{old.product.name_en} can only become another variant of the same product")
    if new.id == old.id:
        raise NotAllowed("same_variant", f"{old.product.name_en} is this variant already")
    if new.currency != currency:
        raise NotAllowed("other_currency", f"the order is in {currency} and the new variant in {new.currency}")


def _check_stock(variants: Sequence[Any], quantities: Sequence[int]) -> None:
    wanted: Counter[int] = Counter()
    for variant, quantity in zip(variants, quantities, strict=True):
        wanted[variant.id] += quantity
        if variant.stock < max(1, wanted[variant.id]):
            options = options_text(variant)["en"]
            raise NotAllowed("sold_out", f"{variant.product.name_en} ({options}) is sold out, or too few are left")
