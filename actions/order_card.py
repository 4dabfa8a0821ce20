"""An order as the widget's card shows it."""

from __future__ import annotations

from typing import Any

from actions.facts import state
from actions.wording import day, minute, word
from shop.orders import OrderView, Scan


def order_card(order: OrderView, language: str) -> dict[str, Any]:
    """The card's data; amounts are decimal strings, times are written out in the language."""
    shipment = order.shipments[-1] if order.shipments else None
    card: dict[str, Any] = {
        "number": order.number,
        "status": order.status,
        "status_text": word("order_status", order.status, language),
        "placed_at": day(order.placed_at, language),
        "total": order.total.as_json(),
        "items": [
            {
                "name": item.name,
                "options": " · ".join(filter(None, (item.options, state(item.state, language)))),
                "quantity": item.quantity,
                "price": item.unit_price.as_json(),
                "image": item.image,
            }
            for item in order.items
        ],
        "timeline": _timeline(order, language),
    }
    if shipment:
        card["carrier"], card["tracking_number"] = shipment.carrier, shipment.tracking_number
        if shipment.expected_delivery_at and not shipment.delivered_at:
            card["expected_delivery"] = day(shipment.expected_delivery_at, language)
    return card


def _timeline(order: OrderView, language: str) -> list[dict[str, str]]:
    placed = {"at": minute(order.placed_at, language), "text": word("timeline", "placed", language)}
    scans = sorted((scan for parcel in order.shipments for scan in parcel.scans), key=lambda scan: scan.at)
    return [placed, *({"at": minute(s.at, language), "text": _scan_text(s, language)} for s in scans)]


def _scan_text(scan: Scan, language: str) -> str:
    text = word("scan", scan.code, language)
    return f"{text} · {scan.place}" if scan.place else text
