"""From a wish to a plan: one function a kind of change. They read, check every rule, and write nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shop.changes.case import Case, check_reason
from shop.changes.goods import chosen_lines, swapped_lines, whole_order
from shop.changes.money import charge, paid_by_method, refund, refund_move
from shop.changes.plan import MoneyMove, Plan
from shop.changes.wishes import (
    AnyWish,
    CancelOrder,
    ChangeAddress,
    ChangeDefaultAddress,
    ChangeItems,
    ChangePayment,
    ExchangeItem,
    PostalAddress,
    ReturnItem,
)
from shop.errors import NotAllowed
from shop.policy import Kind, OrderRule, OrderStatus, Policy, SwapRule, offered
from shop.tables import PaymentMethod

#: The state in which a change leaves an order; the others leave it as it is.
_STATUS_AFTER: dict[Kind, OrderStatus] = {
    "cancel_order": "cancelled",
    "exchange_item": "exchange_requested",
    "return_item": "return_requested",
}
_ADDRESS_FIELDS = tuple(PostalAddress.model_fields)


def make_plan(case: Case, wish: AnyWish) -> Plan:
    """What a wish would do now. Raises NotFound and NotAllowed."""
    return _PLANNERS[wish.kind](case, wish)


def ruled_out(policy: Policy, kind: Kind, status: OrderStatus, earlier: Kind) -> bool:
    """Whether a kind of change of an order in ``status`` is no longer allowed once an ``earlier`` one is made."""
    rule = getattr(policy.changes, kind)
    if not isinstance(rule, OrderRule):
        return False
    return earlier in rule.not_after or _STATUS_AFTER.get(earlier, status) not in rule.states


def _cancel(case: Case, wish: CancelOrder) -> Plan:
    rule = offered(case.policy.changes.cancel_order, wish.kind)
    order = case.order(wish.order_number)
    case.check_order(order, wish.kind, rule)
    check_reason(wish.reason, rule.reasons)
    kept_cents = 0 if rule.refund_shipping else order.shipping_cents
    refund_cents = max(0, sum(paid_by_method(case, order).values()) - kept_cents)
    return _order_plan(
        order,
        wish,
        reason=wish.reason,
        lines=whole_order(order),
        shipping_cents=order.shipping_cents - kept_cents,
        moves=refund(case, order, refund_cents, None, ["original"]),
        stock_back=rule.stock_back,
    )


def _change_address(case: Case, wish: ChangeAddress) -> Plan:
    rule = offered(case.policy.changes.change_address, wish.kind)
    order = case.order(wish.order_number)
    case.check_order(order, wish.kind, rule)
    before, after = dict(order.shipping_address), {**order.shipping_address, **wish.address.model_dump()}
    _check_other_address(before, wish.address)
    if rule.same_country and not _same_text(before.get("country"), after["country"]):
        raise NotAllowed("other_country", f"order {order.number} can only go to another address in the same country")
    return _order_plan(order, wish, address_before=before, address_after=after)


def _change_payment(case: Case, wish: ChangePayment) -> Plan:
    rule = offered(case.policy.changes.change_payment, wish.kind)
    order = case.order(wish.order_number)
    case.check_order(order, wish.kind, rule)
    method = case.method(wish.payment_method_id)
    paid = paid_by_method(case, order)
    others = {key: cents for key, cents in paid.items() if cents > 0 and key != wish.payment_method_id}
    if not others:
        raise NotAllowed("same_method", f"nothing of order {order.number} was paid with another method")
    moves = [charge(sum(others.values()), method, rule.pay_with)]
    moves += [refund_move(case.policy, case.session.get(PaymentMethod, key), cents) for key, cents in others.items()]
    return _order_plan(order, wish, moves=tuple(moves))


def _change_items(case: Case, wish: ChangeItems) -> Plan:
    rule = offered(case.policy.changes.change_items, wish.kind)
    return _swap(case, wish, rule, stock_back=rule.stock_back)


def _exchange_item(case: Case, wish: ExchangeItem) -> Plan:
    rule = offered(case.policy.changes.exchange_item, wish.kind)
    return _swap(
        case,
        wish,
        rule,
        money=rule.money,
        goods_check_days=case.policy.goods_check_business_days,
        stock_back=rule.stock_back,
    )


def _swap(case: Case, wish: ChangeItems | ExchangeItem, rule: SwapRule, **rest: Any) -> Plan:
    order = case.order(wish.order_number)
    case.check_order(order, wish.kind, rule)
    lines = swapped_lines(case, order, wish.swaps, rule)
    difference_cents, chosen = sum(line.difference_cents for line in lines), case.method(wish.payment_method_id)
    if difference_cents > 0:
        moves: tuple[MoneyMove, ...] = (charge(difference_cents, chosen, rule.pay_with),)
    else:
        moves = refund(case, order, -difference_cents, chosen, rule.refund_to)
    return _order_plan(order, wish, lines=lines, moves=moves, stock_out=rule.stock_out, **rest)


def _return_item(case: Case, wish: ReturnItem) -> Plan:
    rule = offered(case.policy.changes.return_item, wish.kind)
    order = case.order(wish.order_number)
    case.check_order(order, wish.kind, rule)
    lines = chosen_lines(order, wish.items, rule)
    check_reason(wish.reason, rule.reasons)
    refund_cents = -sum(line.difference_cents for line in lines)
    return _order_plan(
        order,
        wish,
        reason=wish.reason,
        lines=lines,
        moves=refund(case, order, refund_cents, case.method(wish.payment_method_id), rule.refund_to),
        money=rule.money,
        goods_check_days=case.policy.goods_check_business_days,
        stock_back=rule.stock_back,
    )


def _change_default_address(case: Case, wish: ChangeDefaultAddress) -> Plan:
    offered(case.policy.changes.change_default_address, wish.kind)
    current = next((row for row in case.customer.addresses if row.is_default), None)
    before = {name: getattr(current, name) for name in _ADDRESS_FIELDS} if current else None
    _check_other_address(before or {}, wish.address)
    return Plan(kind=wish.kind, address_before=before, address_after=wish.address.model_dump())


def _order_plan(order: Any, wish: Any, **rest: Any) -> Plan:
    return Plan(
        kind=wish.kind,
        order_id=order.id,
        order_number=order.number,
        currency=order.currency,
        status_before=order.status,
        status_after=_STATUS_AFTER.get(wish.kind, order.status),
        **rest,
    )


def _check_other_address(before: dict[str, str], after: PostalAddress) -> None:
    if all(before.get(name, "") == getattr(after, name) for name in _ADDRESS_FIELDS):
        raise NotAllowed("same_address", "this is the address already")


def _same_text(one: str | None, other: str) -> bool:
    return (one or "").casefold() == other.casefold()


_PLANNERS: dict[str, Callable[[Case, Any], Plan]] = {
    "cancel_order": _cancel,
    "change_address": _change_address,
    "change_payment": _change_payment,
    "change_items": _change_items,
    "exchange_item": _exchange_item,
    "return_item": _return_item,
    "change_default_address": _change_default_address,
}
