"""What a task's expected actions make of the shop: the meaning of tau2-bench's tools, applied to its ``db.json``.

Written anew from what those tools do (https://github.com/sierra-research/tau2-bench, retail) and on purpose not on
top of ``shop.changes``, so that a fault there cannot make itself right.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.tau2_retail.state import OrderState, ShopState, UserState

Arguments = Mapping[str, Any]
_MODIFIED = "pending (item modified)"
_ADDRESS = ("address1", "address2", "city", "state", "zip", "country")


@dataclass(frozen=True)
class Expected:
    """The shop after the expected actions. ``refused``: those that tau2-bench's own tools would not do; it passes
    over them when it makes the database to compare with, and so do we."""

    state: ShopState
    refused: tuple[str, ...]


class _NotDone(Exception):
    """A tool's rule forbids the action."""


def expected(db: Mapping[str, Any], actions: Sequence[Mapping[str, Any]]) -> Expected:
    """The whole shop after the actions that write; those that only look are passed over. ``db`` stays as it is."""
    touched: dict[str, Any] = {"products": db["products"], "orders": db["orders"], "users": db["users"]}
    refused = []
    for action in actions:
        write = _WRITERS.get(action["name"])
        if write is None:
            continue
        attempt = _private_copy(touched, action["arguments"])
        try:
            write(attempt, action["arguments"])
        except (_NotDone, KeyError, StopIteration) as error:
            refused.append(f"{action['name']}: {error!r}")
        else:
            touched = attempt
    state = ShopState(
        orders={number: _order_state(order) for number, order in touched["orders"].items()},
        users={name: _user_state(user) for name, user in touched["users"].items()},
    )
    return Expected(state, tuple(refused))


def _private_copy(shop: dict[str, Any], arguments: Arguments) -> dict[str, Any]:
    """The shop in which what the action may write is a copy of its own; the rest is shared."""
    orders, users = dict(shop["orders"]), dict(shop["users"])
    number = arguments.get("order_id")
    if number in orders:
        orders[number] = copy.deepcopy(orders[number])
    user = arguments.get("user_id") or (orders[number]["user_id"] if number in orders else None)
    if user in users:
        users[user] = copy.deepcopy(users[user])
    return {**shop, "orders": orders, "users": users}


def _order_in(shop: Mapping[str, Any], arguments: Arguments, *states: str) -> dict[str, Any]:
    order: dict[str, Any] = shop["orders"][arguments["order_id"]]
    if order["status"] not in states:
        raise _NotDone(f"order {arguments['order_id']} is {order['status']}")
    return order


def _cancel(shop: dict[str, Any], arguments: Arguments) -> None:
    order = _order_in(shop, arguments, "pending")
    for paid in list(order["payment_history"]):
        _pay(shop, order, paid["payment_method_id"], -_signed(paid))
    order["status"], order["cancel_reason"] = "cancelled", arguments["reason"]


def _change_address(shop: dict[str, Any], arguments: Arguments) -> None:
    order = _order_in(shop, arguments, "pending", _MODIFIED)
    order["address"] = {name: arguments[name] for name in _ADDRESS}


def _change_default_address(shop: dict[str, Any], arguments: Arguments) -> None:
    shop["users"][arguments["user_id"]]["address"] = {name: arguments[name] for name in _ADDRESS}


def _change_payment(shop: dict[str, Any], arguments: Arguments) -> None:
    order = _order_in(shop, arguments, "pending", _MODIFIED)
    paid = order["payment_history"][0]
    if paid["payment_method_id"] == arguments["payment_method_id"]:
        raise _NotDone("it is paid that way already")
    _pay(shop, order, arguments["payment_method_id"], _signed(paid))
    _pay(shop, order, paid["payment_method_id"], -_signed(paid))


def _change_items(shop: dict[str, Any], arguments: Arguments) -> None:
    order = _order_in(shop, arguments, "pending")
    difference = Decimal(0)
    for old, new in zip(arguments["item_ids"], arguments["new_item_ids"], strict=True):
        item = next(item for item in order["items"] if item["item_id"] == old and "changed" not in item)
        price = _price(shop, item["product_id"], new)
        difference += price - Decimal(str(item["price"]))
        item.update(item_id=new, price=price, changed=True)
    _pay(shop, order, arguments["payment_method_id"], difference)
    order["status"] = _MODIFIED


def _return_items(shop: dict[str, Any], arguments: Arguments) -> None:
    order = _order_in(shop, arguments, "delivered")
    method = _method(shop, order, arguments)
    paid_with = {entry["payment_method_id"] for entry in order["payment_history"]}
    if method["source"] != "gift_card" and method["id"] not in paid_with:
        raise _NotDone("the refund must go the way it was paid, or to a gift card")
    order["status"] = "return requested"
    order["given_back"] = [(item, "") for item in arguments["item_ids"]]
    order["given_back_method"] = arguments["payment_method_id"]


def _exchange_items(shop: dict[str, Any], arguments: Arguments) -> None:
    order = _order_in(shop, arguments, "delivered")
    olds, news = arguments["item_ids"], arguments["new_item_ids"]
    products = {item["item_id"]: item for item in order["items"]}
    difference = sum(
        _price(shop, products[old]["product_id"], new) - Decimal(str(products[old]["price"]))
        for old, new in zip(olds, news, strict=True)
    )
    _check_card(_method(shop, order, arguments), Decimal(difference))
    order["status"] = "exchange requested"
    order["given_back"] = list(zip(olds, news, strict=True))
    order["given_back_method"] = arguments["payment_method_id"] if difference else ""


_WRITERS: dict[str, Callable[[dict[str, Any], Arguments], None]] = {
    "cancel_pending_order": _cancel,
    "modify_pending_order_address": _change_address,
    "modify_pending_order_payment": _change_payment,
    "modify_pending_order_items": _change_items,
    "modify_user_address": _change_default_address,
    "return_delivered_order_items": _return_items,
    "exchange_delivered_order_items": _exchange_items,
}


def _price(shop: Mapping[str, Any], product_id: str, item_id: str) -> Decimal:
    variant = shop["products"][product_id]["variants"][item_id]
    if not variant["available"]:
        raise _NotDone(f"item {item_id} is not available")
    return Decimal(str(variant["price"]))


def _method(shop: Mapping[str, Any], order: Mapping[str, Any], arguments: Arguments) -> dict[str, Any]:
    method: dict[str, Any] = shop["users"][order["user_id"]]["payment_methods"][arguments["payment_method_id"]]
    return method


def _check_card(method: Mapping[str, Any], amount: Decimal) -> None:
    if method["source"] == "gift_card" and Decimal(str(method["balance"])) < amount:
        raise _NotDone(f"{method['id']} does not hold enough")


def _signed(paid: Mapping[str, Any]) -> Decimal:
    amount = Decimal(str(paid["amount"]))
    return amount if paid["transaction_type"] == "payment" else -amount


def _pay(shop: Mapping[str, Any], order: dict[str, Any], method_id: str, amount: Decimal) -> None:
    """Charge a method (positive) or refund it (negative); gift cards move at once."""
    kind = "payment" if amount > 0 else "refund"
    order["payment_history"].append({"transaction_type": kind, "amount": abs(amount), "payment_method_id": method_id})
    method = shop["users"][order["user_id"]]["payment_methods"][method_id]
    _check_card(method, amount)
    if method["source"] == "gift_card":
        method["balance"] = Decimal(str(method["balance"])) - amount


def _order_state(order: Mapping[str, Any]) -> OrderState:
    paid: dict[str, int] = {}
    for entry in order["payment_history"]:
        method = entry["payment_method_id"]
        paid[method] = paid.get(method, 0) + int(100 * _signed(entry))
    status = order["status"].replace(_MODIFIED, "pending").replace(" ", "_")
    return OrderState(
        status=status,
        address=_address(order["address"]),
        items=tuple(sorted((item["item_id"], _cents(item["price"])) for item in order["items"])),
        paid=tuple(sorted((method, cents) for method, cents in paid.items() if cents)),
        cancel_reason=order.get("cancel_reason") or "",
        given_back=tuple(sorted(order.get("given_back", ()))),
        given_back_method=order.get("given_back_method", ""),
    )


def _user_state(user: Mapping[str, Any]) -> UserState:
    methods = user["payment_methods"].values()
    cards = ((method["id"], _cents(method["balance"])) for method in methods if method["source"] == "gift_card")
    return UserState(address=_address(user["address"]), balances=tuple(sorted(cards)))


def _cents(amount: Any) -> int:
    return round(100 * Decimal(str(amount)))


def _address(address: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(address[name] or "" for name in _ADDRESS)
