"""Making the demo shop and putting it into an empty database, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timezone
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from shop import tables
from shop.demo.baskets import Taste
from shop.demo.catalogue import make_catalogue
from shop.demo.customers import Shopper, make_customers
from shop.demo.events import make_events
from shop.demo.orders import make_orders
from shop.demo.reviews import make_reviews
from shop.demo.words import dice
from shop.errors import Refused
from shop.unit_of_work import Database

Row = dict[str, Any]

CUSTOMERS, ORDERS, REVIEWS = 300, 1_000, 2_000
_ROWS_AT_ONCE = 2_000
# A shop with any of these is not empty.
_CONTENT = (tables.Product, tables.Customer, tables.Order, tables.Review, tables.ShoppingEvent)


@dataclass(frozen=True)
class DemoShop:
    """Everything of the demo shop as rows, tables in the order in which they can be filled."""

    rows: dict[Any, list[Row]] = field(repr=False)

    def __getitem__(self, table: Any) -> list[Row]:
        """The rows of a table."""
        return self.rows[table]

    @property
    def size(self) -> int:
        """How many rows it has in all."""
        return sum(len(rows) for rows in self.rows.values())


def make_shop(seed: int, today: date) -> DemoShop:
    """The demo shop as it stands on a day: the same for the same seed and day. Nothing in it is later than
    that day's midnight (UTC), but for the days on which parcels are expected."""
    midnight = datetime.combine(today, time(), timezone.utc)
    goods = make_catalogue(dice(seed, "catalogue"))
    shoppers = make_customers(dice(seed, "customers"), midnight, CUSTOMERS)
    taste = Taste(goods, shoppers)
    orders = make_orders(seed, midnight, shoppers, taste, ORDERS)
    return DemoShop(
        {
            tables.Product: [item.row for item in goods],
            tables.Variant: [variant for item in goods for variant in item.variants],
            tables.Customer: [shopper.row for shopper in shoppers],
            tables.Address: _numbered(_address(shopper) for shopper in shoppers),
            tables.PaymentMethod: [method for shopper in shoppers for method in shopper.payment_methods],
            tables.Order: [order.row for order in orders],
            tables.OrderItem: _numbered(item for order in orders for item in order.items),
            tables.Shipment: _numbered(shipment for order in orders for shipment in order.shipments),
            tables.Payment: _numbered(payment for order in orders for payment in order.payments),
            tables.Review: make_reviews(dice(seed, "reviews"), midnight, goods, orders, REVIEWS),
            tables.ShoppingEvent: make_events(dice(seed, "events"), midnight, shoppers, taste, orders),
        }
    )


def check_empty(session: Session) -> None:
    """Raises Refused when the shop has goods, customers or history."""
    for table in _CONTENT:
        if session.scalars(select(func.count()).select_from(table)).one():
            raise Refused("the shop is not empty, and the demo shop goes into an empty database only")


def load_shop(database: Database, shop: DemoShop, advance: Callable[[int], object] = lambda rows: None) -> None:
    """Put the demo shop into an empty database in one transaction; ``advance`` hears how many rows went in.

    Raises Refused, with nothing written, when the shop is not empty.
    """
    with database.work() as unit:
        check_empty(unit.session)
        for table, rows in shop.rows.items():
            for part in _parts(rows):
                unit.session.execute(insert(table.__table__), part)
                advance(len(part))
            _continue_numbering(unit.session, table)
        unit.commit()


def _parts(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        yield rows[start : start + _ROWS_AT_ONCE]


def _continue_numbering(session: Session, table: Any) -> None:
    """PostgreSQL counts ids apart from the rows: let it go on after ours."""
    if session.get_bind().dialect.name != "postgresql":
        return
    name = table.__tablename__
    last = session.scalars(select(func.max(table.id))).one()
    session.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), {"name": name, "last": last})


def _numbered(rows: Any) -> list[Row]:
    return [{"id": number, **row} for number, row in enumerate(rows, 1)]


def _address(shopper: Shopper) -> Row:
    return {"customer_id": shopper.id, **shopper.address, "is_default": True}
