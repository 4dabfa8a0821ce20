"""The sorts of values a shop's files hold: money, counts, times, texts. Each says in plain words what is wrong.

Strings from CSV and values from JSON are read alike. Lengths are those of the tables' columns.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import lru_cache, partial
from typing import Annotated, Any, Literal

from babel.core import get_global
from babel.numbers import get_territory_currencies
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from shop.clock import now
from shop.money import Money
from shop.orders import normal_number

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
_WHOLE = re.compile(r"[+-]?\d{1,15}")
_LARGEST = 2**31 - 1  # of an Integer column
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_EMAIL = re.compile(r"[^\s@<>\",;:]+@[^\s@<>\",;:.]+(\.[^\s@<>\",;:.]+)+")
# What a spreadsheet leaves behind: =SUM(A1:A3), +A1*2 called as a function, a DDE call, or the ruin of a formula.
_FORMULA = re.compile(r"=[\w(+\-\"'@{]|[+\-@][A-Za-z]+\(|[=+\-@].*\|.*!")
_SPREADSHEET_ERRORS = frozenset("#REF! #N/A #VALUE! #NAME? #DIV/0! #NUM! #NULL!".split())


def clean_text(value: Any, long: bool = False) -> str:
    """Text without outer blanks. ``long`` text may have several lines."""
    if not isinstance(value, str):
        raise ValueError("it must be text")
    value = value.strip()
    if _FORMULA.match(value) or value in _SPREADSHEET_ERRORS:
        raise ValueError("it is a spreadsheet formula; export values, not formulas")
    allowed = "\n\r\t" if long else ""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in allowed for c in value):
        raise ValueError("it holds characters that cannot be shown")
    return value


def _identifier(value: Any) -> str:
    # Ids are often plain numbers in JSON.
    return clean_text(str(value) if type(value) is int else value)


def _decimal(value: Any) -> Decimal:
    text = format(value, "f") if isinstance(value, Decimal) and abs(value.adjusted()) < 20 else str(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise ValueError("it is not a number like 1299.50")
    return Decimal(text)


def parse_price(value: Any) -> int:
    """An amount of money that is not negative, as whole cents."""
    amount = _decimal(value)
    money = Money(amount)
    if money.amount != amount:
        raise ValueError("money has at most two decimals")
    if money.cents < 0:
        raise ValueError("it cannot be negative")
    if money.cents > _LARGEST:
        raise ValueError(f"the largest amount is {Money.from_cents(_LARGEST).amount}")
    return money.cents


def parse_whole(value: Any, least: int, most: int = _LARGEST) -> int:
    """A whole number between two."""
    if isinstance(value, bool) or not _WHOLE.fullmatch(str(value)):
        raise ValueError("it is not a whole number")
    number = int(value)
    if not least <= number <= most:
        limit = f"at least {least}" if most == _LARGEST and number < least else f"from {least} to {most}"
        raise ValueError(f"it must be {limit}")
    return number


def parse_time(value: Any) -> datetime:
    """A time in UTC from ISO 8601. It must say its zone; a date alone is midnight UTC."""
    text = value if isinstance(value, str) else ""
    try:
        if _DATE.fullmatch(text):
            found = datetime.combine(date.fromisoformat(text), time(), timezone.utc)
        else:
            found = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError:
        raise ValueError("it is not a date like 2026-05-01 or a time like 2026-05-01T10:00:00+08:00") from None
    if found.tzinfo is None:
        raise ValueError("it lacks its time zone: end it with Z for UTC, or with one like +08:00")
    if not 1970 <= found.year <= 9998:
        raise ValueError("the year must be from 1970 to 9998")
    return found.astimezone(timezone.utc)


def _past(value: datetime) -> datetime:
    # A day of grace for clocks and zones that are off.
    if value > now() + timedelta(days=1):
        raise ValueError("it lies in the future")
    return value


def parse_flag(value: Any) -> int:
    """Yes or no as 1 or 0."""
    word = str(value).lower()
    if word in ("yes", "true", "1"):
        return 1
    if word in ("no", "false", "0"):
        return 0
    raise ValueError("it must be yes or no")


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """The currencies in use somewhere today (ISO 4217), from the Unicode CLDR."""
    territories = get_global("territory_currencies")
    return frozenset(code for territory in territories for code in get_territory_currencies(territory))


def parse_currency(value: Any) -> str:
    """A currency code in capitals."""
    code = str(value).upper()
    if code not in currencies():
        raise ValueError("it is no currency in use; give its code, like USD or CNY")
    return code


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("it is not an e-mail address")
    return value.lower()


def _order_number(value: str) -> str:
    number = normal_number(value)
    if not re.search("[A-Z0-9]", number):
        raise ValueError("an order number needs a letter or a digit")
    return number


def _image(value: str) -> str:
    if value and not value.startswith(("https://", "http://", "/")):
        raise ValueError("it must begin with https://, http:// or /")
    return value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


_one_line = BeforeValidator(clean_text)
_lines = BeforeValidator(partial(clean_text, long=True))

Id = Annotated[str, BeforeValidator(_identifier), StringConstraints(min_length=1, max_length=80)]
# Lengths are looked at after the change of case, which can lengthen a text.
OrderNumber = Annotated[
    str, BeforeValidator(_identifier), AfterValidator(_order_number), StringConstraints(max_length=40)
]
Text20 = Annotated[str, _one_line, StringConstraints(max_length=20)]
Text40 = Annotated[str, _one_line, StringConstraints(max_length=40)]
Text60 = Annotated[str, _one_line, StringConstraints(max_length=60)]
Text80 = Annotated[str, _one_line, StringConstraints(max_length=80)]
Text120 = Annotated[str, _one_line, StringConstraints(max_length=120)]
Text160 = Annotated[str, _one_line, StringConstraints(max_length=160)]
Needed40 = Annotated[str, _one_line, StringConstraints(min_length=1, max_length=40)]
Needed60 = Annotated[str, _one_line, StringConstraints(min_length=1, max_length=60)]
Needed80 = Annotated[str, _one_line, StringConstraints(min_length=1, max_length=80)]
Needed120 = Annotated[str, _one_line, StringConstraints(min_length=1, max_length=120)]
Needed160 = Annotated[str, _one_line, StringConstraints(min_length=1, max_length=160)]
LongText = Annotated[str, _lines, StringConstraints(min_length=1, max_length=20_000)]
Tag = Annotated[str, _one_line, AfterValidator(_lower), StringConstraints(min_length=1, max_length=60)]
Email = Annotated[str, _one_line, AfterValidator(_email), StringConstraints(max_length=200)]
Image = Annotated[str, _one_line, StringConstraints(max_length=200), AfterValidator(_image)]
LastFour = Annotated[str, BeforeValidator(_identifier), StringConstraints(pattern=r"^(\d{4})?$")]
Price = Annotated[int, BeforeValidator(parse_price)]
Stock = Annotated[int, BeforeValidator(partial(parse_whole, least=0))]
Quantity = Annotated[int, BeforeValidator(partial(parse_whole, least=1))]
Stars = Annotated[int, BeforeValidator(partial(parse_whole, least=1, most=5))]
Currency = Annotated[str, BeforeValidator(parse_currency)]
AnyTime = Annotated[datetime, BeforeValidator(parse_time)]
PastTime = Annotated[datetime, BeforeValidator(parse_time), AfterValidator(_past)]
Flag = Annotated[int, BeforeValidator(parse_flag)]
Language = Annotated[Literal["en", "zh"], BeforeValidator(_lower)]
