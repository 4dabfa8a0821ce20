"""What values of a shop's files are taken, and what is said of the others."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import String

from shop import tables
from shop.clock import now
from shop.importing import fields, rows
from shop.importing.records import JsonPath
from shop.importing.wording import check, shown

UTC = timezone.utc


@pytest.mark.parametrize(
    ("sort", "value", "taken"),
    [
        (fields.Price, "1299.5", 129950),
        (fields.Price, Decimal("50.88"), 5088),
        (fields.Price, 7, 700),
        (fields.Price, "0", 0),
        (fields.Price, "12.500", 1250),
        (fields.Stock, "12", 12),
        (fields.Id, 9523456873, "9523456873"),
        (fields.Id, "  A-1 ", "A-1"),
        (fields.Currency, "usd", "USD"),
        (fields.Email, "Mei.Lin@Example.com", "mei.lin@example.com"),
        (fields.OrderNumber, "w1234567", "#W1234567"),
        (fields.OrderNumber, "#W2378156", "#W2378156"),
        (fields.AnyTime, "2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        (fields.AnyTime, "2026-05-01T18:00:00+08:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        (fields.AnyTime, "2026-05-01 10:00:00Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        (fields.Flag, "Yes", 1),
        (fields.Flag, False, 0),
        (fields.Text40, "+44 20 7946 0000", "+44 20 7946 0000"),
        (fields.Text40, "-10% off", "-10% off"),
        (fields.LongText, "= good value =\nreally", "= good value =\nreally"),
        (fields.LongText, "=) lovely", "=) lovely"),
    ],
)
def test_taken(sort: Any, value: Any, taken: Any) -> None:
    assert TypeAdapter(sort).validate_python(value) == taken


@pytest.mark.parametrize(
    ("sort", "value", "reason"),
    [
        (fields.Price, "-5.00", "it cannot be negative"),
        (fields.Price, "$49", "it is not a number"),
        (fields.Price, "12,50", "it is not a number"),
        (fields.Price, "1e3", "it is not a number"),
        (fields.Price, "NaN", "it is not a number"),
        (fields.Price, True, "it is not a number"),
        (fields.Price, Decimal("1E+1000000"), "it is not a number"),
        (fields.Price, "49.999", "at most two decimals"),
        (fields.Price, "99999999.99", "the largest amount is 21474836.47"),
        (fields.Stock, "-1", "it must be at least 0"),
        (fields.Stock, "1.5", "it is not a whole number"),
        (fields.Stock, "99999999999", "it must be from 0 to 2147483647"),
        (fields.Stars, "6", "it must be from 1 to 5"),
        (fields.Currency, "XXX", "it is no currency in use"),
        (fields.Currency, "DEM", "it is no currency in use"),
        (fields.Email, "mei.lin", "it is not an e-mail address"),
        (fields.Email, "a@b@c.com", "it is not an e-mail address"),
        (fields.OrderNumber, "#-", "an order number needs a letter or a digit"),
        (fields.AnyTime, "2026-05-01T10:00:00", "it lacks its time zone"),
        (fields.AnyTime, "01/05/2026", "it is not a date"),
        (fields.AnyTime, "2026-02-30", "it is not a date"),
        (fields.AnyTime, 1714557600, "it is not a date"),
        (fields.AnyTime, "0202-05-01", "the year must be from 1970"),
        (fields.Flag, "maybe", "it must be yes or no"),
        (fields.Image, "javascript:alert(1)", "it must begin with https://"),
        (fields.Text40, "=SUM(A1:A3)", "it is a spreadsheet formula"),
        (fields.Text40, "=1+1", "it is a spreadsheet formula"),
        (fields.Text40, "+CALL(A1)", "it is a spreadsheet formula"),
        (fields.Text40, "@SUM(1)", "it is a spreadsheet formula"),
        (fields.Text40, "-2+3+cmd|' /C calc'!A0", "it is a spreadsheet formula"),
        (fields.Text40, "#REF!", "it is a spreadsheet formula"),
        (fields.Text40, "two\nlines", "characters that cannot be shown"),
        (fields.LongText, "a\0b", "characters that cannot be shown"),
        (fields.LongText, "half a smiley \ud83d", "characters that cannot be shown"),
        (fields.Text40, 5, "it must be text"),
    ],
)
def test_refused(sort: Any, value: Any, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        TypeAdapter(sort).validate_python(value)


def test_times_in_the_future_are_refused_but_for_deliveries() -> None:
    tomorrow = (now() + timedelta(days=2)).isoformat()
    assert TypeAdapter(fields.AnyTime).validate_python(tomorrow) > now()
    with pytest.raises(ValidationError, match="it lies in the future"):
        TypeAdapter(fields.PastTime).validate_python(tomorrow)


@given(st.integers(0, 2**31 - 1))
def test_every_price_is_read_to_the_cent(cents: int) -> None:
    assert fields.parse_price(str(Decimal(cents) / 100)) == cents


@given(st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.decimals(), st.lists(st.text())))
def test_no_value_breaks_a_reader(value: Any) -> None:
    for sort in (fields.Price, fields.Stock, fields.Id, fields.AnyTime, fields.Email, fields.Currency, fields.Flag):
        with contextlib.suppress(ValidationError):  # any other error fails the test
            TypeAdapter(sort).validate_python(value)


@pytest.mark.parametrize(
    ("model", "table"),
    [
        (rows.ProductRow, tables.Product),
        (rows.VariantRow, tables.Variant),
        (rows.CustomerRow, tables.Customer),
        (rows.AddressRow, tables.Address),
        (rows.PaymentMethodRow, tables.PaymentMethod),
        (rows.OrderRow, tables.Order),
        (rows.ShipmentRow, tables.Shipment),
    ],
)
def test_no_text_is_longer_than_its_column(model: type[BaseModel], table: Any) -> None:
    # PostgreSQL refuses the whole file for one text that does not fit; SQLite would keep it.
    checked = 0
    for name, info in model.model_fields.items():
        column = table.__table__.columns.get(name)
        if column is None or not isinstance(column.type, String) or column.type.length is None:
            continue
        limits = [part.max_length for part in info.metadata if getattr(part, "max_length", None)]
        if limits:
            assert max(limits) <= column.type.length, name
            checked += 1
    assert checked


def test_a_reason_names_the_place_the_value_and_the_cause() -> None:
    row = {"sku": "S", "price": "-5", "currency": "USD", "stock": "1", "weight": 3}
    _, refusals = check(rows.VariantRow, row, JsonPath("$[0].variants[1]"))
    assert [str(refusal) for refusal in refusals] == [
        "$[0].variants[1].price: price is '-5': it cannot be negative",
        "$[0].variants[1].weight: weight is not a name this layout knows",
    ]


def test_long_values_are_cut_and_control_characters_shown() -> None:
    assert len(shown("x" * 500)) < 70
    assert shown("\x1b[31m") == "'\\x1b[31m'"
