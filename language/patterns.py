"""What a text says in a fixed form: order numbers, e-mails, phones, one-time codes, limits of price."""

from __future__ import annotations

import re

from language import prices
from language.entities import Entity

NAMES = frozenset({"order_number", "email", "phone", "code", "max_price", "min_price", "language"})
"""Entities that patterns and rules find; a model never learns them."""

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_EMAIL = re.compile(r"(?<![\w.+-])[a-z0-9][\w.+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?![a-z0-9])", re.I | re.A)
_ORDER = re.compile(r"(?<![a-z0-9])#?\s?w[ -]?(?:\d[ -]?){6}\d(?!\d)", re.I)
_BARE_ORDER = re.compile(
    r"(?:#\s?|(?:order|number|no\.?|订单号?|单号|编号|订单编号)(?:\s?(?:number|no\.?|id|is|是|为|：|:|#|,)){0,3}\s?)"
    r"(?P<digits>\d{7})(?!\d)|^\s*(?P<whole>\d{7})\s*[.。]?\s*$",
    re.I,
)
_PHONE = re.compile(
    r"(?<![\w.#+])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?|\d{2,4}[ .-])?"
    r"\d{3,4}[ .-]?\d{3,4}(?:[ .-]?\d{2,4})?(?![\w.]*\d)",
    re.A,
)
_CODE = re.compile(
    r"(?<![\w#$€£¥.,+-])(\d{3})[ -]?(\d{3})(?![\d%]|[.,-]\d|\s?(?:元|块|刀|美元|dollars?|usd|bucks))", re.A | re.I
)


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as their ASCII twins; every character keeps its place."""
    return text.translate(_NARROW)


def find(text: str) -> list[Entity]:
    """All pattern entities of a text in its order; none overlap, except the two limits of "around 50"."""
    narrowed = narrow(text)
    found: list[Entity] = []
    for search in (find_emails, find_order_numbers, find_codes, find_phones, prices.find):
        found += search(_blank(narrowed, found))
    return sorted(found, key=lambda entity: (entity.start, entity.entity))


def find_emails(text: str) -> list[Entity]:
    """E-mail addresses, in lower case."""
    return [Entity("email", match[0].lower(), *match.span()) for match in _EMAIL.finditer(text)]


def find_order_numbers(text: str) -> list[Entity]:
    """Order numbers as "#W1234567", also from "w 1234567", "#1234567", "order 1234567" or seven digits alone."""
    found = []
    for match in _ORDER.finditer(text):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        found.append(Entity("order_number", _order_number(match[0]), start, match.end()))
    for match in _BARE_ORDER.finditer(_blank(text, found)):
        start, end = match.span("digits" if match["digits"] else "whole")
        if start > 0 and text[start - 1] == "#":
            start -= 1
        found.append(Entity("order_number", _order_number(text[start:end]), start, end))
    return found


def find_phones(text: str) -> list[Entity]:
    """Phone numbers as their digits, with a leading + when it was typed."""
    found = []
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _is_phone(match[0], digits):
            value = ("+" if match[0].startswith("+") else "") + digits
            found.append(Entity("phone", value, match.start(), match.end()))
    return found


def find_codes(text: str) -> list[Entity]:
    """One-time codes: six digits, also written "123 456"."""
    return [Entity("code", match[1] + match[2], *match.span()) for match in _CODE.finditer(text)]


def _is_phone(written: str, digits: str) -> bool:
    """Seven digits need a separator (555-0199); dates such as 2024-01-15 are none."""
    if re.fullmatch(r"(?:19|20)\d\d[ .-]\d{1,2}[ .-]\d{1,2}", written):
        return False
    return 10 <= len(digits) <= 15 or (len(digits) in (7, 8) and not written.isdigit())


def _order_number(written: str) -> str:
    return "#W" + re.sub(r"\D", "", written)


def _blank(text: str, found: list[Entity]) -> str:
    """The text with what was found replaced by spaces, so that no later pattern reads it again."""
    for entity in found:
        text = text[: entity.start] + " " * (entity.end - entity.start) + text[entity.end :]
    return text
