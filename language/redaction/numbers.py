"""E-mails, payment cards, order numbers and telephones in a folded text."""

from __future__ import annotations

import re

from language import patterns
from language.entities import Entity

_TOP = r"(?:com|net|org|cn|edu|gov|info|io|co|uk|de|fr|jp|hk|tw|sg|au|ca|us|eu|es|it|nl|at|ch|me)"
_LOCAL = r"(?<![\w.+-])[a-z0-9][\w.+-]*"
# Spelled with gaps or in words: "jane @ gmail . com", "jane at gmail dot com", "wang 艾特 qq 点 com".
_LOOSE_EMAIL = re.compile(
    rf"{_LOCAL}(?:\s{{1,2}}@\s{{0,2}}|@\s{{1,2}})[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{{2,}}(?![a-z0-9])"
    rf"|{_LOCAL}(?:\s{{1,2}}@\s{{0,2}}|@\s{{1,2}}|@(?=[\w-]+\s)|\s?[(\[]\s?(?:at|@)\s?[)\]]\s?|\s?艾特\s?)[a-z0-9-]+"
    rf"(?:\s?(?:\.|点|[(\[]\s?(?:dot|\.)\s?[)\]]|\sdot\s)\s?[a-z0-9-]{{2,}})*?"
    rf"\s?(?:\.|点|[(\[]\s?(?:dot|\.)\s?[)\]]|\sdot\s)\s?{_TOP}(?![a-z0-9]|\.[a-z])"
    rf"|(?:\b[\w.+-]+\sdot\s)*{_LOCAL}\sat\s[a-z0-9-]+(?:\s?(?:\.|\sdot\s)\s?[a-z0-9-]+)*?(?:\sdot\s|\.){_TOP}(?![a-z0-9]|\.[a-z])"
    rf"|{_LOCAL}@[a-z0-9-]+,(?:com|net|org|cn|de)(?![a-z0-9])",
    re.I | re.A,
)
_CARD = re.compile(r"(?<![\d+.])\d(?:[ ./-]{0,2}\d){12,18}(?!\d)")
_CARD_GROUPS = re.compile(r"\d+")
_FOURS = re.compile(r"\d{4}(?:[ -]?\d{4}){3}")
_CARD_BEFORE = re.compile(r"(?:card|visa|master|amex|卡)[^\d\n]{0,20}$", re.I)
_NO_CARD_BEFORE = re.compile(
    r"(?:isbn|ean|upc|gtin|imei|bar\s?code|条码|条形码|track\w*|运单|快递|序列)[^\d\n]{0,12}$", re.I
)
_ORDER = re.compile(
    r"(?<![a-z0-9])(?:#\s?)?w[ -]?(?:\d{7}(?=\d{1,2}[个件双条只本套盒瓶])|\d{6,9}(?!\d)|(?:\d[ -]?){6}\d(?!\d))"
    r"|(?<=order)(?:#\s?)?w\d{7}(?!\d)",
    re.I | re.A,
)
_ORDER_WORD = r"(?:order|ordr|oder|purchase|number|\bno\b|\bnr\b|订单|单号|编号|号码|单子)"
_BARE_ORDER = re.compile(
    rf"(?:#\s?|{_ORDER_WORD}[^\d\n,;，。;$€£¥]{{0,14}}?[,，]?\s?)(?P<digits>\d{{7}})(?!\d|\.\d)"
    r"|^\s*(?P<whole>\d{7})\s*[.。!?]?\s*$",
    re.I,
)
_NEXT_ORDER = re.compile(
    r"\s?(?:,|and|or|&|\+|、|和|跟|与|，|,?\s?(?:not|instead of|不是|而不是))\s?(?:and\s)?(?P<digits>\d{7})(?!\d|\.\d)",
    re.I,
)

_GAP = r"(?:\s?[-./]\s?|\s{1,2})?"
_PHONES = (
    rf"\+1{_GAP}\(?\d{{3}}\)?{_GAP}\d{{3}}{_GAP}\d{{4}}",
    rf"(?:(?:\+|00)86{_GAP})?1[3-9](?:{_GAP}\d){{9}}",
    rf"(?:\+|(?<!\d)00)[1-9]\d{{0,2}}{_GAP}(?:\(\d{{1,4}}\){_GAP})?\d{{1,5}}(?:{_GAP}\d{{2,8}}){{1,4}}",
    rf"(?:1{_GAP})?\(?[2-9]\d\d\)?{_GAP}\d{{3}}{_GAP}\d{{4}}",
    rf"\(?0\d{{2,4}}\)?{_GAP}\d{{3,4}}{_GAP}\d{{3,4}}|0\d(?:{_GAP}\d\d){{4}}",
    r"400[- ]\d{3,4}[- ]\d{3,4}",
    r"[2-9]\d\d-\d{4}",
)
_PHONE = re.compile(rf"(?<![\w.#$€£¥/])(?:{'|'.join(_PHONES)})(?!\d|\.\d|[ -]?\d{{4}}\b)", re.A)
_SHORTEST_ABROAD = 9
_FAR_BACK = 40
_SAID_PHONE = re.compile(
    r"(?:phone|tele(?:fon|phone|f[oó]n)?|tel\b|cell|mobile|call|ring|text|txt|sms|whatsapp|fax|my number|mine is|"
    r"电话|手机|座机|热线|微信|联系方式|传真|打)[^\d\n,，;；。]{0,16}?(?P<digits>\(?\d(?:"
    + _GAP
    + r"\d|\)){6,14})(?!\d)",
    re.I | re.A,
)
_NO_PHONE_BEFORE = re.compile(
    r"(?:isbn|ean|upc|track\w*|serial|model|sku|batch|运单|快递单|序列|型号|货号)[^\d\n]{0,12}$", re.I
)
_DATE = re.compile(r"(?:19|20)\d\d[ ./-]\d{1,2}[ ./-]\d{1,2}|\d{1,2}[ ./-]\d{1,2}[ ./-](?:19|20)\d\d")


def find_emails(text: str) -> list[Entity]:
    """E-mail addresses, also with gaps around the signs or spelled in words."""
    found = patterns.find_emails(text)
    if "@" in text or "at" in text.lower() or "艾特" in text:
        taken = [(each.start, each.end) for each in found]
        for match in _LOOSE_EMAIL.finditer(text):
            if not any(match.start() < end and start < match.end() for start, end in taken):
                found.append(_entity("email", match[0], match.start()))
    return found


def find_cards(text: str) -> list[Entity]:
    """Payment card numbers: 13 to 19 digits, spaced or not, whose check digit is right (Luhn), or that are called a
    card and stand in fours."""
    found = []
    for match in _CARD.finditer(text):
        if _NO_CARD_BEFORE.search(_before(text, match.start())):
            continue
        written = _card_in(match[0], bool(_CARD_BEFORE.search(_before(text, match.start()))))
        if written:
            found.append(Entity("card", re.sub(r"\D", "", written), match.start(), match.start() + len(written)))
    return found


def _card_in(run: str, called_card: bool) -> str:
    """The part from a run's start that is a card number, cut where a group of digits ends; empty for none."""
    ends = [group.end() for group in _CARD_GROUPS.finditer(run)]
    for end in reversed(ends):
        digits = re.sub(r"\D", "", run[:end])
        if (
            13 <= len(digits) <= 19
            and digits[0] in "23456"
            and (len(digits) > 13 or digits[0] == "4")
            and _luhn(digits)
        ):
            return run[:end]
    fours = _FOURS.match(run)
    return fours[0] if fours and called_card else ""


def _luhn(digits: str) -> bool:
    total = 0
    for position, character in enumerate(reversed(digits)):
        doubled = int(character) * (1 + position % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def find_order_numbers(text: str) -> list[Entity]:
    """Order numbers as the shop writes them: "#W1234567", "w 1234567", "order 1234567", "#1234567", also listed."""
    spans = [match.span() for match in _ORDER.finditer(text)]
    for match in _BARE_ORDER.finditer(text):
        start, end = match.span("digits" if match["digits"] else "whole")
        if match["digits"] and match[0].startswith("#"):
            start = match.start()
        spans.append((start, end))
    for _, end in list(spans):
        following = _NEXT_ORDER.match(text, end)
        while following:
            spans.append(following.span("digits"))
            following = _NEXT_ORDER.match(text, following.end())
    return [_entity("order_number", text[start:end], start) for start, end in sorted(set(spans))]


def find_phones(text: str) -> list[Entity]:
    """Telephone numbers: as countries write them, or any 7 to 15 digits that are called one."""
    found = []
    for match in _PHONE.finditer(text):
        short = match[0].startswith(("+", "00")) and len(re.sub(r"\D", "", match[0])) < _SHORTEST_ABROAD
        if not short and not _DATE.fullmatch(match[0]) and not _NO_PHONE_BEFORE.search(_before(text, match.start())):
            found.append(_entity("phone", match[0], match.start()))
    for match in _SAID_PHONE.finditer(text):
        start, written = match.start("digits"), match["digits"]
        free = not any(start < each.end and each.start < match.end() for each in found)
        if free and not _DATE.match(written):
            found.append(_entity("phone", written, start))
    return found


def _before(text: str, start: int) -> str:
    """What stands right before a place: far enough back for the word that says what follows."""
    return text[max(0, start - _FAR_BACK) : start]


def _entity(kind: str, written: str, start: int) -> Entity:
    return Entity(kind, written, start, start + len(written))
