"""A small invented shop in tau2's layout, and what a bot might say in it."""

from __future__ import annotations

from typing import Any

from benchmarks.tau2_retail.hearing import Heard
from benchmarks.tau2_retail.lexicon import Lexicon
from benchmarks.tau2_retail.scenario import Scenario, read_scenario


def _product(product_id: str, name: str, variants: dict[str, tuple[dict[str, str], float]]) -> dict[str, Any]:
    rows = {
        key: {"item_id": key, "options": options, "available": True, "price": price}
        for key, (options, price) in variants.items()
    }
    return {"product_id": product_id, "name": name, "variants": rows}


def _item(product_id: str, item_id: str, price: float) -> dict[str, Any]:
    return {"product_id": product_id, "item_id": item_id, "price": price, "name": "", "options": {}}


def _address(street: str, city: str, code: str) -> dict[str, str]:
    return {"address1": street, "address2": "", "city": city, "country": "USA", "state": "CO", "zip": code}


def small_shop() -> dict[str, Any]:
    """Teapots, desk fans and wall mirrors; one customer with a pending and a delivered order."""
    teapots = {"11": ({"color": "red", "size": "small"}, 20.0), "12": ({"color": "blue", "size": "small"}, 25.5)}
    teapots["13"] = ({"color": "gold", "size": "large"}, 250.0)
    fans = {"21": ({"power source": "USB"}, 30.0), "22": ({"power source": "battery"}, 28.0)}
    products = [
        _product("1", "Teapot", teapots),
        _product("2", "Desk Fan", fans),
        _product("3", "Wall Mirror", {"31": ({"frame color": "black"}, 80.0)}),
    ]
    home = _address("9 Elm St", "Denver", "80279")
    user = {
        "user_id": "ada_park_1234",
        "name": {"first_name": "Ada", "last_name": "Park"},
        "address": home,
        "email": "ada.park@example.com",
        "payment_methods": {
            "paypal_1": {"source": "paypal", "id": "paypal_1"},
            "gift_card_1": {"source": "gift_card", "id": "gift_card_1", "balance": 50.0},
        },
        "orders": ["#W1000001", "#W1000002"],
    }
    base = {"user_id": "ada_park_1234", "address": home, "fulfillments": []}
    pending = {
        **base,
        "order_id": "#W1000001",
        "status": "pending",
        "items": [_item("1", "11", 20.0), _item("2", "21", 30.0)],
        "payment_history": [{"transaction_type": "payment", "amount": 50.0, "payment_method_id": "gift_card_1"}],
    }
    delivered = {
        **base,
        "order_id": "#W1000002",
        "status": "delivered",
        "items": [_item("1", "12", 25.5), _item("3", "31", 80.0)],
        "payment_history": [{"transaction_type": "payment", "amount": 105.5, "payment_method_id": "paypal_1"}],
    }
    return {
        "products": {product["product_id"]: product for product in products},
        "users": {"ada_park_1234": user},
        "orders": {"#W1000001": pending, "#W1000002": delivered},
    }


def lexicon() -> Lexicon:
    """The small shop's words."""
    return Lexicon.of_shop(small_shop())


def scenario(reason: str, style: str = "", known: str = "You are Ada Park in zip code 80279.") -> Scenario:
    """A scenario about the small shop."""
    return read_scenario({"reason_for_call": reason, "task_instructions": style, "known_info": known}, lexicon())


def asks(kind: str, text: str = "?", *choices: str) -> Heard:
    """A message of the bot that asks something."""
    return Heard(text, f"utter_{kind}", kind, {}, choices)


def summary(text: str) -> list[Heard]:
    """A summary with the question whether to do it."""
    return [Heard(text, "utter_change_summary", "summary"), asks("confirm", "Shall I do this?")]
