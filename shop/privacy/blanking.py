"""What stays where a row has to be kept but its person may not be in it."""

from __future__ import annotations

import secrets
from typing import Any

from shop.privacy.person import Person

ERASED = "[erased]"
_PERSONAL_KEYS = frozenset(
    "name line1 line2 city postcode email phone recipient address label comment text label_name tracking_number".split()
)


def without_person(value: Any) -> Any:
    """JSON without the values that tell of a person: of the keys of addresses, names and free texts. Amounts, ids,
    dates, regions and countries, which book-keeping needs, stay."""
    if isinstance(value, dict):
        return {key: _emptied(part) if key in _PERSONAL_KEYS else without_person(part) for key, part in value.items()}
    if isinstance(value, list):
        return [without_person(part) for part in value]
    return value


def _emptied(value: Any) -> Any:
    return "" if isinstance(value, str) else without_person(value)


def blank_customer(row: Any, person: Person) -> None:
    """A customer whom orders still point at. Nobody can sign in or be found by what is put there."""
    row.external_id = f"erased-{secrets.token_hex(8)}"
    row.email = f"{row.external_id}@erased.invalid"
    row.name, row.phone = "", ""


def blank_order(row: Any, person: Person) -> None:
    """Region and country stay: taxes depend on them."""
    row.shipping_address = without_person(row.shipping_address)


def blank_shipment(row: Any, person: Person) -> None:
    """Where the parcel went can be read off the carrier's pages and scans."""
    row.tracking_number, row.scans = "", []


def blank_payment_method(row: Any, person: Person) -> None:
    """Its kind and balance stay, as its payments do."""
    row.external_id, row.label, row.last_four = f"erased-{secrets.token_hex(8)}", "", ""


def blank_change(row: Any, person: Person) -> None:
    """What was moved and paid stays."""
    row.detail = without_person(row.detail)


def blank_conversation(row: Any, person: Person) -> None:
    """A browser may still hold its token: it goes on as a stranger's."""
    row.customer_id, row.identified_by = None, ""


def blank_handover(row: Any, person: Person) -> None:
    """That a person was asked for stays; an open one still waits."""
    row.summary = ""


def blank_audit(row: Any, person: Person) -> None:
    """Who did what and when stays, for good."""
    row.detail = without_person(row.detail)
    if row.subject.startswith("identity:"):
        row.subject = "identity:erased"
